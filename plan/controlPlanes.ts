import { nameOf } from "mesh-access";
import type { Blueprint } from "../components/blueprint.js";
import { followsRevision } from "../components/revisionOfPods.js";

/** A control plane of a mesh with revisions, and whose sidecars it serves. */
export interface ControlPlane {
  revision: string;
  version: string;
  /** Revision tags that stand for it. */
  tags: string[];
  /** Namespaces of the stack, the gateway's among them, whose pods get its proxy when they start. */
  namespaces: string[];
  /** What `up` restarts when their namespace moves to another revision, as `Deployment shop/orders`. */
  restarted: string[];
}

/** The control planes of a stack. Empty where none has a name. */
export function controlPlanesOf(blueprint: Blueprint): ControlPlane[] {
  const { mesh } = blueprint.settings;
  const { revisions } = blueprint;
  if (mesh.kind !== "istio" || revisions.size === 0) return [];
  const following = blueprint.manifests.filter(followsRevision);
  return mesh.revisions.map(({ name: revision, version = mesh.version }) => {
    const serves = (namespace: string) => revisions.get(namespace) === revision;
    return {
      revision,
      version,
      tags: Object.keys(mesh.tags).filter((tag) => mesh.tags[tag] === revision),
      namespaces: [...revisions.keys()].filter(serves),
      restarted: following.filter(({ metadata }) => serves(metadata.namespace ?? "")).map(nameOf),
    };
  });
}

/** Each control plane with what it serves, a line each, and what restarts when that changes. */
export function controlPlaneLines(planes: readonly ControlPlane[]): string[] {
  const lines = planes.flatMap(({ revision, version, tags, namespaces, restarted }) => [
    `${revision} (Istio ${version}${tags.map((tag) => `, tag ${tag}`).join("")}): ${namespaces.join(", ") || "no namespace of this stack"}`,
    ...(restarted.length > 0 ? [`  restarts with its namespace: ${restarted.join(", ")}`] : []),
  ]);
  return [
    ...lines,
    "Pods that this stack does not write keep their proxy until somebody restarts them, and need its control plane until then.",
  ];
}

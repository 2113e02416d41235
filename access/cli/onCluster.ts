import { nameOf } from "../model/objectName.js";
import { isMeshConfig } from "../assumptions.js";
import { overlay } from "../input/overlay.js";
import { message } from "../messages/index.js";
import { meshDifferences } from "../istio/config/differences.js";
import type { KubernetesObject, Manifests, MeshOptions, Problem } from "../model/model.js";
import { problemOf } from "../model/problem.js";
import type { StackInput } from "./input.js";

/**
 * A stack on the cluster as it is. Of a mesh that the stack does not make the cluster's own configuration decides, and
 * where the settings say otherwise is a problem.
 */
export function onCluster(stack: StackInput, cluster: Manifests, title: string): StackInput {
  const { assumed = [], options, problems = [] } = stack;
  const objects = overlay(cluster.objects, stack);
  const remaining = new Set(objects);
  const isAssuming = assumed.some((object) => remaining.has(object));
  const decides = !stack.makesMesh && cluster.objects.some(isMeshConfig);
  const differences = decides ? meshDifferences(cluster.objects, options.mesh ?? {}) : [];
  return {
    ...stack,
    title: `${stack.title} on ${title}`,
    objects,
    assumed: [],
    ignored: cluster.ignored,
    problems: [
      ...problems,
      ...(cluster.problems ?? []),
      ...differences,
      ...olderPolicies(stack.objects, cluster.objects),
    ],
    assumption: isAssuming ? stack.assumption : undefined,
    options: decides ? { ...options, mesh: fromSettings(options.mesh, cluster.objects) } : options,
  };
}

/** What the mesh's configuration does not hold: istiod's environment does. */
function fromSettings(mesh: MeshOptions | undefined, objects: readonly KubernetesObject[]): MeshOptions {
  const holdsControlPlane = objects.some(
    ({ kind, metadata }) => kind === "Deployment" && /^istiod(-|$)/.test(metadata.name),
  );
  return holdsControlPlane ? {} : { scopeGatewayToNamespace: mesh?.scopeGatewayToNamespace };
}

/** Policies of the stack that a namespace, or the whole mesh, never sees, because an older one without a selector is there. */
function olderPolicies(planned: readonly KubernetesObject[], cluster: readonly KubernetesObject[]): Problem[] {
  const wide = (objects: readonly KubernetesObject[]) =>
    objects.filter(
      ({ kind, spec }) => kind === "PeerAuthentication" && !(spec as { selector?: object } | undefined)?.selector,
    );
  return wide(planned).flatMap((own) => {
    const { namespace, name } = own.metadata;
    const older = wide(cluster).find(({ metadata }) => metadata.namespace === namespace && metadata.name !== name);
    if (!older) return [];
    return [problemOf(older, message("older-mesh-policy", { older: nameOf(older), planned: nameOf(own) }))];
  });
}

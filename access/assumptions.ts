import { readKinds } from "./input/kinds.js";
import { message, type AssumptionId, type Message } from "./messages/index.js";
import type { AnalysisOptions, KubernetesObject, Manifests, World } from "./model/model.js";
import { kindKey } from "./model/world.js";

/** Kinds whose objects limit what pods may connect to. */
const policyKinds = [...readKinds].filter((kind) =>
  /NetworkPolicy$|projectcalico\.org\/|AdminNetworkPolicy$/.test(kind),
);

/** What the input does not contain, and what is assumed instead. */
export function assumptionsOf(world: World, options: AnalysisOptions): Message<AssumptionId>[] {
  const found: Message<AssumptionId>[] = [];
  if (world.objects.length === 0) return found;
  if (options.policyEngine === "none") found.push(message("no-policy-engine"));
  else if (policyKinds.every((kind) => world.ofKind(kind).length === 0)) found.push(message("no-network-policies"));
  if (options.mesh?.outboundTrafficPolicy === undefined && !world.ofKind("ConfigMap").some(isMeshConfig)) {
    const { rootNamespace = "istio-system", dnsCapture = false } = options.mesh ?? {};
    found.push(message("no-mesh-configuration", { root: rootNamespace, capture: dnsCapture ? "on" : "off" }));
  }
  if (world.workloads.length > 0 && world.ofKind("Namespace").length === 0) found.push(message("no-namespaces"));
  return found;
}

/** The ConfigMap of a control plane, `istio` or `istio-<revision>`, holds MeshConfig under `mesh`. */
function isMeshConfig({ metadata, data }: KubernetesObject): boolean {
  return /^istio(-|$)/.test(metadata.name) && typeof data === "object" && data !== null && "mesh" in data;
}

/** The world as the network sees it: without an engine, policies have no effect. */
export function enforcedWorld(world: World, { policyEngine }: AnalysisOptions): World {
  if (policyEngine !== "none") return world;
  const ignored = new Set(policyKinds);
  return {
    ...world,
    ofKind: (kind) => (ignored.has(kind) ? [] : world.ofKind(kind)),
    inNamespace: (kind, namespace) => (ignored.has(kind) ? [] : world.inNamespace(kind, namespace)),
  };
}

/** Objects that were left out, by kind: those that the reader skipped, and those of kinds that the analysis does not read. */
export function notRead({ objects, ignored = new Map() }: Manifests): ReadonlyMap<string, number> {
  const counts = new Map(ignored);
  for (const object of objects) {
    const kind = kindKey(object);
    if (!readKinds.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

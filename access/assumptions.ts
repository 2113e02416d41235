import { isRead } from "./input/kinds.js";
import { managedConfigMap, managedConfigMaps } from "./istio/config/managed.js";
import type { ControlPlane } from "./istio/controlPlane/controlPlanes.js";
import { message, type AssumptionId, type Message } from "./messages/index.js";
import type { AnalysisOptions, KubernetesObject, Manifests, World } from "./model/model.js";
import { kindKey } from "./model/kindKey.js";
import { isPolicy } from "./model/policyKinds.js";

/** Workloads that a sentence names; of more it says how many. */
const shownNames = 5;

/** What the input does not contain, and what is assumed instead. */
export function assumptionsOf(world: World, options: AnalysisOptions): Message<AssumptionId>[] {
  const found: Message<AssumptionId>[] = [];
  if (world.objects.length === 0) return found;
  if (options.policyEngine === "none") found.push(message("no-policy-engine"));
  else if (!world.objects.some(isPolicy)) found.push(message("no-network-policies"));
  if (options.mesh?.outboundTrafficPolicy === undefined && !world.ofKind("ConfigMap").some(isMeshConfig)) {
    const { rootNamespace = "istio-system", dnsCapture = false } = options.mesh ?? {};
    found.push(message("no-mesh-configuration", { root: rootNamespace, capture: dnsCapture ? "on" : "off" }));
  }
  if (options.mesh?.dnsCapture === undefined && world.planes.all.some(capturesDnsIfManaged))
    found.push(message("rapid-channel"));
  if (world.workloads.length > 0 && world.ofKind("Namespace").length === 0) found.push(message("no-namespaces"));
  const named = world.workloads.filter(({ existing }) => existing).map(({ namespace, name }) => `${namespace}/${name}`);
  if (named.length > 0) {
    const more = named.length - shownNames;
    const names = [...named.slice(0, shownNames), ...(more > 0 ? [message("and-more", { count: more })] : [])];
    found.push(message("existing-workloads", { names }));
  }
  return found;
}

/** Cloud Service Mesh whose options turn DNS capture on, which is in force in one channel only. No object tells the channel. */
function capturesDnsIfManaged({ kind, config }: ControlPlane): boolean {
  return kind === "cloud-service-mesh" && config.defaultConfig?.proxyMetadata?.["ISTIO_META_DNS_CAPTURE"] === "true";
}

/** The ConfigMap of a control plane, `istio` or `istio-<revision>`, holds MeshConfig under `mesh`. */
export function isMeshConfig({ metadata, data }: KubernetesObject): boolean {
  if (managedConfigMaps.test(metadata.name) && metadata.name !== managedConfigMap) return false;
  return /^istio(-|$)/.test(metadata.name) && typeof data === "object" && data !== null && "mesh" in data;
}

/** Objects that were left out, by kind: those that the reader skipped, and those of kinds that the analysis does not read. */
export function notRead({ objects, ignored = new Map() }: Manifests): ReadonlyMap<string, number> {
  const counts = new Map(ignored);
  for (const object of objects) {
    const kind = kindKey(object);
    if (!isRead(object)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

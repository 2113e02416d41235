import { message } from "../messages/index.js";
import type { AnalysisOptions, ExistingWorkload, KubernetesObject, PodGroup, Workload } from "./model.js";
import type { Proxies } from "../istio/controlPlane/proxies.js";

/** Stands for every service account of a namespace that nothing else names. */
export const anyAccount = "*";

/**
 * Workloads that the caller names and the input does not hold. One that the input holds makes its entry superfluous: by its
 * name, for an entry of a service account by that account, and for one of a whole namespace by any workload there.
 */
export function existingWorkloads(held: readonly Workload[], proxies: Proxies, options: AnalysisOptions): Workload[] {
  const { existing = [] } = options;
  const known = new Set(held.flatMap(keysOf));
  const found: Workload[] = [];
  const isNamed = ({ name }: ExistingWorkload) => name !== undefined;
  // Those with a name first: a client's account is then known to be theirs.
  for (const one of [...existing.filter(isNamed), ...existing.filter((each) => !isNamed(each))]) {
    if (known.has(keyOf(one))) continue;
    const workload = workloadOf(one, proxies);
    found.push(workload);
    // An account says nothing about who else runs in its namespace.
    for (const key of isNamed(one) ? keysOf(workload) : [keyOf(one)]) known.add(key);
  }
  return found;
}

/** A pod that somebody may add to a namespace: its labels and its account are not known. */
export function anyPod(namespace: string): Workload {
  const identity = { kind: "Pod", namespace, name: "(new pod)" };
  const because = { ...identity, field: "", ...message("new-pod") };
  const pods: PodGroup = { labels: {}, unknownValues: [], moreLabels: true, addresses: [], nodes: [] };
  const proxies = { sidecar: { present: "unknown" as const, because }, capture: {}, dns: {} };
  return unseenWorkload(identity, anyAccount, pods, proxies);
}

function keyOf({ namespace, name, serviceAccount }: ExistingWorkload): string {
  if (name !== undefined) return `workload ${namespace}/${name}`;
  return serviceAccount === undefined ? `namespace ${namespace}` : `account ${namespace}/${serviceAccount}`;
}

function keysOf({ namespace, name, serviceAccount }: Workload): string[] {
  return [`workload ${namespace}/${name}`, `account ${namespace}/${serviceAccount}`, `namespace ${namespace}`];
}

function workloadOf({ namespace, name, serviceAccount, labels }: ExistingWorkload, proxies: Proxies): Workload {
  const account = serviceAccount ?? (name === undefined ? anyAccount : "default");
  const kind = name !== undefined ? "Workload" : serviceAccount === undefined ? "Namespace" : "ServiceAccount";
  const identity = { kind, namespace, name: name ?? account };
  const pods: PodGroup = {
    labels: labels ?? {},
    unknownValues: labels ? ["pod-template-hash"] : [],
    moreLabels: labels === undefined,
    addresses: [],
    nodes: [],
  };
  const { labels: own } = pods;
  const made = proxies.of(identity, { labels: own, annotations: {}, hostNetwork: false, proxy: undefined });
  return unseenWorkload(identity, account, pods, made);
}

/** A workload that the input does not hold. */
function unseenWorkload(
  identity: Pick<Workload, "kind" | "namespace" | "name">,
  serviceAccount: string,
  pods: PodGroup,
  proxies: Pick<Workload, "sidecar" | "capture" | "dns">,
): Workload {
  const { kind, namespace, name } = identity;
  const object: KubernetesObject = { apiVersion: "v1", kind, metadata: { name, namespace } };
  return {
    ...identity,
    existing: true,
    serviceAccount,
    labels: pods.labels,
    pods: [pods],
    annotations: {},
    ...proxies,
    gateway: false,
    hostNetwork: false,
    nodes: "some",
    ports: [],
    addresses: [],
    containers: [],
    object,
  };
}

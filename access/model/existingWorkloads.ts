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
  const object: KubernetesObject = { apiVersion: "v1", kind, metadata: { name: identity.name, namespace } };
  return {
    ...identity,
    existing: true,
    serviceAccount: account,
    labels: pods.labels,
    pods: [pods],
    annotations: {},
    ...proxies.of(identity, { labels: pods.labels, annotations: {}, hostNetwork: false, proxy: undefined }),
    gateway: false,
    hostNetwork: false,
    nodes: "some",
    ports: [],
    addresses: [],
    containers: [],
    object,
  };
}

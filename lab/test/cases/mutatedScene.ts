import { analyse, type KubernetesObject } from "mesh-access";
import { analysisOptions, baseManifests, callers, databases } from "../../mutations/base.js";
import { Draft, type Changeable } from "../../mutations/draft.js";

const meshConfig = {
  outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
  defaultConfig: { proxyMetadata: { ISTIO_META_DNS_CAPTURE: "true" } },
};

/** What stands in the lab beside the configuration that is varied. */
const surroundings: KubernetesObject[] = [
  ...["unlisted", "bare"].map((name) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels: { "istio-injection": name === "bare" ? "disabled" : "enabled" } },
  })),
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "istio", namespace: "istio-system" },
    data: { mesh: JSON.stringify(meshConfig) },
  },
  ...callers.map(({ namespace, labels }) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: labels["app"] ?? "", namespace },
    spec: { template: { metadata: { labels }, spec: { serviceAccountName: labels["app"], containers: [] } } },
  })),
];

/** The lab's configuration without policies of the network, or with them, changed as one of its mutations was. */
export function mutated(change: (draft: Draft) => void, { policies = false } = {}): KubernetesObject[] {
  const base = baseManifests().filter(({ kind }) => policies || kind !== "NetworkPolicy");
  const draft = new Draft(base);
  change(draft);
  return [...surroundings, ...(draft.manifests as KubernetesObject[])];
}

/** The object of the gateway's namespace, unless another is named. */
export function object(draft: Draft, kind: string, name: string, namespace = "istio-egress"): Changeable {
  const found = draft.ofKind(kind).find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  if (!found) throw new Error(`The base has no ${kind} ${namespace}/${name}.`);
  return found;
}

/** What is predicted for a caller, as `namespace/workload`, and a database by its name. */
export function predicted(objects: readonly KubernetesObject[], caller: string, database: string): string {
  const host = databases.find(({ name }) => name === database)?.host;
  for (const { from, to, mesh } of analyse(objects, analysisOptions).rows) {
    const port = databases.find(({ name }) => name === database)?.port;
    if (`${from.namespace}/${from.workload}` === caller && to.host === host && to.port === port) {
      return mesh.exposes ? `${mesh.verdict} ${mesh.exposes}` : mesh.verdict;
    }
  }
  throw new Error(`No row for ${caller} and ${database}.`);
}

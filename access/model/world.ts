import { append } from "./append.js";
import type { AnalysisOptions, KubernetesObject, NamespaceFacts, World } from "./model.js";
import { kindKey } from "./kindKey.js";
import { isUnmodelledPolicy } from "./policyKinds.js";
import { existingWorkloads } from "./existingWorkloads.js";
import { deriveWorkloads, inOrder } from "./workloads.js";

export { kindKey } from "./kindKey.js";

/** Kinds that live outside namespaces, among those the analysis reads. */
const clusterScoped = new Set([
  "Namespace",
  "projectcalico.org/GlobalNetworkPolicy",
  "projectcalico.org/GlobalNetworkSet",
  "projectcalico.org/HostEndpoint",
  "projectcalico.org/Tier",
  "cilium.io/CiliumClusterwideNetworkPolicy",
  "policy.networking.k8s.io/AdminNetworkPolicy",
  "policy.networking.k8s.io/BaselineAdminNetworkPolicy",
  "policy.networking.k8s.io/ClusterNetworkPolicy",
  "cilium.io/CiliumCIDRGroup",
  "admissionregistration.k8s.io/MutatingWebhookConfiguration",
]);

/** The namespace an object lives in: `default` where a manifest leaves it out, empty for what lives in none or may do so. */
export function namespaceOf(object: KubernetesObject): string {
  const { namespace } = object.metadata;
  if (namespace !== undefined) return namespace;
  return clusterScoped.has(kindKey(object)) || isUnmodelledPolicy(object) ? "" : "default";
}

/** Indexes the objects of the input. */
export function buildWorld(objects: readonly KubernetesObject[], options: AnalysisOptions = {}): World {
  const byKind = new Map<string, KubernetesObject[]>();
  for (const object of objects) append(byKind, kindKey(object), object);
  const ofKind = (kind: string): readonly KubernetesObject[] => byKind.get(kind) ?? [];
  const namespaces = namespaceFacts(objects);
  const perNamespace = new Map<string, Map<string, KubernetesObject[]>>();
  const inNamespace = (kind: string, namespace: string): readonly KubernetesObject[] => {
    let index = perNamespace.get(kind);
    if (!index) {
      index = new Map();
      for (const object of ofKind(kind)) append(index, namespaceOf(object), object);
      perNamespace.set(kind, index);
    }
    return index.get(namespace) ?? [];
  };
  const held = deriveWorkloads(objects, namespaces, options);
  const workloads = inOrder([...held, ...existingWorkloads(held, namespaces, options)]);
  return { objects, ofKind, inNamespace, namespaces, workloads };
}

function namespaceFacts(objects: readonly KubernetesObject[]): Map<string, NamespaceFacts> {
  const facts = new Map<string, NamespaceFacts>();
  for (const object of objects) {
    if (object.kind === "Namespace" && object.apiVersion === "v1") {
      const { name, labels, annotations } = object.metadata;
      facts.set(name, {
        name,
        // The API server adds this label to every namespace.
        labels: { ...labels, "kubernetes.io/metadata.name": name },
        annotations: annotations ?? {},
        declared: true,
      });
    }
  }
  for (const object of objects) {
    const name = namespaceOf(object);
    if (name !== "" && !facts.has(name)) {
      const labels = { "kubernetes.io/metadata.name": name };
      facts.set(name, { name, labels, annotations: {}, declared: false });
    }
  }
  return facts;
}

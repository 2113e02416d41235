import { kindKey } from "./kindKey.js";
import type { KubernetesObject } from "./model.js";
import { isUnmodelledPolicy } from "./policyKinds.js";

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
  "gateway.networking.k8s.io/GatewayClass",
  "sailoperator.io/Istio",
  "sailoperator.io/IstioRevision",
  "sailoperator.io/IstioRevisionTag",
]);

/** The namespace an object lives in: `default` where a manifest leaves it out, empty for what lives in none or may do so. */
export function namespaceOf(object: KubernetesObject): string {
  const { namespace } = object.metadata;
  if (namespace !== undefined) return namespace;
  return clusterScoped.has(kindKey(object)) || isUnmodelledPolicy(object) ? "" : "default";
}

import { kindKey } from "./kindKey.js";
import type { KubernetesObject } from "./model.js";

/** Kinds by the ends of their names that limit what pods may connect to, of whatever vendor. */
const policyName = /(NetworkPolicy|TrafficPolicy|EgressFirewall|FirewallPolicy|SecurityGroupPolicy)$/;

/** Kinds that do so under another name. Networks of OVN-Kubernetes keep their pods apart from those of others. */
const otherNames = new Set([
  "crd.nsx.vmware.com/SecurityPolicy",
  "kubeovn.io/SecurityGroup",
  "k8s.ovn.org/UserDefinedNetwork",
  "k8s.ovn.org/ClusterUserDefinedNetwork",
]);

/** Kinds with such names that no engine enforces on pods' connections. */
const withoutEffect = new Set([
  "gateway.envoyproxy.io/BackendTrafficPolicy",
  "gateway.envoyproxy.io/ClientTrafficPolicy",
  "gateway.kgateway.dev/TrafficPolicy",
  "gateway.kgateway.dev/BackendConfigPolicy",
  "istio.alibabacloud.com/ASMEgressTrafficPolicy",
  "projectcalico.org/StagedNetworkPolicy",
  "projectcalico.org/StagedGlobalNetworkPolicy",
  "projectcalico.org/StagedKubernetesNetworkPolicy",
]);

/** Kinds of policies that are read field by field. */
export const modelledPolicies: ReadonlySet<string> = new Set([
  "networking.k8s.io/NetworkPolicy",
  "projectcalico.org/NetworkPolicy",
  "projectcalico.org/GlobalNetworkPolicy",
  "policy.networking.k8s.io/AdminNetworkPolicy",
  "policy.networking.k8s.io/BaselineAdminNetworkPolicy",
  "policy.networking.k8s.io/ClusterNetworkPolicy",
  "cilium.io/CiliumNetworkPolicy",
  "cilium.io/CiliumClusterwideNetworkPolicy",
  "networking.gke.io/FQDNNetworkPolicy",
]);

/** Whether objects of a kind may allow or deny connections of pods, by rules that the analysis does not model. */
export function isUnmodelledPolicy(object: Pick<KubernetesObject, "apiVersion" | "kind">): boolean {
  const key = kindKey(object);
  if (!policyName.test(object.kind) && !otherNames.has(key)) return false;
  return !modelledPolicies.has(key) && !withoutEffect.has(key);
}

/** Whether objects of a kind limit what pods may connect to. */
export function isPolicy(object: Pick<KubernetesObject, "apiVersion" | "kind">): boolean {
  return modelledPolicies.has(kindKey(object)) || isUnmodelledPolicy(object);
}

import { kindKey } from "../model/kindKey.js";
import type { KubernetesObject } from "../model/model.js";
import { followedMeshKinds, isUnmodelledMeshKind } from "../model/meshKinds.js";
import { makesPods } from "../model/podOwners.js";
import { isUnmodelledPolicy } from "../model/policyKinds.js";

/**
 * Every kind the analysis reads, keyed as in `World.ofKind`: the API group without its version, then the kind.
 * Objects of other kinds are counted and left out, so that a dump of a whole cluster can be read as it is.
 */
export const readKinds: ReadonlySet<string> = new Set([
  "Namespace",
  "Service",
  "ServiceAccount",
  "Pod",
  "ReplicationController",
  "ConfigMap",
  "Endpoints",
  "apps/Deployment",
  "apps/StatefulSet",
  "apps/DaemonSet",
  "apps/ReplicaSet",
  "batch/Job",
  "batch/CronJob",
  "argoproj.io/Rollout",
  "discovery.k8s.io/EndpointSlice",
  "networking.k8s.io/NetworkPolicy",
  "networking.k8s.io/Ingress",
  "route.openshift.io/Route",
  ...followedMeshKinds,
  "networking.istio.io/WorkloadGroup",
  "gateway.networking.k8s.io/GatewayClass",
  "security.istio.io/RequestAuthentication",
  "istio.alibabacloud.com/ASMEgressTrafficPolicy",
  "projectcalico.org/NetworkPolicy",
  "projectcalico.org/GlobalNetworkPolicy",
  "projectcalico.org/NetworkSet",
  "projectcalico.org/GlobalNetworkSet",
  "projectcalico.org/HostEndpoint",
  "projectcalico.org/Tier",
  "cilium.io/CiliumNetworkPolicy",
  "cilium.io/CiliumClusterwideNetworkPolicy",
  "policy.networking.k8s.io/AdminNetworkPolicy",
  "policy.networking.k8s.io/BaselineAdminNetworkPolicy",
  "policy.networking.k8s.io/ClusterNetworkPolicy",
  "cilium.io/CiliumCIDRGroup",
  "networking.gke.io/FQDNNetworkPolicy",
  "admissionregistration.k8s.io/MutatingWebhookConfiguration",
  "sailoperator.io/Istio",
  "sailoperator.io/IstioRevision",
  "sailoperator.io/IstioRevisionTag",
]);

/**
 * Whether the analysis has a use for an object: by its kind, or by its shape, since any kind may make pods from a
 * template, and any vendor may have policies.
 */
export function isRead(object: Pick<KubernetesObject, "apiVersion" | "kind" | "spec">): boolean {
  return (
    readKinds.has(kindKey(object)) || isUnmodelledPolicy(object) || isUnmodelledMeshKind(object) || makesPods(object)
  );
}

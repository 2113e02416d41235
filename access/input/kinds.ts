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
  "discovery.k8s.io/EndpointSlice",
  "networking.k8s.io/NetworkPolicy",
  "networking.istio.io/Gateway",
  "networking.istio.io/VirtualService",
  "networking.istio.io/DestinationRule",
  "networking.istio.io/ServiceEntry",
  "networking.istio.io/Sidecar",
  "networking.istio.io/WorkloadEntry",
  "networking.istio.io/WorkloadGroup",
  "networking.istio.io/EnvoyFilter",
  "networking.istio.io/ProxyConfig",
  "extensions.istio.io/WasmPlugin",
  "gateway.networking.k8s.io/HTTPRoute",
  "gateway.networking.k8s.io/GRPCRoute",
  "gateway.networking.k8s.io/TCPRoute",
  "gateway.networking.k8s.io/TLSRoute",
  "security.istio.io/AuthorizationPolicy",
  "security.istio.io/PeerAuthentication",
  "security.istio.io/RequestAuthentication",
  "istio.alibabacloud.com/IstioGateway",
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
  "admissionregistration.k8s.io/MutatingWebhookConfiguration",
]);

const clusterScoped: ReadonlySet<string> = new Set([
  "Namespace",
  "projectcalico.org/GlobalNetworkPolicy",
  "projectcalico.org/GlobalNetworkSet",
  "projectcalico.org/HostEndpoint",
  "projectcalico.org/Tier",
  "cilium.io/CiliumClusterwideNetworkPolicy",
  "policy.networking.k8s.io/AdminNetworkPolicy",
  "policy.networking.k8s.io/BaselineAdminNetworkPolicy",
  "admissionregistration.k8s.io/MutatingWebhookConfiguration",
]);

/** The key of `World.ofKind` for an object: `crd.projectcalico.org` is how Calico stores `projectcalico.org`. */
export function kindKey(apiVersion: string, kind: string): string {
  const slash = apiVersion.indexOf("/");
  if (slash < 0) return kind;
  const group = apiVersion.slice(0, slash);
  return `${group === "crd.projectcalico.org" ? "projectcalico.org" : group}/${kind}`;
}

/** The namespace an object lands in: the API server puts a namespaced object without one into `default`. */
export function namespaceOf(key: string, namespace: string | undefined): string {
  return clusterScoped.has(key) ? "" : (namespace ?? "default");
}

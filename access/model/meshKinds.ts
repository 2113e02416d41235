import { groupOf, kindKey } from "./kindKey.js";
import type { KubernetesObject } from "./model.js";

/** API groups whose objects configure the proxies of an Istio mesh. */
const meshGroups = /(^|\.)istio\.io$|^istio\.alibabacloud\.com$|(^|\.)maistra\.io$|^gateway\.networking\.(x-)?k8s\.io$/;

/** Their kinds that the analysis follows. */
export const followedMeshKinds: ReadonlySet<string> = new Set([
  "networking.istio.io/Gateway",
  "networking.istio.io/VirtualService",
  "networking.istio.io/DestinationRule",
  "networking.istio.io/ServiceEntry",
  "networking.istio.io/Sidecar",
  "networking.istio.io/EnvoyFilter",
  "networking.istio.io/ProxyConfig",
  "networking.istio.io/WorkloadEntry",
  "extensions.istio.io/WasmPlugin",
  "extensions.istio.io/TrafficExtension",
  "security.istio.io/AuthorizationPolicy",
  "security.istio.io/PeerAuthentication",
  "install.istio.io/IstioOperator",
  "istio.alibabacloud.com/IstioGateway",
  "gateway.networking.k8s.io/Gateway",
  "gateway.networking.k8s.io/HTTPRoute",
  "gateway.networking.k8s.io/GRPCRoute",
  "gateway.networking.k8s.io/TCPRoute",
  "gateway.networking.k8s.io/TLSRoute",
]);

/** Their kinds that change no path of TCP: templates, telemetry, tokens of requests, classes, permissions, UDP. */
const withoutEffect = new Set([
  "networking.istio.io/WorkloadGroup",
  "security.istio.io/RequestAuthentication",
  "telemetry.istio.io/Telemetry",
  "gateway.networking.k8s.io/GatewayClass",
  "gateway.networking.k8s.io/ReferenceGrant",
  "gateway.networking.k8s.io/UDPRoute",
]);

/** Whether objects of a kind may change the paths of a mesh in ways that the analysis does not model. */
export function isUnmodelledMeshKind(object: Pick<KubernetesObject, "apiVersion" | "kind">): boolean {
  const key = kindKey(object);
  return meshGroups.test(groupOf(object)) && !followedMeshKinds.has(key) && !withoutEffect.has(key);
}

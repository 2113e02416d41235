/** The fields of Istio's resources that decide a path. Everything is optional: manifests are not validated here. */

export type Labels = Record<string, string>;

export interface PortShape {
  number?: number;
  name?: string;
  protocol?: string;
  targetPort?: number;
}

export interface ServiceEntrySpec {
  hosts?: string[];
  addresses?: string[];
  ports?: PortShape[];
  location?: "MESH_EXTERNAL" | "MESH_INTERNAL";
  resolution?: "NONE" | "STATIC" | "DNS" | "DNS_ROUND_ROBIN" | "DYNAMIC_DNS";
  endpoints?: { address?: string; ports?: Record<string, number>; labels?: Labels }[];
  workloadSelector?: { labels?: Labels };
  exportTo?: string[];
  subjectAltNames?: string[];
}

export interface KubernetesServiceSpec {
  type?: string;
  clusterIP?: string;
  externalName?: string;
  selector?: Labels;
  ports?: { name?: string; port?: number; targetPort?: number | string; protocol?: string; appProtocol?: string }[];
}

export interface ConnectionMatch {
  destinationSubnets?: string[];
  port?: number;
  sourceLabels?: Labels;
  gateways?: string[];
  sourceNamespace?: string;
  sniHosts?: string[];
}

export interface RouteDestination {
  destination?: { host?: string; subset?: string; port?: { number?: number } };
  weight?: number;
}

export interface ConnectionRoute {
  match?: ConnectionMatch[];
  route?: RouteDestination[];
}

export interface HttpRoute extends ConnectionRoute {
  redirect?: unknown;
  directResponse?: unknown;
  delegate?: unknown;
  fault?: unknown;
}

export interface VirtualServiceSpec {
  hosts?: string[];
  gateways?: string[];
  exportTo?: string[];
  http?: HttpRoute[];
  tls?: ConnectionRoute[];
  tcp?: ConnectionRoute[];
}

export interface ClientTls {
  mode?: "DISABLE" | "SIMPLE" | "MUTUAL" | "ISTIO_MUTUAL";
  sni?: string;
  credentialName?: string;
  clientCertificate?: string;
  privateKey?: string;
  caCertificates?: string;
  subjectAltNames?: string[];
}

export interface TrafficPolicy {
  tls?: ClientTls;
  tunnel?: unknown;
  proxyProtocol?: unknown;
  loadBalancer?: { simple?: string; localityLbSetting?: object };
  portLevelSettings?: { port?: { number?: number }; tls?: ClientTls }[];
}

export interface Subset {
  name?: string;
  labels?: Labels;
  trafficPolicy?: TrafficPolicy;
}

export interface DestinationRuleSpec {
  host?: string;
  trafficPolicy?: TrafficPolicy;
  subsets?: Subset[];
  exportTo?: string[];
  workloadSelector?: { matchLabels?: Labels };
}

export type ServerTlsMode =
  "PASSTHROUGH" | "SIMPLE" | "MUTUAL" | "AUTO_PASSTHROUGH" | "ISTIO_MUTUAL" | "OPTIONAL_MUTUAL";

export interface Server {
  port?: PortShape;
  bind?: string;
  hosts?: string[];
  tls?: { mode?: ServerTlsMode; subjectAltNames?: string[]; httpsRedirect?: boolean; credentialName?: string };
}

export interface GatewaySpec {
  selector?: Labels;
  servers?: Server[];
}

export interface SidecarSpec {
  workloadSelector?: { labels?: Labels };
  egress?: { port?: PortShape; bind?: string; captureMode?: string; hosts?: string[] }[];
  ingress?: { port?: PortShape; captureMode?: string; tls?: unknown }[];
  outboundTrafficPolicy?: { mode?: string; egressProxy?: unknown };
}

export interface PeerAuthenticationSpec {
  selector?: { matchLabels?: Labels };
  mtls?: { mode?: string };
  portLevelMtls?: Record<string, { mode?: string }>;
}

export interface PolicySource {
  principals?: string[];
  notPrincipals?: string[];
  requestPrincipals?: string[];
  notRequestPrincipals?: string[];
  namespaces?: string[];
  notNamespaces?: string[];
  serviceAccounts?: string[];
  notServiceAccounts?: string[];
  trustDomains?: string[];
  notTrustDomains?: string[];
  ipBlocks?: string[];
  notIpBlocks?: string[];
  remoteIpBlocks?: string[];
  notRemoteIpBlocks?: string[];
}

export interface PolicyOperation {
  hosts?: string[];
  notHosts?: string[];
  ports?: string[];
  notPorts?: string[];
  methods?: string[];
  notMethods?: string[];
  paths?: string[];
  notPaths?: string[];
}

export interface PolicyRule {
  from?: { source?: PolicySource }[];
  to?: { operation?: PolicyOperation }[];
  when?: { key?: string; values?: string[]; notValues?: string[] }[];
}

export interface TargetRef {
  group?: string;
  kind?: string;
  name?: string;
  namespace?: string;
}

export interface AuthorizationPolicySpec {
  selector?: { matchLabels?: Labels };
  targetRef?: TargetRef;
  targetRefs?: TargetRef[];
  action?: "ALLOW" | "DENY" | "AUDIT" | "CUSTOM";
  rules?: (PolicyRule | null)[];
}

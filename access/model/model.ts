import type { Connections } from "./connections.js";
import type { ControlPlane, ControlPlanes } from "../istio/controlPlane/controlPlanes.js";
import type { Setting } from "../istio/controlPlane/proxyConfigs.js";
import type { AssumptionId, FindingId, Message, ProblemId } from "../messages/message.js";

/** Where an object was read: a file and the 1-based line its document starts on. Planned objects have none. */
export interface Source {
  file: string;
  line: number;
}

/** An object as the API server stores it. `spec` and the rest are read through the typed shapes of each reader. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    /** Istio orders competing objects by it. Objects without one count as created together, after all that have one. */
    creationTimestamp?: string;
    ownerReferences?: { kind: string; name: string; controller?: boolean }[];
  };
  spec?: unknown;
  source?: Source;
  [field: string]: unknown;
}

/** Something wrong with the input. It is reported, the rest is still analysed, and the command exits non-zero. */
export interface Problem extends Message<ProblemId> {
  severity: "error" | "warning";
  object?: { kind: string; namespace: string; name: string };
  source?: Source;
}

/** Labels and annotations of a namespace; empty when the input holds no Namespace object of that name. */
export interface NamespaceFacts {
  name: string;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  /** False when the namespace is only mentioned by other objects, so its labels are not known. */
  declared: boolean;
}

/** The objects of the input, found by kind and namespace. */
export interface ObjectIndex {
  readonly objects: readonly KubernetesObject[];
  /**
   * Objects of a kind, in input order. The key is the API group and the kind, without the version:
   * `networking.istio.io/Gateway`, `networking.k8s.io/NetworkPolicy`, `projectcalico.org/GlobalNetworkPolicy`
   * (`crd.projectcalico.org` counts as the same), and only the kind for the core group: `Service`, `Pod`.
   */
  ofKind(kind: string): readonly KubernetesObject[];
  /** The same, limited to one namespace. */
  inNamespace(kind: string, namespace: string): readonly KubernetesObject[];
  /** Every namespace that is declared or mentioned, by name. */
  readonly namespaces: ReadonlyMap<string, NamespaceFacts>;
}

/** All objects of the input, indexed, and what follows from them. Built once by `buildWorld` in access/model/world.ts. */
export interface World extends ObjectIndex {
  readonly workloads: readonly Workload[];
  readonly planes: ControlPlanes;
}

/** A port that a container declares. */
export interface ContainerPort {
  name?: string;
  port: number;
  protocol: "TCP" | "UDP" | "SCTP";
}

/** Whether a workload's pods carry a proxy, and which object and field say so. */
export interface SidecarFact {
  present: true | false | "unknown";
  because: Evidence;
  /** The control plane that configures the proxy; undefined without a proxy, or where several might. */
  plane?: ControlPlane;
  /** No proxy of its own: the node's proxy carries the pods' connections. */
  ambient?: true;
}

/** What the packet rules of pods keep from their proxy. Nothing of it is set where the proxy gets every connection. */
export interface Capture {
  /** Why no connection gets to the proxy, from the pods or to them. */
  off?: Evidence;
  /** Why no connection of the pods gets to it. */
  asProxy?: Evidence;
  /** Why those of some of their containers, or of some pods, do not. */
  partly?: Evidence;
  includeOutboundPorts?: Setting;
  excludeOutboundPorts?: Setting;
  includeOutboundIPRanges?: Setting;
  excludeOutboundIPRanges?: Setting;
  includeInboundPorts?: Setting;
  excludeInboundPorts?: Setting;
}

/** How a workload's proxy answers DNS: undefined where nothing is set. */
export interface DnsSettings {
  /** The proxy answers its pod's queries. */
  capture?: Setting;
  /** It uses addresses that are allocated to ServiceEntries without one, whatever the control plane does. */
  autoAllocate?: Setting;
}

/** Pods of a workload that have the same labels. */
export interface PodGroup {
  labels: Readonly<Record<string, string>>;
  /** Labels that a controller sets, to values the input does not show: `pod-template-hash` of a Deployment's pods. */
  unknownValues: readonly string[];
  /** The pods may have labels that the input does not show: what made them is not known. */
  moreLabels: boolean;
  /** Addresses of live pods, where the input holds them. */
  addresses: readonly string[];
  /** Names of the nodes that live pods run on. Empty when not known. */
  nodes: readonly string[];
}

/** What makes pods: any object with a template of pods that no other one makes, or a Pod without an owner. */
export interface Workload {
  kind: string;
  namespace: string;
  name: string;
  serviceAccount: string;
  /** Labels of the pods, not of the object that makes them: of the first group, where pods differ. */
  labels: Readonly<Record<string, string>>;
  /** Its pods by their labels; at least one group. */
  pods: readonly PodGroup[];
  /** Annotations of the pods. */
  annotations: Readonly<Record<string, string>>;
  sidecar: SidecarFact;
  capture: Capture;
  dns: DnsSettings;
  /** A proxy of router type: its pods carry no application of their own and can serve Istio Gateways. */
  gateway: boolean;
  hostNetwork: boolean;
  /** Which nodes its pods run on: `untainted` are all that a pod without tolerations can run on. */
  nodes: "all" | "untainted" | "some";
  ports: readonly ContainerPort[];
  /** Addresses of live pods, where the input holds them. */
  addresses: readonly string[];
  /** Names of all containers of a pod. */
  containers: readonly string[];
  object: KubernetesObject;
  /** Named by the caller (`AnalysisOptions.existing`): the input does not hold it. */
  existing?: true;
}

/** What the first bytes of a connection tell a proxy. */
export type ApplicationProtocol = "tcp" | "tls" | "http";

/** What a workload tries to reach: the client resolves `host` and connects to `port`. */
export interface Target {
  host: string;
  port: number;
  /** How the client speaks: `tls` sends `host` as SNI at once, `tcp` says nothing a proxy could read. */
  protocol: ApplicationProtocol;
  /** The server sends bytes before the client does, as MySQL does with its handshake packet. */
  serverSpeaksFirst: boolean;
  kind: "database" | "service";
  /** Whether the application speaks TLS of its own inside TCP. @default not known for databases, never for services */
  applicationTls?: "always" | "never";
  /** The database's name in the stack config, where it has one. */
  database?: string;
  /** Real addresses of the target, where the input names them: what the client's DNS answers without capture. */
  addresses: readonly string[];
  /** The caller names these addresses: an entry with others ends elsewhere. */
  addressesGiven?: true;
  /** CIDR blocks from which the database itself accepts connections; undefined when not known. */
  allowList?: readonly string[];
}

/** One link of the chain that decides a verdict: an object, the field in it, and what it does, as a message. */
export interface Evidence extends Message {
  kind: string;
  namespace: string;
  name: string;
  /** Path of the field, as `spec.servers[0].tls.mode`; empty when the object as a whole decides. */
  field: string;
}

export type MeshVerdictName = "gateway" | "direct" | "blocked" | "misrouted" | "unknown";

/**
 * What protects one hop. `tls-passthrough` is the application's own TLS; `mutual-tls+tls-passthrough` is that, inside the
 * mesh's. `own-tls-unknown`: the proxies add nothing, and the application may speak TLS of its own inside TCP, as clients of
 * Postgres and MySQL do, which no proxy sees.
 */
export type HopEncryption =
  "plaintext" | "own-tls-unknown" | "tls" | "mutual-tls" | "tls-passthrough" | "mutual-tls+tls-passthrough";

/** What the sidecar and the gateway do with the connection. Verdicts are shared between rows: never change one. */
export interface MeshVerdict {
  verdict: MeshVerdictName;
  /** One entry per hop, caller first; empty when nothing is carried. */
  encryption: readonly HopEncryption[];
  /** The gateway, or for a direct path the server's own proxy, knows the caller by its certificate. */
  identity: boolean;
  /** What a caller that is blocked receives all the same. */
  exposes: null | "handshake";
  because: readonly Evidence[];
}

export type BypassVerdictName = "open" | "blocked" | "unknown";

/** What happens if the process avoids its sidecar and dials the target itself. Shared between rows: never change one. */
export interface BypassVerdict {
  verdict: BypassVerdictName;
  because: readonly Evidence[];
}

/** One workload against one target. */
export interface Row {
  /** One object for all rows of a workload: a Deployment and a CronJob of a namespace may have one name. */
  from: { namespace: string; workload: string; serviceAccount: string };
  to: { host: string; port: number };
  mesh: MeshVerdict;
  bypass: BypassVerdict;
}

/** Answers about every target, in the order of the targets. Workloads that nothing distinguishes share one object. */
export interface Answers {
  mesh: readonly MeshVerdict[];
  bypass: readonly BypassVerdict[];
}

export interface WorkloadAnswers {
  from: Row["from"];
  answers: Answers;
}

/** Decides the way round for one workload. Verdict objects are shared, so equal answers are the same object. */
export type BypassOfWorkload = (target: Target) => BypassVerdict;

/** Answers with the very same function for workloads that no policy distinguishes, so callers may group workloads by it. */
export type BypassDecider = (workload: Workload) => BypassOfWorkload;

/** Products that run Istio's configuration. */
export type MeshKind = "istio" | "asm" | "cloud-service-mesh";

/** Mesh settings that manifests do not carry. The `istio` ConfigMap of the input wins over defaults, these win over both. */
export interface MeshOptions {
  /** Product, which decides what is read of Istio's configuration. @default Cloud Service Mesh where the input has its ConfigMap, else Istio */
  kind?: MeshKind;
  /** @default ALLOW_ANY, as Istio */
  outboundTrafficPolicy?: "ALLOW_ANY" | "REGISTRY_ONLY";
  /** @default "istio-system" */
  rootNamespace?: string;
  /** @default "cluster.local" */
  trustDomain?: string;
  trustDomainAliases?: readonly string[];
  /** Sidecars answer DNS themselves, so a ServiceEntry's VIP is what the client dials. @default false */
  dnsCapture?: boolean;
  /** Addresses are allocated to ServiceEntries that name none. @default true, as Istio since 1.25 */
  autoAllocate?: boolean;
  defaultServiceExportTo?: readonly string[];
  defaultVirtualServiceExportTo?: readonly string[];
  defaultDestinationRuleExportTo?: readonly string[];
  /** PILOT_SCOPE_GATEWAY_TO_NAMESPACE of istiod. @default false */
  scopeGatewayToNamespace?: boolean;
  /** Namespaces without an injection label are injected. @default false */
  injectByDefault?: boolean;
  /** @default "cluster.local" */
  clusterDomain?: string;
}

/** A database of the stack config, or one the caller wants to know about although no ServiceEntry names it. */
export interface DatabaseOption {
  name?: string;
  host: string;
  port: number;
  /** The wire protocol, as in the settings: mysql, postgres, mongo, redis, kafka, tcp or tls. */
  protocol?: string;
  /** The client itself speaks TLS from the first byte with the host as SNI. */
  tls?: boolean;
  /** Whether the client speaks TLS of its own inside the protocol, as where the database demands it. @default not known */
  applicationTls?: "always" | "never";
  addresses?: readonly string[];
  /** CIDR blocks the database's own allow-list admits. */
  allowList?: readonly string[];
}

/** A workload that runs in the cluster although the input may not hold it. */
export interface ExistingWorkload {
  namespace: string;
  /** @default named after its service account, or `*` */
  name?: string;
  /** @default `default` for one with a name; else every account of the namespace that no workload of the input uses */
  serviceAccount?: string;
  /** Labels of its pods. @default not known */
  labels?: Readonly<Record<string, string>>;
}

export interface AnalysisOptions {
  mesh?: MeshOptions;
  databases?: readonly DatabaseOption[];
  /** Clients to judge although no manifest makes them, unless the input holds a workload of that name or account. */
  existing?: readonly ExistingWorkload[];
  /** Take Kubernetes Services as targets too. @default false */
  services?: boolean;
  /** Addresses from which the client workloads' own connections arrive at a database (pod CIDRs, or node and NAT addresses). */
  clientAddresses?: readonly string[];
  /** What enforces network policies; engines differ on host-network pods and on whether address blocks match pods. With `none` policies have no effect. @default Calico where the input holds its objects, else not known */
  policyEngine?: "calico" | "dataplane-v2" | "terway" | "none";
}

/** Rows sorted by namespace, workload, host, port. They are made while iterating: five million are never in memory. */
export interface Rows extends Iterable<Row> {
  readonly length: number;
  /** The row of a workload and a target, by their places in the analysis' lists. */
  at(workload: number, target: number): Row | undefined;
  /** The ends of all rows of a workload, in the order of the targets. */
  readonly ends: readonly Row["to"][];
  /** The same as columns, without an object for each pair. */
  byWorkload(): Iterable<WorkloadAnswers>;
}

export interface Summary {
  workloads: number;
  targets: number;
  rows: number;
  mesh: Record<MeshVerdictName, number>;
  bypass: Record<BypassVerdictName, number>;
  /** Rows whose caller is blocked yet receives the server's handshake packet. */
  exposed: number;
  /** Rows the mesh blocks or sends through the gateway while the network underneath is open. */
  bypassable: number;
}

/** Findings that no single pair shows: one database swallowing a port, a rule another one shadows, a server never built. */
export interface Finding extends Message<FindingId> {
  /** How many pairs of workload and database it is about, where they are counted. */
  pairs?: number;
  because: readonly Evidence[];
}

/** What is analysed: objects, and what their reader has to say about them. */
export interface Manifests {
  objects: readonly KubernetesObject[];
  /** What the reader found wrong. */
  problems?: readonly Problem[];
  /** How many objects of each kind the reader left out because the analysis does not read them. */
  ignored?: ReadonlyMap<string, number>;
}

/** The complete answer about one input. Every part is computed when it is first asked for. */
export interface Analysis {
  readonly rows: Rows;
  /** Workloads that can be clients: all but gateways. */
  readonly workloads: readonly Workload[];
  readonly targets: readonly Target[];
  /** Every port of TCP, UDP and SCTP between workloads, and from and to outside. */
  readonly connections: Connections;
  readonly findings: readonly Finding[];
  /** What is wrong with the input: unreadable objects, references to nothing, policies that cannot be read. */
  readonly problems: readonly Problem[];
  /** How many objects of each kind were not read, because the analysis has no use for them. */
  readonly ignored: ReadonlyMap<string, number>;
  /** What the input does not contain, and what is assumed instead. */
  readonly assumptions: readonly Message<AssumptionId>[];
  readonly summary: Summary;
  /** Which ports of which workloads accept plaintext. */
  readonly mtls: readonly MtlsAuditRow[];
  /** The objects that were analysed. */
  readonly objects: readonly KubernetesObject[];
}

/** The full account of one pair, for `explain`. */
export interface Explanation {
  row: Row;
  workload: Workload;
  target: Target;
}

/** Whether one port of a workload (null: every port without a rule of its own) takes plaintext, and what decides it. */
export interface MtlsAuditRow {
  namespace: string;
  workload: string;
  port: number | null;
  mode: "STRICT" | "PERMISSIVE" | "DISABLE" | "none" | "unknown";
  plaintext: true | false | "unknown";
  because: Evidence;
}

/** A row whose reach differs. `before` or `after` is missing when the workload or the target is on one side only. */
export interface ReachChange {
  from: Row["from"];
  to: Row["to"];
  before?: Pick<Row, "mesh" | "bypass">;
  after?: Pick<Row, "mesh" | "bypass">;
}

/** Who an assertion speaks of; a name may be `*`, and a field left out means any. */
export interface CallerPattern {
  namespace?: string;
  workload?: string;
  serviceAccount?: string;
}

/** What an assertion speaks of; `database` is its name in the stack config. A field left out means any. */
export interface TargetPattern {
  host?: string;
  database?: string;
  port?: number;
}

/** A promise about reach. Every row it covers has to keep every expectation it names. */
export interface Assertion {
  /** Shown in reports. */
  name?: string;
  from: "*" | CallerPattern;
  /** Callers that `from` would cover and the promise does not. */
  except?: readonly CallerPattern[];
  to: "*" | TargetPattern;
  expect?: MeshVerdictName | readonly MeshVerdictName[];
  /** `true`: every hop is known to carry some form of TLS. `false`: one carries none. `unknown`: the application may add its own. */
  encrypted?: boolean | "unknown";
  identity?: boolean;
  /** `nothing`: a blocked caller receives not one byte. */
  exposes?: "nothing" | "handshake";
  bypass?: BypassVerdictName;
}

/** Pairs that do not meet an expectation, all for the same cause. */
export interface AssertionFailure extends Message {
  /** The link of evidence that all of these pairs share. */
  cause?: Evidence;
  pairs: number;
  /** The first of them. */
  examples: readonly Row[];
}

export interface AssertionResult {
  assertion: Assertion;
  /** How many pairs it matches. An assertion that matches none fails: a typing error must not look like safety. */
  covered: number;
  /** How many of them fail. */
  broken: number;
  /** One for each expectation and cause, those of most pairs first. */
  failures: readonly AssertionFailure[];
  ok: boolean;
}

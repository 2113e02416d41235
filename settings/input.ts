/**
 * The settings as one writes them, for TypeScript and for editors: each field with its meaning, unit and default.
 * Written by `npm run docs` from the schemas beside this file, which are the one place to change.
 *
 * @module
 */
/**
 * Settings of a stack: one key for each layer.
 */
export interface SettingsInput {
  /**
   * The cluster: created on GKE or ACK, or one that exists.
   */
  cluster: GkeClusterInput | AckClusterInput | ExistingClusterInput;
  /**
   * The service mesh.
   */
  mesh: IstioMeshInput | AsmMeshInput | CloudServiceMeshMeshInput;
  /**
   * The egress gateway.
   */
  gateway?: GatewayInput;
  /**
   * Namespaces and their injection.
   */
  namespaces?: NamespaceInput[];
  /**
   * Databases outside the cluster and who may reach them.
   */
  databases?: DatabaseEntryInput[];
  /**
   * What workloads accept from each other.
   */
  mutualTls?: MutualTlsInput;
  /**
   * Who may talk to whom.
   */
  network?: NetworkInput;
  /**
   * How clients outside come in, over HTTPS.
   */
  ingress?: IngressInput;
  /**
   * Who may do what at the API server.
   */
  rbac?: RbacInput[];
  /**
   * What proxies tell of the traffic.
   */
  observability?: ObservabilityInput;
  /**
   * What runs in the namespaces.
   */
  workloads?: (ManifestsWorkloadInput | DeploymentWorkloadInput | ExistingWorkloadInput)[];
  /**
   * Promises about who reaches what.
   */
  access?: AccessInput;
}

/**
 * Promises about who reaches what.
 */
export interface AccessInput {
  /**
   * Assertions, each checked against every pair that it matches.
   */
  assert?: AccessAssertInput[];
}

export interface AccessAssertInput {
  /**
   * Title of the assertion in reports.
   */
  name?: string;
  /**
   * Clients that it applies to.
   */
  from: "*" | AccessAssertFromInput;
  /**
   * Clients that it does not apply to, although `from` matches them.
   */
  except?: AccessAssertExceptInput[];
  /**
   * Databases that it applies to.
   */
  to: "*" | AccessAssertToInput;
  /**
   * What the mesh does with the connection.
   */
  expect?:
    | "gateway"
    | "direct"
    | "blocked"
    | "misrouted"
    | "unknown"
    | ("gateway" | "direct" | "blocked" | "misrouted" | "unknown")[];
  /**
   * `true`: every hop is known to use some form of TLS. `false`: a hop uses none. `unknown`: the application may speak TLS of its own, which the mesh cannot see.
   */
  encrypted?: boolean | "unknown";
  /**
   * The gateway authenticates the client by its certificate.
   */
  identity?: boolean;
  /**
   * What a blocked client still receives: nothing, or the handshake packet of a server-first protocol.
   */
  exposes?: "nothing" | "handshake";
  /**
   * Whether a client can bypass its sidecar.
   */
  bypass?: "open" | "blocked" | "unknown";
}

export interface AccessAssertToInput {
  /**
   * Name of a database of this stack.
   *
   * @default any
   */
  database?: string;
  /**
   * Host.
   *
   * @default any
   */
  host?: string;
  /**
   * Port. From 1 to 65535.
   *
   * @default any
   */
  port?: number;
}

export interface AccessAssertExceptInput {
  /**
   * Namespace.
   *
   * @default any
   */
  namespace?: string;
  /**
   * Name of the Deployment or other workload.
   *
   * @default any
   */
  workload?: string;
  /**
   * Service account.
   *
   * @default any
   */
  serviceAccount?: string;
}

export interface AccessAssertFromInput {
  /**
   * Namespace.
   *
   * @default any
   */
  namespace?: string;
  /**
   * Name of the Deployment or other workload.
   *
   * @default any
   */
  workload?: string;
  /**
   * Service account.
   *
   * @default any
   */
  serviceAccount?: string;
}

/**
 * A workload that runs already: judged as a client of databases, never written.
 */
export interface ExistingWorkloadInput {
  kind: "existing";
  /**
   * Name of the Deployment or other workload.
   */
  name: string;
  /**
   * Namespace it runs in.
   */
  namespace: string;
  /**
   * Service account it runs as.
   *
   * @default `"default"`
   */
  serviceAccount?: string;
  /**
   * Labels of its pods.
   *
   * @default not known; policies that select pods by labels then leave a verdict unknown
   */
  labels?: Record<string, string>;
}

/**
 * One Deployment, hardened, with a service account, and a Service where it has ports.
 */
export interface DeploymentWorkloadInput {
  kind: "deployment";
  /**
   * Name of Deployment, service account and Service.
   */
  name: string;
  /**
   * Namespace to run in.
   */
  namespace: string;
  /**
   * Container image.
   */
  image: string;
  /**
   * Labels of the pods.
   *
   * @default `app` with the name
   */
  labels?: Record<string, string>;
  /**
   * Ports; with one there is a Service too.
   */
  ports?: DeploymentWorkloadPortInput[];
  /**
   * Environment in plain.
   */
  env?: Record<string, string>;
  /**
   * Environment from secrets: variable to key under `secrets`.
   */
  secretEnv?: Record<string, string>;
  /**
   * Command in place of the image's.
   */
  command?: string[];
  /**
   * Pods.
   *
   * @default `1`
   */
  replicas?: number;
  /**
   * Service account that exists already.
   *
   * @default one of its own, named like the workload
   */
  serviceAccount?: string;
  /**
   * User the container runs as. Needed where the image would run as root, or names its user by a word.
   */
  runAsUser?: number;
}

export interface DeploymentWorkloadPortInput {
  /**
   * Name; its first part is the protocol, such as `http` or `tcp-mysql`.
   */
  name: string;
  /**
   * Port the container listens on. From 1 to 65535.
   */
  port: number;
  /**
   * Port of the Service. From 1 to 65535.
   *
   * @default the container's
   */
  servicePort?: number;
}

/**
 * Kubernetes manifests of your own, in YAML or JSON. See docs/manifests.md.
 */
export interface ManifestsWorkloadInput {
  kind: "manifests";
  /**
   * Folder with the manifests, subfolders included, or one file. Relative to the project root: the folder of `Pulumi.yaml`, or of a stack file outside any project.
   */
  folder: string;
  /**
   * Namespace of the objects that name none.
   *
   * @default none, and each object has to name its own
   */
  namespace?: string;
}

/**
 * What proxies tell of the traffic.
 */
export interface ObservabilityInput {
  /**
   * Whose proxies it is about. `mesh`: every proxy, by a Telemetry in the root namespace. `gateway`: those of the egress gateway.
   *
   * @default mesh; with `mesh.install: false` gateway
   */
  scope?: "mesh" | "gateway";
  /**
   * Access logs on the proxies' standard output.
   */
  accessLogs?: ObservabilityAccessLogsInput;
  /**
   * Distributed tracing of HTTP and gRPC. A connection to a database is TCP and makes no span.
   */
  tracing?: ObservabilityTracingInput;
  /**
   * What Prometheus and Grafana need to watch the egress gateway. See docs/alerts/README.md.
   */
  metrics?: ObservabilityMetricsInput;
}

/**
 * What Prometheus and Grafana need to watch the egress gateway. See docs/alerts/README.md.
 */
export interface ObservabilityMetricsInput {
  /**
   * Write scrape configuration, recording rules, alerts and a dashboard for the egress gateway, and switch on the proxy statistics that they read. The gateway's pods restart once.
   *
   * @default `false`
   */
  enabled?: boolean;
  /**
   * `configMaps`: a ConfigMap with a scrape configuration and a file of rules, for a Prometheus that mounts or loads them; it needs no custom resources. `prometheusOperator`: a PodMonitor and a PrometheusRule, whose custom resource definitions the cluster must have.
   *
   * @default `"configMaps"`
   */
  format?: "configMaps" | "prometheusOperator";
  /**
   * Namespace of rules and dashboard. It must exist: Prometheus mounts ConfigMaps of its own namespace only.
   *
   * @default the gateway's. A PodMonitor is always beside the gateway
   */
  namespace?: string;
  /**
   * Further labels of the objects, such as `release: kube-prometheus-stack`, by which the operator selects them.
   */
  labels?: Record<string, string>;
  /**
   * Labels of the dashboard's ConfigMap, by which Grafana's sidecar finds it.
   */
  dashboardLabels?: Record<string, string>;
  /**
   * Address under which the pages of docs/alerts are served. Each alert then links its own, as `<address>/<alert>.md`.
   *
   * @default alerts name the page without a link
   */
  runbooks?: string;
  /**
   * Time over which rates are taken. At least four times the interval at which Prometheus scrapes.
   *
   * @default `"5m"`
   */
  window?: string;
  /**
   * Changes to alerts. One that is not listed is written with its defaults.
   */
  alerts?: ObservabilityMetricsAlertInput[];
}

/**
 * A change to one alert.
 */
export interface ObservabilityMetricsAlertInput {
  /**
   * Name of the alert. docs/alerts/README.md lists all.
   */
  name:
    | "EgressGatewayNotScraped"
    | "EgressGatewayStatisticsMissing"
    | "EgressGatewayHandshakesRefused"
    | "EgressGatewayPolicyDenied"
    | "EgressDatabaseConnectFailures"
    | "EgressDatabaseConnectionsNearLimit"
    | "EgressDatabaseConnectionLimitReached"
    | "EgressDatabaseUnused"
    | "EgressGatewayCertificateExpiring"
    | "EgressGatewayMemoryNearLimit"
    | "EgressGatewayConnectionsNearLimit"
    | "EgressGatewayDraining"
    | "EgressGatewayVersionSkew";
  /**
   * Write the alert.
   *
   * @default `true`
   */
  enabled?: boolean;
  /**
   * Its label `severity`.
   *
   * @default the alert's own
   */
  severity?: "critical" | "warning" | "info";
  /**
   * How long its condition must hold before it fires.
   *
   * @default the alert's own
   */
  for?: string;
  /**
   * Where its condition begins to hold, in the alert's unit.
   *
   * @default the alert's own
   */
  threshold?: number;
}

/**
 * Distributed tracing of HTTP and gRPC. A connection to a database is TCP and makes no span.
 */
export interface ObservabilityTracingInput {
  /**
   * Proxies send traces.
   *
   * @default `false`
   */
  enabled?: boolean;
  /**
   * Share of requests that are traced, in percent. It holds whatever sampled trace a caller brings (traceparent). From 0 to 100.
   *
   * @default `1`
   */
  samplingPercent?: number;
  /**
   * Extension provider of the mesh config that takes traces; the way to it is yours to open (network.flows).
   *
   * @default the one the mesh brings
   */
  provider?: string;
}

/**
 * Access logs on the proxies' standard output.
 */
export interface ObservabilityAccessLogsInput {
  /**
   * Proxies log each connection and request.
   *
   * @default `true`
   */
  enabled?: boolean;
  /**
   * CEL expression of what is logged, such as `response.code >= 400`.
   *
   * @default everything
   */
  filter?: string;
}

export interface RbacInput {
  /**
   * Name of role and binding.
   */
  name: string;
  /**
   * Namespace the role holds in.
   *
   * @default the whole cluster
   */
  namespace?: string;
  /**
   * What it allows.
   */
  rules: RbacRuleInput[];
  /**
   * Whom it allows it.
   */
  subjects: (ServiceAccountRbacSubjectInput | GroupRbacSubjectInput | UserRbacSubjectInput)[];
  /**
   * Accept `*` in the rules: a relaxation.
   *
   * @default `false`
   */
  allowWildcards?: boolean;
}

export interface UserRbacSubjectInput {
  kind: "User";
  /**
   * User of the identity provider.
   */
  name: string;
}

export interface GroupRbacSubjectInput {
  kind: "Group";
  /**
   * Group of the identity provider.
   */
  name: string;
}

export interface ServiceAccountRbacSubjectInput {
  kind: "ServiceAccount";
  /**
   * Service account.
   */
  name: string;
  /**
   * Its namespace.
   *
   * @default the role's
   */
  namespace?: string;
  /**
   * Create it, without a token in pods unless they ask for one.
   *
   * @default `false`
   */
  create?: boolean;
}

export interface RbacRuleInput {
  /**
   * API groups.
   *
   * @default the core group
   */
  apiGroups?: string[];
  /**
   * Resources, such as `pods` or `pods/log`.
   */
  resources: string[];
  /**
   * Verbs, such as `get`, `list`, `watch`.
   */
  verbs: string[];
  /**
   * Only the objects of these names.
   */
  resourceNames?: string[];
}

/**
 * How clients outside come in, over HTTPS.
 */
export interface IngressInput {
  /**
   * The mesh's ingress gateway.
   */
  gateway?: IngressGatewayInput;
  /**
   * Let `up` wait, ten minutes at most, until the gateway's Service and each Ingress have a load balancer's address.
   *
   * @default `true`, and `false` on a cluster that exists, which may give none
   */
  waitForAddress?: boolean;
  /**
   * Hosts and the Services behind them.
   */
  hosts?: IngressHostInput[];
}

export interface IngressHostInput {
  /**
   * Name of the entry; resource names derive from it alone.
   */
  name: string;
  /**
   * The mesh's ingress gateway, or the cluster's ingress controller.
   *
   * @default `"mesh"`
   */
  kind?: "mesh" | "kubernetes";
  /**
   * Host name that clients dial.
   */
  host: string;
  /**
   * Namespace of the Service.
   */
  namespace: string;
  /**
   * Service that answers.
   */
  service: string;
  /**
   * Port of the Service. From 1 to 65535.
   *
   * @default `80`
   */
  port?: number;
  /**
   * Requests below this path.
   *
   * @default `"/"`
   */
  path?: string;
  /**
   * Ingress class, for kind kubernetes.
   *
   * @default `"nginx"`
   */
  className?: string;
  /**
   * Certificate the host is served with. Plain HTTP is not served.
   */
  tls?: IngressHostTlsInput;
}

/**
 * Certificate the host is served with. Plain HTTP is not served.
 */
export interface IngressHostTlsInput {
  /**
   * TLS Secret.
   *
   * @default the entry's name with `-tls`
   */
  secret?: string;
  /**
   * Key under `secrets` with the certificate chain as PEM.
   *
   * @default the TLS Secret exists already
   */
  certificateSecret?: string;
  /**
   * Key under `secrets` with the private key as PEM.
   */
  keySecret?: string;
}

/**
 * The mesh's ingress gateway.
 */
export interface IngressGatewayInput {
  /**
   * Create the gateway.
   *
   * @default use one that exists
   */
  create?: boolean;
  /**
   * Name of the gateway.
   *
   * @default `"ingressgateway"`
   */
  name?: string;
  /**
   * Namespace of its pods, and of the TLS Secrets it serves.
   *
   * @default `"istio-ingress"`
   */
  namespace?: string;
  /**
   * Labels of its pods.
   *
   * @default `istio` with the gateway's name
   */
  selector?: Record<string, string>;
  /**
   * Pods. Two, so that losing one closes no door.
   *
   * @default `2`
   */
  replicas?: number;
  /**
   * Type of its Service. ClusterIP where something else brings the traffic.
   *
   * @default `"LoadBalancer"`
   */
  type?: "LoadBalancer" | "ClusterIP";
}

/**
 * Who may talk to whom.
 */
export interface NetworkInput {
  /**
   * Default deny per namespace, with what every pod needs.
   */
  isolation?: NetworkIsolationInput;
  /**
   * Who may talk to whom.
   */
  flows?: NetworkFlowInput[];
  /**
   * Pods that accept connections from addresses, such as a load balancer's: a relaxation.
   */
  openIngress?: NetworkOpenIngressInput[];
  /**
   * Pods that may connect to addresses, past the egress gateway: a relaxation.
   */
  openEgress?: NetworkOpenEgressInput[];
  /**
   * Default deny for the whole cluster.
   */
  globalIsolation?: NetworkGlobalIsolationInput;
  /**
   * Limits on services of the mesh.
   */
  protection?: NetworkProtectionInput[];
  /**
   * The cloud's firewall around nodes that this stack creates.
   */
  firewall?: NetworkFirewallInput;
  /**
   * What the cloud's network keeps of connections.
   */
  flowLogs?: NetworkFlowLogsInput;
}

/**
 * What the cloud's network keeps of connections.
 */
export interface NetworkFlowLogsInput {
  /**
   * Log flows of nodes and pods, refused ones too.
   *
   * @default `true`
   */
  enabled?: boolean;
  /**
   * Flows that are logged, in percent. On GKE only; ACK logs every flow. From 1 to 100.
   *
   * @default `50`
   */
  samplePercent?: number;
  /**
   * Days the log is kept. On ACK only; on GKE the project's log bucket decides. From 1 to 3650.
   *
   * @default `30`
   */
  retentionDays?: number;
}

/**
 * The cloud's firewall around nodes that this stack creates.
 */
export interface NetworkFirewallInput {
  /**
   * Log connections to databases that were refused. On GKE only.
   *
   * @default `true`
   */
  logDenied?: boolean;
}

/**
 * Limits on what clients may ask of one Service.
 */
export interface NetworkProtectionInput {
  /**
   * Service to protect.
   */
  service: string;
  /**
   * Namespace of the Service.
   */
  namespace: string;
  /**
   * TCP connections a client's proxy may hold to it.
   *
   * @default `1024`
   */
  maxConnections?: number;
  /**
   * How long a proxy waits for a connection.
   *
   * @default `"10s"`
   */
  connectTimeout?: string;
  /**
   * HTTP requests that may wait for a connection.
   *
   * @default `1024`
   */
  maxPendingRequests?: number;
  /**
   * HTTP requests that may be under way.
   *
   * @default `1024`
   */
  maxRequests?: number;
  /**
   * When a failing pod gets no more requests.
   */
  outliers?: NetworkProtectionOutliersInput;
}

/**
 * When a failing pod gets no more requests.
 */
export interface NetworkProtectionOutliersInput {
  /**
   * Server errors in a row until a pod is left out.
   *
   * @default `5`
   */
  consecutiveErrors?: number;
  /**
   * How often pods are judged.
   *
   * @default `"10s"`
   */
  interval?: string;
  /**
   * How long a pod is left out; grows each time.
   *
   * @default `"30s"`
   */
  ejectionTime?: string;
  /**
   * Most pods left out, in percent. From 1 to 100.
   *
   * @default `50`
   */
  maxEjectedPercent?: number;
}

/**
 * Default deny for the whole cluster.
 */
export interface NetworkGlobalIsolationInput {
  /**
   * Deny by default in every namespace of the cluster that has no policy of its own. Needs Calico, GKE's Dataplane V2, or on ACK the add-on Poseidon. Off, because it also reaches namespaces this stack knows nothing of.
   *
   * @default `false`
   */
  enabled?: boolean;
  /**
   * Calico enforces policy beside the cluster's own engine. Not on ACK.
   *
   * @default `false`
   */
  calicoInstalled?: boolean;
  /**
   * ACK's add-on Poseidon runs, 0.5.1 or later, with ACK NetworkPolicy enabled: it enforces policies for the whole cluster on Terway.
   *
   * @default `false`
   */
  poseidonInstalled?: boolean;
  /**
   * Namespaces left alone, besides Kubernetes' own and the mesh's control plane.
   */
  exceptNamespaces?: string[];
  /**
   * Ranges no pod may reach, whatever its namespace's policy says.
   *
   * @default the cloud's metadata service; on GKE's Dataplane V2 none, where it never gives a pod the node's credentials. Not on ACK, whose policies for the whole cluster say only what is allowed
   */
  deniedRanges?: string[];
  /**
   * Ports of those ranges that are left to the namespaces' policies; not on Dataplane V2.
   *
   * @default 53, where Cloud DNS answers, and on GKE 80 and 988, where pods get the identity of their own service account
   */
  exceptPorts?: number[];
}

export interface NetworkOpenEgressInput {
  /**
   * Namespace of the pods.
   */
  namespace: string;
  /**
   * Labels of the pods.
   *
   * @default every pod of the namespace
   */
  labels?: Record<string, string>;
  /**
   * Name of the relaxation.
   */
  name: string;
  /**
   * Ranges they may connect to.
   *
   * @default every address
   */
  ranges?: string[];
  /**
   * TCP ports.
   *
   * @default every port
   */
  ports?: number[];
}

export interface NetworkOpenIngressInput {
  /**
   * Namespace of the pods.
   */
  namespace: string;
  /**
   * Labels of the pods.
   *
   * @default every pod of the namespace
   */
  labels?: Record<string, string>;
  /**
   * Name of the relaxation.
   */
  name: string;
  /**
   * Ranges that may connect.
   *
   * @default every address
   */
  ranges?: string[];
  /**
   * TCP ports.
   *
   * @default every port
   */
  ports?: number[];
}

/**
 * These pods may talk to those. Both sides' policies follow from it.
 */
export interface NetworkFlowInput {
  /**
   * Name of the flow; the names of its policies derive from it alone.
   */
  name: string;
  /**
   * Who opens the connection.
   */
  from: NetworkFlowFromInput;
  /**
   * Who answers it.
   */
  to: NetworkFlowToInput;
  /**
   * TCP ports of the answering containers, not of their Service.
   *
   * @default every port
   */
  ports?: number[];
}

/**
 * Who answers it.
 */
export interface NetworkFlowToInput {
  /**
   * Namespace of the pods.
   */
  namespace: string;
  /**
   * Labels of the pods.
   *
   * @default every pod of the namespace
   */
  labels?: Record<string, string>;
}

/**
 * Who opens the connection.
 */
export interface NetworkFlowFromInput {
  /**
   * Namespace of the pods.
   */
  namespace: string;
  /**
   * Labels of the pods.
   *
   * @default every pod of the namespace
   */
  labels?: Record<string, string>;
}

/**
 * Default deny per namespace, with what every pod needs.
 */
export interface NetworkIsolationInput {
  /**
   * Deny everything in and out of each namespace but what is named.
   *
   * @default `true`
   */
  enabled?: boolean;
  /**
   * Namespaces to isolate.
   *
   * @default those under `namespaces` that the stack creates; one that it adopts may have workloads of others. The gateway's always is
   */
  namespaces?: string[];
  /**
   * Whether pods of one namespace may talk to each other, or the namespaces where they may.
   *
   * @default `true`
   */
  insideNamespace?: boolean | string[];
  /**
   * Where DNS is answered.
   */
  dns?: NetworkIsolationDnsInput;
  /**
   * Addresses of a control plane outside the cluster.
   *
   * @default what the mesh is known to use
   */
  controlPlaneRanges?: string[];
  /**
   * Who may read the proxies' metrics, such as Prometheus' pods. Where their namespace is isolated too, they may also read the control plane's; the API server, which tells them of pods, is for `network.openEgress`.
   *
   * @default nobody
   */
  metricsFrom?: NetworkIsolationMetricsFromInput;
}

/**
 * Who may read the proxies' metrics, such as Prometheus' pods. Where their namespace is isolated too, they may also read the control plane's; the API server, which tells them of pods, is for `network.openEgress`. Default: nobody.
 */
export interface NetworkIsolationMetricsFromInput {
  /**
   * Namespace of the pods.
   */
  namespace: string;
  /**
   * Labels of the pods.
   *
   * @default every pod of the namespace
   */
  labels?: Record<string, string>;
}

/**
 * Where DNS is answered.
 */
export interface NetworkIsolationDnsInput {
  /**
   * Namespace of the DNS servers.
   *
   * @default `"kube-system"`
   */
  namespace?: string;
  /**
   * Labels of their pods. Pods of NodeLocal DNSCache (`k8s-app: node-local-dns`) answer too.
   */
  podLabels?: Record<string, string>;
  /**
   * Addresses that answer too.
   *
   * @default the tenth of the Services, which is kube-dns's, 169.254.20.10 for a cache on each node (NodeLocal DNSCache), and 169.254.169.254 for Google's Cloud DNS; where nothing answers there, they open nothing
   */
  ranges?: string[];
}

/**
 * What workloads accept from each other.
 */
export interface MutualTlsInput {
  /**
   * What every workload of the mesh accepts. PERMISSIVE lets clients without a sidecar in, unencrypted.
   *
   * @default STRICT; with `mesh.install: false` nothing is written for the whole mesh until you set it. With `gateway.install: false` it is what the gateway's owner has written
   */
  mode?: "STRICT" | "PERMISSIVE" | "DISABLE";
  /**
   * Namespaces that differ from the mesh.
   */
  namespaces?: MutualTlsNamespaceInput[];
  /**
   * Workloads that differ from their namespace.
   */
  workloads?: MutualTlsWorkloadInput[];
}

export interface MutualTlsWorkloadInput {
  /**
   * Name of the policy.
   */
  name: string;
  /**
   * Namespace of the workload.
   */
  namespace: string;
  /**
   * Labels of the workload's pods.
   */
  labels: Record<string, string>;
  /**
   * What the workload accepts.
   *
   * @default `"STRICT"`
   */
  mode?: "STRICT" | "PERMISSIVE" | "DISABLE";
  /**
   * Ports that differ from the rest of the workload.
   */
  ports?: MutualTlsWorkloadPortInput[];
  /**
   * Services that lead to the workload: their clients get the matching DestinationRule.
   */
  services?: string[];
}

export interface MutualTlsWorkloadPortInput {
  /**
   * Port the container listens on. From 1 to 65535.
   */
  port: number;
  /**
   * What the port accepts.
   */
  mode: "STRICT" | "PERMISSIVE" | "DISABLE";
  /**
   * Port of the Service that leads there. From 1 to 65535.
   *
   * @default the container's port
   */
  servicePort?: number;
}

export interface MutualTlsNamespaceInput {
  /**
   * Namespace that differs from the mesh.
   */
  namespace: string;
  /**
   * What its workloads accept.
   */
  mode: "STRICT" | "PERMISSIVE" | "DISABLE";
}

export interface DatabaseEntryInput {
  /**
   * Name of the database in this stack; resource names derive from it alone.
   */
  name: string;
  /**
   * Host name the application dials. Left out for an application that dials an address (`addresses`): the mesh then calls the database `<name>.db.internal`. Left out too with `srv`, whose record names the hosts, and with `provision`, where the cloud gives it.
   */
  host?: string;
  /**
   * Name in a `mongodb+srv://` address, such as that of a MongoDB Atlas cluster. Its members are looked up whenever the stack is planned (SRV record `_mongodb._tcp.NAME`), and clients open TLS with the member's name.
   */
  srv?: string;
  /**
   * Port the application dials. From 1 to 65535.
   *
   * @default the protocol's usual port
   */
  port?: number;
  /**
   * What is spoken on the wire.
   */
  protocol: "mysql" | "postgres" | "mongo" | "redis" | "kafka" | "tcp" | "tls";
  /**
   * Path and encryption. See docs/modes.
   *
   * @default tcp-gateway-mtls; tls-gateway-mtls with `srv`
   */
  trafficMode?:
    | "tcp-direct"
    | "tcp-gateway"
    | "tcp-gateway-mtls"
    | "tls-direct"
    | "tls-gateway"
    | "tls-gateway-mtls"
    | "tls-origination"
    | "tls-wildcard"
    | "tls-wildcard-direct";
  /**
   * Who may use it. Nobody else sees it.
   */
  clients: DatabaseClientInput[];
  /**
   * Port of its own on the gateway. From 1 to 65535.
   *
   * @default the shared port, distinguished by SNI
   */
  gatewayPort?: number;
  /**
   * Addresses of the database.
   *
   * @default the host is resolved by DNS
   */
  addresses?: string[];
  /**
   * Ranges the database's addresses lie in: NetworkPolicy lets the gateway out to these only.
   *
   * @default `addresses`, else any address outside the cluster on the database's port
   */
  ranges?: string[];
  /**
   * Further hosts a cluster hands out: Kafka brokers, replica-set members, Redis Cluster nodes.
   */
  brokers?: string[];
  /**
   * Forwarder behind the gateway in tls-wildcard: NGINX beside it, or an added listener of the gateway's own Envoy.
   *
   * @default `"sni-proxy"`
   */
  via?: "sni-proxy" | "envoy";
  /**
   * TLS that the application opens itself. `required`: the gateway closes every connection without it, whether TLS begins with the first byte or inside Postgres' or MySQL's protocol, before a byte reaches the database; on meshes other than Istio, and in direct modes, the sidecar does, in the modes that route by SNI. `byDatabase`: the database refuses clients without TLS, such as by require_secure_transport, hostssl or an SSL mode of the cloud; reports then count it as encrypted.
   *
   * @default with protocols that ask for TLS inside TCP it is unknown to the mesh, and reports say so
   */
  applicationTls?: "required" | "byDatabase";
  /**
   * TLS towards the database.
   */
  tls?: DatabaseTlsInput;
  /**
   * Limits on both hops.
   */
  limits?: DatabaseLimitsInput;
  /**
   * Create the database too; its allow-list then admits the egress gateway only.
   */
  provision?: DatabaseProvisionInput;
}

/**
 * Create the database too; its allow-list then admits the egress gateway only.
 */
export interface DatabaseProvisionInput {
  /**
   * Managed database to create: ApsaraDB RDS on ack, Cloud SQL on gke.
   */
  service: "rds" | "cloud-sql";
  /**
   * Edition of Cloud SQL; it decides which machine classes exist: `db-perf-optimized-N-2` and the like in ENTERPRISE_PLUS, custom and shared-core ones in ENTERPRISE.
   *
   * @default ENTERPRISE. Not for rds
   */
  edition?: "ENTERPRISE" | "ENTERPRISE_PLUS";
  /**
   * Version as the cloud writes it, such as `8.0` or `POSTGRES_17`.
   */
  engineVersion: string;
  /**
   * Machine class as the cloud writes it, such as `mysql.n2.medium.2c` or `db-custom-2-7680`. Of ApsaraDB RDS its end says the edition: `.1` and `.1m` basic, without a standby, `.2c` and `.2m` with high availability.
   */
  instanceType: string;
  /**
   * Disk, in GiB.
   *
   * @default `20`
   */
  storageGib?: number;
  /**
   * Name of the administrator.
   *
   * @default `"dbadmin"`
   */
  user?: string;
  /**
   * Key under `secrets` that holds the administrator's password.
   */
  passwordSecret: string;
  /**
   * Refuse applications that do not speak TLS to the database.
   *
   * @default `true`
   */
  requireTls?: boolean;
  /**
   * Refuse to delete the instance.
   *
   * @default `true`
   */
  deletionProtection?: boolean;
}

/**
 * Limits on both hops.
 */
export interface DatabaseLimitsInput {
  /**
   * Connections a proxy may hold to the database.
   *
   * @default `1024`
   */
  maxConnections?: number;
  /**
   * How long the last proxy waits for a connection to the database.
   *
   * @default `"10s"`
   */
  connectTimeout?: string;
  /**
   * How long a silent connection lives, on both hops. `0s` for ever.
   *
   * @default `"1h"`
   */
  idleTimeout?: string;
  /**
   * TCP keepalive, so that a firewall between does not forget a silent connection.
   */
  keepalive?: DatabaseLimitsKeepaliveInput;
}

/**
 * TCP keepalive, so that a firewall between does not forget a silent connection.
 */
export interface DatabaseLimitsKeepaliveInput {
  /**
   * Silence before the first probe.
   *
   * @default `"5m"`
   */
  time?: string;
  /**
   * Time between probes.
   *
   * @default `"75s"`
   */
  interval?: string;
  /**
   * Unanswered probes until the connection is dead.
   *
   * @default `9`
   */
  probes?: number;
}

/**
 * TLS towards the database.
 */
export interface DatabaseTlsInput {
  /**
   * Server name the gateway sends to the database.
   *
   * @default the host
   */
  sni?: string;
  /**
   * Names the database's certificate must carry.
   *
   * @default the host
   */
  subjectAltNames?: string[];
  /**
   * Kubernetes Secret beside the gateway with `ca.crt`, for a database with a private authority.
   */
  caCredential?: string;
  /**
   * Kubernetes Secret beside the gateway with `tls.crt`, `tls.key` and `ca.crt`: the gateway presents it to the database.
   */
  clientCredential?: string;
  /**
   * The application opens TLS with its first byte. Postgres 17 and later: `sslnegotiation=direct`.
   *
   * @default `false`
   */
  directNegotiation?: boolean;
}

/**
 * Who may use the database.
 */
export interface DatabaseClientInput {
  /**
   * Namespace of the workloads that may use the database.
   */
  namespace: string;
  /**
   * Service accounts that may use it. With them an unauthorized client is refused in the TLS handshake. Without, every workload of the namespace may use it, and an unauthorized client is refused only at its first byte.
   */
  serviceAccounts?: string[];
}

export interface NamespaceInput {
  /**
   * Name of the namespace.
   */
  name: string;
  /**
   * Give its pods a sidecar.
   *
   * @default `true`
   */
  injection?: boolean;
  /**
   * Revision, or tag, of `mesh.revisions` and `mesh.tags` whose sidecars its pods get when they start.
   *
   * @default `mesh.defaultRevision`
   */
  revision?: string;
  /**
   * Pod Security level.
   *
   * @default baseline; privileged where sidecars are injected without a CNI plug-in, because their init container needs NET_ADMIN, which baseline forbids. A namespace that exists keeps its own until you set it
   */
  podSecurity?: "restricted" | "baseline" | "privileged";
  /**
   * `create` it; `adopt` one that exists, which labels it for injection; or `use` one that exists as it is, labels included: what is written here is then what its labels are assumed to be.
   *
   * @default `"create"`
   */
  management?: "create" | "adopt" | "use";
  /**
   * Further labels.
   */
  labels?: Record<string, string>;
  /**
   * Namespaces whose services and routes its sidecars take over, besides its own. `declared`: the gateway's, the control plane's, DNS, the trace collector's, and those that `network.flows` names. A list: these too. `all`: any namespace, so that an older VirtualService or ServiceEntry of another team can divert its connections.
   *
   * @default declared for a namespace that the stack creates, all for one that exists
   */
  importsFrom?: "declared" | "all" | string[];
  /**
   * Write an admission policy for its pods: none on the node's network or with its files, privileged, with the sidecar's user, with annotations that take connections from the sidecar, or with debug containers. Kubernetes 1.30 or later.
   *
   * @default true for a namespace with injection that the stack creates and that has clients of a database; not where another stack owns the gateway
   */
  podGuard?: boolean;
  /**
   * ResourceQuota of the namespace.
   */
  quota?: NamespaceQuotaInput;
}

/**
 * ResourceQuota of the namespace.
 */
export interface NamespaceQuotaInput {
  /**
   * Most pods.
   *
   * @default no limit
   */
  pods?: number;
  /**
   * Most CPU all pods request, such as `8`.
   *
   * @default no limit
   */
  cpu?: string;
  /**
   * Most memory all pods request, such as `16Gi`.
   *
   * @default no limit
   */
  memory?: string;
}

/**
 * The egress gateway.
 */
export interface GatewayInput {
  /**
   * Install the gateway.
   *
   * @default where a database passes it. `true`: also without one, for databases that other stacks bring. `false`: another stack owns it, and with it what holds for the whole mesh; this stack brings databases, and is judged as if the gateway stood there as these settings would install it
   */
  install?: boolean;
  /**
   * With `install: false`: name of this stack among those on the gateway. It goes before the names of its databases, so that no two stacks write the same object.
   */
  tenant?: string;
  /**
   * Name of the gateway; its pods carry `istio: <name>`.
   *
   * @default `"egressgateway"`
   */
  name?: string;
  /**
   * Namespace of its pods.
   *
   * @default istio-egress; on ASM istio-system, where its gateways must be
   */
  namespace?: string;
  /**
   * Revision, or tag, whose proxy its pods run.
   *
   * @default `mesh.defaultRevision`
   */
  revision?: string;
  /**
   * Port that all databases share, distinguished by SNI. From 1 to 65535.
   *
   * @default `15443`
   */
  sharedPort?: number;
  /**
   * What checks a client's identity after the TLS handshake. `filterChain`: an EnvoyFilter adds a list of clients to the filter chain of each database; a new database changes no other chain and ends no other connection. It needs a mesh that scopes Gateways and takes EnvoyFilters. `perDatabase`: one AuthorizationPolicy for each database; their size grows with the square of the databases, and each new one ends all open connections after `drainDuration`. `shared`: one AuthorizationPolicy admits the trust domain's workloads, and the handshake alone decides which database they reach; all clients need service accounts.
   *
   * @default filterChain with mesh.kind istio and scopeGateways, perDatabase elsewhere
   */
  callersPolicy?: "filterChain" | "perDatabase" | "shared";
  /**
   * Connect to a database only after the client's TLS handshake. Otherwise any pod that can open a connection to the gateway's port makes it connect, without a certificate. An EnvoyFilter, for proxies of Envoy 1.37 (Istio 1.29) or later; on ASM older ones are left as they are.
   *
   * @default true; cloud-service-mesh takes no such filter
   */
  connectAfterHandshake?: boolean;
  /**
   * How many pods carry the traffic.
   */
  replicas?: GatewayReplicasInput;
  /**
   * Resources of a gateway pod.
   */
  resources?: GatewayResourcesInput;
  /**
   * How long open connections outlive a change of who may use the gateway: with `callersPolicy: perDatabase` each change, for whichever database, then ends them all. A right that was taken away lasts as long.
   *
   * @default 45s, Istio's own; not on ASM
   */
  drainDuration?: string;
  /**
   * Run on the cluster's gateway nodes only.
   *
   * @default true where the cluster has such nodes
   */
  dedicatedNodes?: boolean;
  /**
   * What holds with `dedicatedNodes`.
   */
  nodeGuard?: GatewayNodeGuardInput;
  /**
   * What keeps other namespaces from the databases' hosts and the gateway's servers.
   */
  routeGuard?: GatewayRouteGuardInput;
  /**
   * Proxy image; `auto` lets the injection webhook choose. Not on ASM.
   *
   * @default `"auto"`
   */
  image?: string;
}

/**
 * What keeps other namespaces from the databases' hosts and the gateway's servers.
 */
export interface GatewayRouteGuardInput {
  /**
   * Write admission policies that refuse other namespaces' ServiceEntries, VirtualServices and DestinationRules for the databases' hosts where the gateway or clients would see them and, where the mesh does not scope Gateways, their Gateways on the gateway's pods. Kubernetes 1.30 or later.
   *
   * @default true; on ASM, which keeps these objects in an API server of its own, it cannot be
   */
  enabled?: boolean;
  /**
   * Namespaces that may do so all the same, such as that of another egress gateway for the same databases.
   */
  exceptNamespaces?: string[];
  /**
   * Hosts of databases to come, such as `*.db.example.com`: before a database is registered only this keeps another namespace from declaring its host.
   */
  reservedHosts?: string[];
}

/**
 * What holds with `dedicatedNodes`.
 */
export interface GatewayNodeGuardInput {
  /**
   * Write admission policies that keep other pods off the gateway nodes, and shells and debug containers out of the gateway's pods. Kubernetes 1.30 or later.
   *
   * @default `true`
   */
  enabled?: boolean;
  /**
   * Namespaces whose pods may tolerate every taint, such as that of an agent on every node, besides those of Kubernetes, the cloud and the mesh. They may run on gateway nodes.
   */
  exceptNamespaces?: string[];
}

/**
 * Resources of a gateway pod.
 */
export interface GatewayResourcesInput {
  /**
   * CPU that is set aside for it.
   *
   * @default `"100m"`
   */
  cpuRequest?: string;
  /**
   * Memory that is set aside for it.
   *
   * @default `"128Mi"`
   */
  memoryRequest?: string;
  /**
   * CPU it may use at most.
   *
   * @default `"2"`
   */
  cpuLimit?: string;
  /**
   * Memory it may use at most.
   *
   * @default `"1Gi"`
   */
  memoryLimit?: string;
}

/**
 * How many pods carry the traffic.
 */
export interface GatewayReplicasInput {
  /**
   * Fewest pods. Two, so that losing one loses no database.
   *
   * @default `2`
   */
  min?: number;
  /**
   * Most pods.
   *
   * @default `5`
   */
  max?: number;
  /**
   * Average CPU, in percent of the request, above which pods are added. From 1 to 100.
   *
   * @default `80`
   */
  cpuUtilization?: number;
}

export interface CloudServiceMeshMeshInput {
  kind: "cloud-service-mesh";
  /**
   * What sidecars do with hosts nobody registered. ALLOW_ANY lets every workload out unseen.
   *
   * @default `"REGISTRY_ONLY"`
   */
  outboundTrafficPolicy?: "REGISTRY_ONLY" | "ALLOW_ANY";
  /**
   * Sidecars answer DNS, so that each database has an address of its own and two may share a port. The mesh's channel is the cluster's, and only the Rapid one has it.
   *
   * @default true with cluster.releaseChannel RAPID, else false
   */
  dnsCapture?: boolean;
  /**
   * Proxies log each connection; kind istio with the caller's SPIFFE identity.
   *
   * @default `true`
   */
  accessLog?: boolean;
  /**
   * SPIFFE trust domain of workload identities.
   *
   * @default `"cluster.local"`
   */
  trustDomain?: string;
  /**
   * A fleet has one servicemesh feature: create it, or use the one there is.
   *
   * @default `"create"`
   */
  fleetFeature?: "create" | "adopt";
}

export interface AsmMeshInput {
  kind: "asm";
  /**
   * What sidecars do with hosts nobody registered. ALLOW_ANY lets every workload out unseen.
   *
   * @default `"REGISTRY_ONLY"`
   */
  outboundTrafficPolicy?: "REGISTRY_ONLY" | "ALLOW_ANY";
  /**
   * Sidecars answer DNS, so that each database has an address of its own and two may share a port.
   *
   * @default `true`
   */
  dnsCapture?: boolean;
  /**
   * Proxies log each connection; kind istio with the caller's SPIFFE identity.
   *
   * @default `true`
   */
  accessLog?: boolean;
  /**
   * SPIFFE trust domain of workload identities.
   *
   * @default `"cluster.local"`
   */
  trustDomain?: string;
  /**
   * Version of the ASM instance.
   *
   * @default what the cloud offers
   */
  version?: string;
  /**
   * Edition of the ASM instance.
   *
   * @default `"enterprise"`
   */
  edition?: "standard" | "enterprise" | "ultimate";
  /**
   * Use ASM's CNI plug-in, so that pods need no NET_ADMIN and their namespaces can enforce `baseline`. Not in the standard edition.
   *
   * @default true in the others
   */
  cni?: boolean;
  /**
   * Send traces to Alibaba Cloud's own tracing service.
   *
   * @default `false`
   */
  tracing?: boolean;
}

export interface IstioMeshInput {
  kind: "istio";
  /**
   * What sidecars do with hosts nobody registered. ALLOW_ANY lets every workload out unseen.
   *
   * @default `"REGISTRY_ONLY"`
   */
  outboundTrafficPolicy?: "REGISTRY_ONLY" | "ALLOW_ANY";
  /**
   * Sidecars answer DNS, so that each database has an address of its own and two may share a port.
   *
   * @default `true`
   */
  dnsCapture?: boolean;
  /**
   * Proxies log each connection; kind istio with the caller's SPIFFE identity.
   *
   * @default `true`
   */
  accessLog?: boolean;
  /**
   * SPIFFE trust domain of workload identities.
   *
   * @default `"cluster.local"`
   */
  trustDomain?: string;
  /**
   * Version of the Helm charts: of the custom resource definitions, the CNI plug-in and each revision that has none of its own.
   *
   * @default `"1.31.4"`
   */
  version?: string;
  /**
   * Where the charts come from.
   *
   * @default `"oci://ghcr.io/istio/release/charts"`
   */
  repository?: string;
  /**
   * Control planes that stand side by side. To upgrade: add one, move gateway and namespaces to it, take the old one out, with an `up` for each step (docs/upgrades.md).
   *
   * @default one, without a name
   */
  revisions?: IstioMeshRevisionInput[];
  /**
   * Revision tags: names that namespaces may use in place of a revision, each with the revision it stands for. A tag that is moved takes all its namespaces along.
   */
  tags?: Record<string, string>;
  /**
   * Revision, or tag, of the gateway and of namespaces that name none. With several revisions it has to be written.
   *
   * @default the only revision
   */
  defaultRevision?: string;
  /**
   * Install Istio's CNI plug-in, so that pods need no NET_ADMIN and their namespaces can enforce `baseline`.
   *
   * @default true on GKE; false elsewhere, where it depends on the cluster's own plug-ins
   */
  cni?: boolean;
  /**
   * Pods of a gateway obey Gateways of their own namespace only (PILOT_SCOPE_GATEWAY_TO_NAMESPACE). Without it, any namespace opens a way of its own through the egress gateway.
   *
   * @default `true`
   */
  scopeGateways?: boolean;
  /**
   * False when the cluster already runs the mesh.
   *
   * @default `true`
   */
  install?: boolean;
  /**
   * Collector that takes OpenTelemetry traces over gRPC. A collector outside the cluster needs a ServiceEntry and openEgress.
   *
   * @default none
   */
  tracing?: IstioMeshTracingInput;
  /**
   * Namespace of the control plane; its policies hold for the whole mesh.
   *
   * @default `"istio-system"`
   */
  namespace?: string;
}

/**
 * Collector that takes OpenTelemetry traces over gRPC. A collector outside the cluster needs a ServiceEntry and openEgress. Default: none.
 */
export interface IstioMeshTracingInput {
  /**
   * Host of the collector, such as otel-collector.observability.svc.cluster.local. The Service names its port grpc-…, or the proxies speak HTTP/1.1 to it.
   */
  service: string;
  /**
   * Port of the collector, and of its pods: network policy opens it to every isolated namespace. One that its Service leads elsewhere needs a flow. From 1 to 65535.
   *
   * @default `4317`
   */
  port?: number;
}

export interface IstioMeshRevisionInput {
  /**
   * Name of the revision. `default` is the control plane that was installed without one.
   */
  name: string;
  /**
   * Version of its Helm chart.
   *
   * @default `mesh.version`
   */
  version?: string;
}

export interface ExistingClusterInput {
  cloud: "existing";
  /**
   * Context of the kubeconfig.
   *
   * @default its current context
   */
  context?: string;
  /**
   * Key under `secrets` with a kubeconfig.
   *
   * @default the environment's
   */
  kubeconfigSecret?: string;
  /**
   * Range of the pods.
   *
   * @default `"10.244.0.0/16"`
   */
  podCidr?: string;
  /**
   * Range of the Services.
   *
   * @default `"10.96.0.0/12"`
   */
  serviceCidr?: string;
  /**
   * What enforces NetworkPolicy there.
   *
   * @default `"calico"`
   */
  policyEngine?: "calico" | "dataplane-v2" | "terway" | "none";
  /**
   * Registry with copies of the images that pods take from public registries: Istio's, NGINX's, those of workloads. Each has there the last part of its name and its tag: `registry.example.com/team/curl:8.16.0` for `curlimages/curl:8.16.0`. Clusters in China need one.
   *
   * @default the public registries
   */
  registry?: string;
  /**
   * Digests of images, by the image as it is written: `"nginx:1.28-alpine": sha256:…`. Every pod of the stack takes the image by its digest, so that a tag that moves changes nothing.
   */
  imageDigests?: Record<string, string>;
  /**
   * Forget objects, rather than fail, when the cluster cannot be reached any more.
   *
   * @default `false`
   */
  deleteUnreachable?: boolean;
}

export interface AckClusterInput {
  cloud: "ack";
  /**
   * Name of the cluster in the cloud.
   *
   * @default the name of the stack
   */
  name?: string;
  /**
   * Region, such as `cn-hangzhou`.
   */
  region: string;
  /**
   * Zones the cluster spreads over, each with its ranges. The NAT gateway stands in the first: add new ones at the end.
   */
  zones: AckClusterZoneInput[];
  /**
   * An existing VPC.
   *
   * @default a new one with `vpcCidr`
   */
  vpcId?: string;
  /**
   * Range of the VPC; every other range but `serviceCidr` lies in it.
   *
   * @default `"10.0.0.0/8"`
   */
  vpcCidr?: string;
  /**
   * Range of all pods; the `pods` and `gateway` ranges of the zones lie in it.
   *
   * @default `"10.64.0.0/10"`
   */
  podCidr?: string;
  /**
   * Range of the Services, outside the VPC.
   *
   * @default `"172.21.0.0/20"`
   */
  serviceCidr?: string;
  /**
   * Version of Kubernetes. With one, control plane and nodes are upgraded when it is changed.
   *
   * @default what the cloud offers, and upgrades of both by the cloud, in its stable channel, during `maintenance`
   */
  version?: string;
  /**
   * When the cloud may upgrade and repair.
   */
  maintenance?: AckClusterMaintenanceInput;
  /**
   * Mbit/s that each of the two public addresses of the NAT gateway carries at most. They are paid by traffic, so more costs nothing by itself. From 1 to 200.
   *
   * @default `200`
   */
  natBandwidthMbps?: number;
  /**
   * Class of the control plane.
   *
   * @default `"ack.pro.small"`
   */
  clusterSpec?: string;
  /**
   * Nodes for workloads.
   */
  nodePool: AckClusterNodePoolInput;
  /**
   * Nodes for egress gateways only.
   */
  gatewayPool: AckClusterGatewayPoolInput;
  /**
   * How the API server is reached: `private` by an address inside a VPC that existed before (`vpcId`), in which `pulumi up` runs; `public` by a load balancer on the Internet that answers `authorizedNetworks` only. ASM's own API server is reached the same way, but its public address answers everybody with a certificate: see docs/clouds/ack.md.
   *
   * @default `"private"`
   */
  endpoint?: "private" | "public";
  /**
   * Networks that may reach the API server on the Internet: those from which `pulumi up` runs.
   */
  authorizedNetworks?: AckClusterAuthorizedNetworkInput[];
  /**
   * Ranges outside the VPC that nodes may open TLS connections to, for images.
   *
   * @default `["0.0.0.0/0"]`
   */
  imageRanges?: string[];
  /**
   * Registry with copies of the images that pods take from public registries: Istio's, NGINX's, those of workloads. Each has there the last part of its name and its tag: `registry.example.com/team/curl:8.16.0` for `curlimages/curl:8.16.0`. Clusters in China need one.
   *
   * @default the public registries
   */
  registry?: string;
  /**
   * Digests of images, by the image as it is written: `"nginx:1.28-alpine": sha256:…`. Every pod of the stack takes the image by its digest, so that a tag that moves changes nothing.
   */
  imageDigests?: Record<string, string>;
  /**
   * KMS key that encrypts Secrets in the control plane's store.
   */
  secretsKeyId?: string;
  /**
   * Refuse to delete the cluster.
   *
   * @default `true`
   */
  deletionProtection?: boolean;
  /**
   * Minutes a kubeconfig handed out by this program is valid. From 15 to 4320.
   *
   * @default `4320`
   */
  kubeconfigMinutes?: number;
  /**
   * Forget objects, rather than fail, when the cluster cannot be reached any more.
   *
   * @default `false`
   */
  deleteUnreachable?: boolean;
}

export interface AckClusterAuthorizedNetworkInput {
  /**
   * Name of the network, for the list in the cloud.
   */
  name: string;
  /**
   * Range of its public addresses.
   */
  range: string;
}

/**
 * Nodes for egress gateways only.
 */
export interface AckClusterGatewayPoolInput {
  /**
   * Instance types to choose from, such as `ecs.g7.xlarge`.
   */
  instanceTypes: string[];
  /**
   * Number of nodes over all zones.
   *
   * @default `2`
   */
  nodes?: number;
  /**
   * System disk, in GiB.
   *
   * @default `120`
   */
  diskGib?: number;
}

/**
 * Nodes for workloads.
 */
export interface AckClusterNodePoolInput {
  /**
   * Instance types to choose from, such as `ecs.g7.xlarge`.
   */
  instanceTypes: string[];
  /**
   * Number of nodes over all zones.
   *
   * @default `3`
   */
  nodes?: number;
  /**
   * System disk, in GiB.
   *
   * @default `120`
   */
  diskGib?: number;
}

/**
 * When the cloud may upgrade and repair.
 */
export interface AckClusterMaintenanceInput {
  /**
   * Day of the week.
   *
   * @default `"Thursday"`
   */
  weekday?: "Monday" | "Tuesday" | "Wednesday" | "Thursday" | "Friday" | "Saturday" | "Sunday";
  /**
   * When it starts, in China Standard Time.
   *
   * @default `"03:00"`
   */
  start?: string;
  /**
   * How long it lasts, in hours. From 1 to 24.
   *
   * @default `3`
   */
  hours?: number;
}

export interface AckClusterZoneInput {
  /**
   * Zone, such as `cn-hangzhou-i`.
   */
  zone: string;
  /**
   * Range of the nodes.
   */
  nodes: string;
  /**
   * Range of the pods.
   */
  pods: string;
  /**
   * Range of the gateway nodes and their pods: what a database's allow-list names.
   */
  gateway: string;
  /**
   * Range of databases created with the cluster.
   */
  databases?: string;
}

export interface GkeClusterInput {
  cloud: "gke";
  /**
   * Name of the cluster in the cloud.
   *
   * @default the name of the stack
   */
  name?: string;
  /**
   * Project of the cluster. Workload identities are named after it.
   */
  project: string;
  /**
   * Region, such as `europe-west3`. The control plane has a replica in each of its zones.
   */
  region: string;
  /**
   * Zones with nodes.
   *
   * @default three that the cloud chooses
   */
  zones?: string[];
  /**
   * An existing VPC of the project, by name or self link.
   *
   * @default a new one
   */
  network?: string;
  /**
   * Range of the nodes.
   *
   * @default `"10.0.0.0/20"`
   */
  nodeCidr?: string;
  /**
   * Range of all pods; `workloadPodCidr` and `gatewayPodCidr` lie in it.
   *
   * @default `"10.64.0.0/14"`
   */
  podCidr?: string;
  /**
   * Range of the workloads' pods.
   *
   * @default `"10.64.0.0/15"`
   */
  workloadPodCidr?: string;
  /**
   * Range of the gateway nodes' pods: what a database's allow-list names.
   *
   * @default `"10.66.0.0/20"`
   */
  gatewayPodCidr?: string;
  /**
   * Range of the Services.
   *
   * @default `"10.96.0.0/20"`
   */
  serviceCidr?: string;
  /**
   * Range of databases created with the cluster.
   *
   * @default none can be
   */
  databaseCidr?: string;
  /**
   * Range of the control plane.
   *
   * @default `"172.16.0.0/28"`
   */
  controlPlaneCidr?: string;
  /**
   * Answer names under googleapis.com inside the VPC with addresses that only a VPC routes, by a response policy. A VPC can have one.
   *
   * @default true in a new VPC; false in `network`, where it changes what others resolve
   */
  googleApisDns?: boolean;
  /**
   * Perimeter of VPC Service Controls that the project is in. Names under googleapis.com then resolve to restricted.googleapis.com, which serves resources inside the perimeter only.
   *
   * @default none, and a pod that may open private.googleapis.com reaches resources of every project that its credentials admit it to
   */
  servicePerimeter?: string;
  /**
   * What enforces NetworkPolicy.
   *
   * @default `"dataplane-v2"`
   */
  policyEngine?: "dataplane-v2" | "calico";
  /**
   * How the API server is reached: `dns` by a name, from any network, with Google credentials that hold container.clusters.connect; `private` by an address inside the VPC; `public` by a public address. The last two answer `authorizedNetworks` only.
   *
   * @default `"dns"`
   */
  endpoint?: "dns" | "private" | "public";
  /**
   * Networks that may reach the API server by address, besides the cluster's own nodes: those from which `pulumi up` runs.
   */
  authorizedNetworks?: GkeClusterAuthorizedNetworkInput[];
  /**
   * How early upgrades come.
   *
   * @default `"REGULAR"`
   */
  releaseChannel?: "RAPID" | "REGULAR" | "STABLE";
  /**
   * Nodes for workloads.
   */
  nodePool?: GkeClusterNodePoolInput;
  /**
   * Nodes for egress gateways only.
   */
  gatewayPool?: GkeClusterGatewayPoolInput;
  /**
   * Register the cluster in the project's fleet; Cloud Service Mesh needs it.
   *
   * @default `true`
   */
  fleet?: boolean;
  /**
   * Registry with copies of the images that pods take from public registries: Istio's, NGINX's, those of workloads. Each has there the last part of its name and its tag: `registry.example.com/team/curl:8.16.0` for `curlimages/curl:8.16.0`. Clusters in China need one.
   *
   * @default the public registries
   */
  registry?: string;
  /**
   * Digests of images, by the image as it is written: `"nginx:1.28-alpine": sha256:…`. Every pod of the stack takes the image by its digest, so that a tag that moves changes nothing.
   */
  imageDigests?: Record<string, string>;
  /**
   * Cloud KMS key that encrypts Secrets in the control plane's store.
   */
  secretsKey?: string;
  /**
   * Refuse to delete the cluster.
   *
   * @default `true`
   */
  deletionProtection?: boolean;
  /**
   * Forget objects, rather than fail, when the cluster cannot be reached any more.
   *
   * @default `false`
   */
  deleteUnreachable?: boolean;
}

/**
 * Nodes for egress gateways only.
 */
export interface GkeClusterGatewayPoolInput {
  /**
   * Machine type. A gateway copies bytes, two CPUs suffice.
   *
   * @default `"e2-standard-2"`
   */
  machineType?: string;
  /**
   * Number of nodes in each zone.
   *
   * @default `1`
   */
  nodesPerZone?: number;
  /**
   * Boot disk, in GiB.
   *
   * @default `50`
   */
  diskGib?: number;
}

/**
 * Nodes for workloads.
 */
export interface GkeClusterNodePoolInput {
  /**
   * Machine type. Four CPUs carry an application and its sidecars.
   *
   * @default `"e2-standard-4"`
   */
  machineType?: string;
  /**
   * Number of nodes in each zone.
   *
   * @default `1`
   */
  nodesPerZone?: number;
  /**
   * Boot disk, in GiB.
   *
   * @default `100`
   */
  diskGib?: number;
}

export interface GkeClusterAuthorizedNetworkInput {
  /**
   * Name of the network, for the list in the cloud.
   */
  name: string;
  /**
   * Range of its addresses; a private one with a private endpoint.
   */
  range: string;
}

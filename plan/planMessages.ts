/** What a stack changes for others: what happens, and which setting keeps it out. The object is printed between the two. */
export const changeMessages = {
  "mesh-installed": {
    what: "Istio {version} is installed: its custom resource definitions and injection webhooks are for the whole cluster.",
    keepOut: "Set mesh.install: false where the cluster runs the mesh already.",
  },
  "mesh-mutual-tls": {
    what: "Every workload of the mesh accepts {mode} mutual TLS unless a narrower policy says otherwise.",
    keepOut: "Leave mutualTls.mode out.",
  },
  "mesh-telemetry": {
    what: "Access logs and tracing of every proxy of the mesh are set.",
    keepOut: "Set observability.scope: gateway.",
  },
  "mesh-object": {
    what: "{kind} {name} in the root namespace applies to every workload of the mesh.",
    keepOut: "Take it out of the manifests, or give it a selector.",
  },
  "global-policy": {
    what: "Network policy of the whole cluster: {name} applies to pods of every namespace but those excepted.",
    keepOut: "Set network.globalIsolation.enabled: false.",
  },
  "gateway-node-guard": {
    what: "The API server refuses pods of every namespace but those excepted that tolerate the taint of the gateway nodes, or every taint, or that name their node.",
    keepOut: "Set gateway.nodeGuard.enabled: false, or name namespaces under gateway.nodeGuard.exceptNamespaces.",
  },
  "gateway-route-guard": {
    what: "The API server refuses ServiceEntries, VirtualServices and DestinationRules of other namespaces for the databases' hosts that the gateway or clients would see.",
    keepOut: "Set gateway.routeGuard.enabled: false, or name namespaces under gateway.routeGuard.exceptNamespaces.",
  },
  "gateway-server-guard": {
    what: "The API server refuses Gateways of other namespaces that could select the egress gateway's pods.",
    keepOut: "Set gateway.routeGuard.enabled: false, or name namespaces under gateway.routeGuard.exceptNamespaces.",
  },
  "default-deny": {
    what: "Every pod of namespace {namespace} loses the connections, in and out, that no policy allows.",
    keepOut: "Take {namespace} out of network.isolation.namespaces.",
  },
  "network-policy": {
    what: "Pods of namespace {namespace} that the policy selects lose the connections that no policy allows.",
    keepOut: "Take it out of the manifests.",
  },
  "namespace-labels": {
    what: "Namespace {namespace} gets the labels {labels}. Its pods get a sidecar when they restart.",
    keepOut: "Set management: use for the namespace, and label it yourself.",
  },
  "namespace-labels-only": {
    what: "Namespace {namespace} gets the labels {labels}.",
    keepOut: "Set management: use for the namespace, and label it yourself.",
  },
  "namespace-revision": {
    what: "Pods of namespace {namespace} get the proxy of revision {revision} when they restart, unless the namespace has a label istio-injection, which comes first. Those that this stack does not write keep the control plane they have until then.",
    keepOut: "Set revision for the namespace to the one that it has.",
  },
  "namespace-mutual-tls": {
    what: "Workloads of namespace {namespace} accept {mode} mutual TLS.",
    keepOut: "Take them out of mutualTls.namespaces and mutualTls.workloads.",
  },
  "sidecar-imports": {
    what: "Sidecars of namespace {namespace} import services and routes of named namespaces only.",
    keepOut: "Set importsFrom: all for the namespace.",
  },
  "namespace-quota": {
    what: "Pods of namespace {namespace} share a quota.",
    keepOut: "Leave quota out for the namespace.",
  },
  "namespace-object": {
    what: "{kind} {name} applies to every workload of namespace {namespace}.",
    keepOut: "Take it out of the manifests, or give it a selector.",
  },
  "database-route": {
    what: "Connections to {databases} from every pod of namespace {namespace} take the path of this stack, and those of other service accounts than the clients' are refused.",
    keepOut: "Name further clients under databases[].clients.",
  },
  "database-route-open": {
    what: "Connections to {databases} from every pod of namespace {namespace} take the path of this stack.",
    keepOut: "Name only namespaces under databases[].clients whose pods may take it.",
  },
} as const satisfies Record<string, { what: string; keepOut: string }>;

/** What `adopt` could not carry over as it is, and what to do about it. */
export const adoptMessages = {
  "not-a-database": "{host}:{port} speaks HTTP. It is left as it is: routes of HTTP are not what a stack describes.",
  "several-ports": "{host} has the ports {ports}. A stack registers a host with one port: write the others by hand.",
  "wildcard-without-tls": "{host}:{port} is a wildcard without TLS, which nothing distinguishes. List its hosts.",
  "endpoint-by-name":
    "{host}:{port} stands for other names ({endpoints}). Let applications dial these, and register them.",
  "shared-entry": "{object} also declares {hosts}, which are not carried over. It stays, and has to be split by hand.",
  "no-client":
    "{host}:{port} is reached by no client through its gateway: the stack leaves it out, and its objects are to be removed.",
  "no-client-stays":
    "{host}:{port} is reached by no client through its gateway: the stack leaves it out. Its objects stay, for with outboundTrafficPolicy ALLOW_ANY their removal would open it.",
  opened:
    "{workloads} do not reach {host}:{port} today, and would once the objects below are removed: the mesh lets pass what it does not know. Set outboundTrafficPolicy REGISTRY_ONLY first.",
  "no-sidecar":
    "{workloads} have no sidecar: they reach {host}:{port} without the mesh, before and after, and the assertions leave them out. Give them a sidecar, or close it with network policy.",
  "left-out":
    "{workloads}: they reach {host}:{port} past the gateway that its route names, and are left out. If that is meant, name their accounts under clients.",
  "default-account":
    "{workloads} run as the service account default of {namespace}, as any pod there may. Give them accounts of their own, and name these under clients.",
  "shared-account":
    "{workloads} do not reach {host}:{port} today, and run as an account that may. Give them another one.",
  "not-reached": "{pair} is {verdict} with the stack: {reason}.",
  "tls-files":
    "{object} names certificates in files of the gateway's pods. Put them into Secrets, and name these under tls.",
  "managed-mesh":
    "The mesh is Alibaba Cloud's ASM, of which this file knows nothing: it takes it for an Istio that exists.",
  "invalid-stack": "The stack file needs a correction: {problem}",
} as const satisfies Record<string, string>;

export type AdoptId = keyof typeof adoptMessages;

export type ChangeId = keyof typeof changeMessages;

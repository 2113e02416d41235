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

export type ChangeId = keyof typeof changeMessages;

/** A text with its arguments in place. */
export function filled(text: string, args: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (gap, name: string) => args[name] ?? gap);
}

import { leftOpen, type Limit, modelled } from "../limits.js";

/** Every field that decides a path through the mesh, and what the analysis makes of it. */
export const meshLimits: readonly Limit[] = [
  ...modelled("Workload", {
    "namespace label istio-injection": "enabled injects, anything else does not",
    "namespace and pod label istio.io/rev":
      "injects, and chooses the control plane: by revision, by tag, or the only one there is; unknown where several fit or none",
    "webhooks of Istio":
      "by their selectors and rules, where the input holds those of a control plane; else by the labels that Istio's charts select by; one with conditions in CEL is unknown; a revision tag alone decides nothing",
    "ConfigMap istio-sidecar-injector":
      "neverInjectSelector, alwaysInjectSelector, policy, enableNamespacesByDefault; ports and ranges of global.proxy",
    "pod label sidecar.istio.io/inject":
      "as the webhook's selectors and the injector read it, and the annotation of that name",
    "container istio-proxy":
      "of a template or a running pod: there is a proxy, of router type when its arguments say so",
    hostNetwork: "no sidecar",
    "annotations traffic.sidecar.istio.io/excludeOutboundPorts, includeOutboundPorts, excludeOutboundIPRanges, includeOutboundIPRanges":
      "connections that go past the sidecar",
    "annotations traffic.sidecar.istio.io/excludeInboundPorts, includeInboundPorts":
      "ports at which the pods' own sidecar is not asked",
    "annotation inject.istio.io/templates": "gateway: a proxy of router type",
    "annotation proxy.istio.io/config, ProxyConfig objects":
      "ISTIO_META_DNS_CAPTURE, ISTIO_META_DNS_AUTO_ALLOCATE; the annotation's interceptionMode",
    "annotation sidecar.istio.io/interceptionMode": "NONE: no connection passes through the sidecar, in or out",
    "securityContext runAsUser, runAsGroup":
      "the proxy's own: connections go past the sidecar; unknown where some containers have it",
    "selectors of Istio's objects and sourceLabels":
      "by the pods' labels; unknown where the pods of a workload differ, or a controller sets the label to a value that the input does not show",
    serviceAccountName: "the caller's identity; every pod with a sidecar is taken to have its certificate",
  }),
  ...leftOpen("Workload", {
    "label istio.io/dataplane-mode of the pod and the namespace":
      "ambient: the mesh path is unknown, mutual TLS is as the policies say",
    "webhooks of other meshes": "unknown for pods that they select and Istio's do not",
    "annotation inject.istio.io/templates of one's own": "taken to redirect connections as Istio's do",
    "reaching istiod and DNS": "proxies are taken to have their configuration, and clients to resolve names",
    "IPv6 and dual stack": "addresses are matched as written; listeners on :: are not followed",
  }),
  ...modelled("MeshConfig", {
    outboundTrafficPolicy: "REGISTRY_ONLY and ALLOW_ANY; ALLOW_ANY_DYNAMIC_DNS as ALLOW_ANY for all but HTTP",
    "defaultServiceExportTo, defaultVirtualServiceExportTo, defaultDestinationRuleExportTo":
      "visibility where an object says none",
    "rootNamespace, trustDomain, trustDomainAliases": "where policies hold for all, and who principals are",
    enableAutoMtls: "mutual TLS between sidecars without a DestinationRule",
    "ConfigMap istio, istio-<revision>, IstioOperator, Istio, IstioRevision":
      "one control plane each; what is not valid YAML makes its proxies unknown. On Cloud Service Mesh istio-asm-managed-rapid alone",
    "defaultConfig.proxyMetadata": "ISTIO_META_DNS_CAPTURE, ISTIO_META_DNS_AUTO_ALLOCATE",
    "defaultConfig.interceptionMode": "as the annotation",
    discoverySelectors: "configuration of other namespaces is not read",
    "environment of istiod":
      "PILOT_SCOPE_GATEWAY_TO_NAMESPACE, PILOT_ENABLE_IP_AUTOALLOCATE, PILOT_SIDECAR_PICK_BEST_SERVICE_NAMESPACE, SHARED_MESH_CONFIG, REVISION; its image's version. Others that change what proxies get, such as ISTIO_WATCH_NAMESPACE: unknown",
  }),
  ...leftOpen("MeshConfig", {
    serviceEntryVisibility: "taken to be unset",
    extensionProviders: "read by CUSTOM policies only, which are unknown",
    "meshNetworks and several clusters": "taken to be one network and one cluster",
  }),
  ...modelled("ServiceEntry", {
    hosts: "exact and wildcard",
    "ports[].number, protocol, targetPort": "TCP, TLS, HTTPS, HTTP, MONGO, MYSQL, REDIS; anything else is detected",
    addresses: "addresses and blocks; without one, the listener takes every address on the port",
    resolution: "NONE, STATIC, DNS, DNS_ROUND_ROBIN; DYNAMIC_DNS in sidecars",
    "endpoints[].address":
      "where the connection ends: misrouted where DNS resolves the host elsewhere; unknown where entries differ and none is named as the true one",
    exportTo: "`.`, `*`, `~` and names of namespaces",
    "status.addresses": "allocated addresses, used by sidecars that answer DNS",
    "metadata.creationTimestamp":
      "which of several entries on one port comes first; by host, then namespace, when equal",
  }),
  ...leftOpen("ServiceEntry", {
    workloadSelector: "unknown",
    "endpoints[].network, weight, locality": "taken to make no difference",
    "hosts in two entries of a namespace, each with its own ports or endpoints":
      "unknown: one of the entries is cut off",
    "resolution DYNAMIC_DNS through a gateway": "unknown",
  }),
  ...modelled("Service", {
    "selector, ports[].port, targetPort, name, appProtocol": "pods behind it, and the protocol of a port",
    clusterIP: "the address clients dial; None: the pods' own",
    "annotation networking.istio.io/exportTo": "visibility; Cloud Service Mesh does not read it",
  }),
  ...leftOpen("Service", { "type ExternalName": "unknown", "Endpoints without selector": "unknown" }),
  ...modelled("VirtualService", {
    "hosts, gateways, exportTo": "which proxies get it; short names and the forms of a Gateway's name",
    "tcp[], tls[] match port, sniHosts, destinationSubnets, sourceLabels, sourceNamespace, gateways":
      "as sidecars and gateways each read them",
    "route[].destination host, port, subset": "and what is missing: the route then leads nowhere",
    order:
      "the namespace's own first, then those exported to it, then all others; by creation, name and namespace within each",
  }),
  ...leftOpen("VirtualService", {
    "http[] match": "every HTTP route is taken as possible: unknown when they end differently",
    "http[] redirect, directResponse, delegate, fault": "unknown",
    "route[].weight": "unknown when the destinations end differently",
  }),
  ...modelled("DestinationRule", {
    "host, exportTo": "client's namespace, service's namespace, root namespace: the first with a hit decides alone",
    merging: "of the same host in one namespace, when the sets of exportTo are equal",
    workloadSelector: "in the client's namespace",
    "subsets[].labels, trafficPolicy, portLevelSettings": "the port's settings replace the whole policy",
    "tls.subjectAltNames of ISTIO_MUTUAL": "against the identity of the pods",
    "tls.mode, sni, credentialName": "a sidecar ignores credentialName in a rule without workloadSelector",
  }),
  ...leftOpen("DestinationRule", {
    "tls.credentialName, caCertificates": "certificates are taken to exist and to be accepted",
    "tls.subjectAltNames of SIMPLE and MUTUAL": "taken to match",
    "loadBalancer.simple PASSTHROUGH": "unknown",
    "trafficPolicy.tunnel, proxyProtocol": "unknown",
    "connectionPool, outlierDetection, loadBalancer": "they change when, not where",
  }),
  ...modelled("Gateway", {
    selector: "against the labels of pods of router type, in every namespace unless the mesh scopes it",
    "servers[].port": "through the Services of the pods to the port they listen on",
    "servers[].hosts": "as host and namespace/host; one host is served once per port",
    "servers[].tls.mode": "none, ISTIO_MUTUAL, PASSTHROUGH; one server without TLS per port",
    "servers[].tls.subjectAltNames": "with ISTIO_MUTUAL: exact identities",
  }),
  ...leftOpen("Gateway", {
    "servers[].tls.mode SIMPLE, MUTUAL, OPTIONAL_MUTUAL, AUTO_PASSTHROUGH": "unknown",
    "servers[].port.protocol HTTP, HTTPS": "unknown",
    "servers[].bind": "unknown",
  }),
  ...modelled("Sidecar", {
    "workloadSelector, egress[].hosts, egress[].port": "what a proxy imports, exclusions too",
    "outboundTrafficPolicy.mode": "over the mesh's",
  }),
  ...leftOpen("Sidecar", {
    "egress[].bind, captureMode": "unknown",
    "ingress[]": "taken to make no difference",
    "outboundTrafficPolicy.egressProxy": "unknown",
  }),
  ...modelled("AuthorizationPolicy", {
    selector: "in the workload's namespace and in the root namespace",
    "action DENY, ALLOW, AUDIT": "and no rules: allow-nothing; the dry-run annotation",
    "from principals, namespaces, serviceAccounts, trustDomains, ipBlocks, and their opposites":
      "exact, prefix and suffix; nothing matches a caller without certificate",
    "to ports, notPorts": "the port of the pod",
    "when connection.sni, destination.port, destination.ip, source.*": "connection.sni is the outer SNI",
    "fields of HTTP on TCP": "an ALLOW rule falls away whole, a DENY rule loses the field only",
  }),
  ...leftOpen("AuthorizationPolicy", {
    "action CUSTOM": "unknown where a rule may match",
    "targetRef, targetRefs of Services and ServiceEntries": "for waypoints, which are not modelled",
    "fields of HTTP on HTTP": "unknown where they decide",
    "ipBlocks and destination.ip without known addresses": "unknown where they decide",
  }),
  ...modelled("PeerAuthentication", {
    "selector, mtls.mode, portLevelMtls": "workload over namespace over mesh, the oldest of a level",
  }),
  ...modelled("Network underneath", {
    "the hop to a gateway's or a service's pods, and the one that leaves the cluster":
      "closes a mesh path where a policy surely denies it; where that cannot be told, the path stands and the evidence says so",
  }),
  ...leftOpen("EnvoyFilter", {
    "configPatches[]":
      "unknown where it touches the path; new listeners and clusters touch none, patches of HTTP touch no TCP",
  }),
  ...leftOpen("Other kinds of Istio, of Alibaba Cloud Service Mesh, of Maistra and of the Gateway API", {
    "any field":
      "unknown for the hosts and objects that they name, else for the proxies they select; a finding names the object",
  }),
  ...leftOpen("WasmPlugin, TrafficExtension", { "type NETWORK": "unknown for the proxies it selects" }),
  ...modelled("Gateway API", {
    "Gateway of Istio's classes":
      "as Istio deploys it: a Deployment, a Service and a server for each listener; or the Service that an address names",
    "listeners[] protocol, port, hostname, tls, allowedRoutes": "the options' tls-terminate-mode too",
    "TCPRoute, TLSRoute bound to a Gateway": "parentRefs, hostnames, backendRefs to Services and Hostnames",
    "AuthorizationPolicy targetRefs": "of such a Gateway, for its pods",
  }),
  ...leftOpen("Gateway API", {
    "TCPRoute, TLSRoute, HTTPRoute, GRPCRoute parentRefs to a Service, ServiceEntry or Hostname":
      "unknown for the host they are bound to",
    "HTTPRoute, GRPCRoute bound to a Gateway": "unknown, as servers of HTTP are",
    "Gateway infrastructure.parametersRef": "taken to change neither ports nor labels",
  }),
  ...leftOpen("WorkloadEntry", { labels: "unknown for Services that select one" }),
];

/** Something in the whole that no single pair shows. */
export interface FindingEntry {
  severity: "high" | "medium" | "low" | "info";
  /** In a few words, for headings. */
  title: string;
  /** What is wrong and what follows from it. */
  text: string;
  /** What to change in the settings of this project. */
  settings: string;
  /** What to change in manifests written by hand. */
  manifests: string;
  /** Page of the documentation, below `docs/`. */
  docs: string;
}

export const findingMessages = {
  "no-sidecar-past-gateway": {
    severity: "high",
    title: "Workloads without a sidecar reach databases past the gateway",
    text: "{workloads} have no sidecar, and the network lets them connect to {hosts} themselves: without an identity, in plaintext unless the application opens TLS, and whatever the gateway's list of clients says.",
    settings:
      "Keep network.isolation.enabled, list their namespaces under namespaces, and let the database admit the gateway's addresses only.",
    manifests:
      "Add a default-deny NetworkPolicy for egress to their namespaces, or let the database admit the gateway's addresses only.",
    docs: "attackers.md",
  },
  "bypass-past-gateway": {
    severity: "medium",
    title: "Processes that bypass their sidecar reach databases past the gateway",
    text: "The network lets pods of {workloads} connect to {hosts} themselves. A process that bypasses its sidecar, for which user 1337 is enough, reaches them without an identity, whatever the gateway's list of clients says.",
    settings:
      "Keep network.isolation.enabled, list their namespaces under namespaces, and let the database admit the gateway's addresses only.",
    manifests:
      "Add a default-deny NetworkPolicy for egress to their namespaces, or let the database admit the gateway's addresses only.",
    docs: "attackers.md",
  },
  "port-swallowed": {
    severity: "high",
    title: "A ServiceEntry captures all traffic on a port",
    text: "{entry} has no addresses, so it captures all outbound traffic on port {port} in every namespace it is exported to: whatever address a workload dials, the connection is routed to {host}.",
    settings: "Set mesh.dnsCapture: true, or give the database addresses.",
    manifests: "Set spec.addresses, or turn on DNS capture (ISTIO_META_DNS_CAPTURE) in the sidecars.",
    docs: "modes/tcp-direct.md",
  },
  "port-opened": {
    severity: "high",
    title: "A ServiceEntry opens a port to every address",
    text: "{entry} has resolution NONE and no addresses: proxies of {namespaces} pass every connection to port {port} on to the address that was dialled, whatever it is, also with REGISTRY_ONLY.",
    settings: "Give the database addresses, or a host that DNS resolves.",
    manifests: "Set spec.addresses, or resolution DNS or STATIC.",
    docs: "modes/tcp-direct.md",
  },
  "host-contested": {
    severity: "high",
    title: "Several ServiceEntries declare a host with different endpoints",
    text: "{entries} declare {host} with different endpoints. Which of them a proxy uses depends on its namespace and on their age, and a gateway uses the oldest that it sees.",
    settings:
      "Give the database addresses, so that entries with others are recognised, and restrict who may create ServiceEntries.",
    manifests: "Remove all but one, or export each to its own namespace only; restrict who may create ServiceEntries.",
    docs: "attackers.md",
  },
  "postgres-without-sni": {
    severity: "medium",
    title: "A Postgres port is declared TLS",
    text: "{entry} declares port {port} of {host} as {protocol}. Postgres clients ask for TLS in their own protocol and show no server name, so the proxies do not recognise their connections; only clients with sslnegotiation=direct (Postgres 17) do.",
    settings: "Choose a trafficMode that begins with tcp, and protocol: postgres.",
    manifests: "Declare the port TCP, and route by tcp rules.",
    docs: "modes/README.md",
  },
  "object-not-modelled": {
    severity: "medium",
    title: "The analysis does not model an object that may change paths",
    text: "{object} is of a kind that the analysis does not model ({kind} of {group}): the mesh paths that it may change are unknown.",
    settings: "Remove it where this project's own objects do the same.",
    manifests: "Check the paths that it concerns by hand, or replace it by kinds of Istio.",
    docs: "access.md",
  },
  "anonymous-server": {
    severity: "high",
    title: "A gateway server does not authenticate clients",
    text: "Any pod that network policy lets connect to port {port} of the gateway's pods reaches {hosts}, with or without a sidecar: the server of {gateway} requests no certificate.",
    settings: "Choose a trafficMode that ends in -mtls.",
    manifests:
      "Set tls.mode: ISTIO_MUTUAL on the server, and let clients reach it with a DestinationRule of the same mode.",
    docs: "modes/README.md",
  },
  "foreign-route": {
    severity: "high",
    title: "A route of another namespace is for a database's host",
    text: "{route} routes connections for {host}, which another namespace declares, and sidecars of {namespaces} import it: it can end those connections, or receive them with what clients send.",
    settings: "Set namespaces[].importsFrom: declared for these namespaces. gateway.routeGuard refuses such routes.",
    manifests:
      "Remove it, limit its exportTo to its own namespace, or add a Sidecar to these namespaces that does not import it. A ValidatingAdmissionPolicy can refuse such routes.",
    docs: "attackers.md",
  },
  "foreign-gateway": {
    severity: "high",
    title: "A Gateway of another namespace applies to an egress gateway",
    text: "{gateway} adds servers to the pods of {pods}, which serve databases. Its owner decides which clients they admit.",
    settings: "Set mesh.scopeGateways: true. Where the mesh cannot, gateway.routeGuard refuses such Gateways.",
    manifests:
      "Remove it, or set PILOT_SCOPE_GATEWAY_TO_NAMESPACE=true on istiod. A ValidatingAdmissionPolicy can refuse such Gateways.",
    docs: "attackers.md",
  },
  "unguarded-hosts": {
    severity: "low",
    title: "Any namespace can declare a database's host for the gateway",
    text: "Anyone who may create a ServiceEntry, in any namespace, can export one for {hosts} to {namespace}. Gateways ignore Sidecar objects, and of two entries they use the older: an entry from before the database was registered decides where the gateway connects to.",
    settings: "Leave gateway.routeGuard enabled, and name the hosts of databases to come under its reservedHosts.",
    manifests:
      "Add a ValidatingAdmissionPolicy that refuses such entries (npx mesh-egress render writes one), or restrict who may create ServiceEntries.",
    docs: "attackers.md",
  },
  "unscoped-gateway": {
    severity: "low",
    title: "Gateways of every namespace apply to the gateway's pods",
    text: "Anyone who may create a Gateway, in any namespace, can add a server without a list of identities to the pods {pods}. Then only authorization policies decide, after a server-first database has sent its handshake packet.",
    settings:
      "Keep mesh.install, which scopes Gateways; on a mesh that exists, set it there. Otherwise leave gateway.routeGuard enabled.",
    manifests:
      "Set PILOT_SCOPE_GATEWAY_TO_NAMESPACE=true on istiod, or refuse such Gateways with a ValidatingAdmissionPolicy (npx mesh-egress render writes one).",
    docs: "modes/tcp-gateway-mtls.md",
  },
  "asm-resource-writers": {
    severity: "info",
    title: "Holders of ASM's roles can add servers and entries for the gateway",
    text: "ASM does not scope Gateways and keeps Istio's objects in an API server of its own. RAM users with its role Istio resource administrator or Administrator, for any namespace, and users who may write them through the data plane's KubeAPI, can add a server to the pods {pods} and declare a database's host. All others cannot. Authorization policies refuse clients of such a server, after a server-first database has sent its handshake packet.",
    settings:
      "No setting closes it. Give those roles to the platform's users only, and leave data plane KubeAPI access off.",
    manifests: "Give those roles to the platform's users only, and leave data plane KubeAPI access off.",
    docs: "clouds/ack.md",
  },
  "early-connection": {
    severity: "medium",
    title: "The gateway connects to the database before the client is authenticated",
    text: "The egress gateway ({pods}) connects to the database before the client's TLS handshake completes. Any pod that can open a connection to it can hold database connections without a certificate.",
    settings: "Set gateway.connectAfterHandshake: true.",
    manifests: "Add an EnvoyFilter with upstream_connect_mode: ON_DOWNSTREAM_TLS_HANDSHAKE.",
    docs: "modes/tcp-gateway-mtls.md",
  },
  "early-connection-old-proxies": {
    severity: "info",
    title: "Older proxies connect to the database before the client is authenticated",
    text: "{filter} makes the pods {pods} connect to the database after the client's TLS handshake, and applies to proxies whose version matches {version}. On others, pods that network policy lets connect to the gateway can hold database connections without a certificate.",
    settings:
      "No setting closes it on older proxies: choose a version of the mesh with Istio 1.29 or later once it is offered.",
    manifests:
      "Run proxies of Istio 1.29 or later; until then let only the clients' namespaces connect to the gateway's pods.",
    docs: "modes/tcp-gateway-mtls.md",
  },
  "unconfined-pods": {
    severity: "medium",
    title: "Pods beside clients of databases are not confined by network policy",
    text: "{pods}: their pods use the node's network or may change their own packet rules. Network policy does not hold for them, and firewalls see the node's address.",
    settings:
      "Remove the field. namespaces[].podGuard refuses such pods in namespaces of the stack; it is on for those that it creates.",
    manifests:
      "Remove the field, or move them to a namespace of their own. Pod Security at the level baseline refuses such pods.",
    docs: "attackers.md",
  },
  "interception-excluded": {
    severity: "medium",
    title: "Connections of some pods to databases do not pass their sidecar",
    text: "{pods}: connections to addresses or ports of databases are kept from the sidecar, so neither identity nor routes apply to them. Only network policy and the database's allow-list decide.",
    settings:
      "Remove the annotation or the user. namespaces[].podGuard refuses such pods in namespaces of the stack; it is on for those that it creates.",
    manifests:
      "Remove the annotation, the user 1337 or the injector's exclusion. A ValidatingAdmissionPolicy can refuse such pods.",
    docs: "attackers.md",
  },
  "gateway-node-guest": {
    severity: "medium",
    title: "Pods other than the gateway's may run on gateway nodes",
    text: "Pods of {guests} tolerate the taint {taint}, which sets nodes apart for {gateway}. A pod that runs there has the gateway's address: firewalls and allow-lists of databases admit it.",
    settings:
      "Name the taints that the workload tolerates, without this one. gateway.nodeGuard refuses such pods in the API server, but those of namespaces under exceptNamespaces.",
    manifests:
      "Remove the toleration, or name the other taints instead of tolerating all. A ValidatingAdmissionPolicy can refuse such pods.",
    docs: "attackers.md",
  },
  "annotation-ignored": {
    severity: "medium",
    title: "The mesh does not read an annotation",
    text: "{object} has the annotation {annotation}, which is not among those that Cloud Service Mesh reads. The verdicts do not count on it.",
    settings: "Remove the annotation; to hide a Service from a namespace, use namespaces[].importsFrom.",
    manifests: "Remove the annotation; to hide a Service from a namespace, limit what that imports with a Sidecar.",
    docs: "clouds/gke.md",
  },
  "unconfirmed-identities": {
    severity: "medium",
    title: "Cloud Service Mesh does not document a gateway server's list of clients",
    text: "Access to {host} rests on the client identities in {object} (subjectAltNames), which Cloud Service Mesh does not document. If the mesh ignores them, every workload of the mesh completes the handshake, and only an AuthorizationPolicy refuses those that are not clients.",
    settings: "Leave gateway.callersPolicy at perDatabase, which is that policy, and try a client that is not listed.",
    manifests:
      "Select the gateway's pods with an AuthorizationPolicy that names the same clients, and try another one.",
    docs: "clouds/gke.md",
  },
  "unconfirmed-sni": {
    severity: "medium",
    title: "Cloud Service Mesh does not document policies by server name",
    text: "{object} tells {host} from other databases on the same port by connection.sni, which Cloud Service Mesh does not document. If the mesh ignores it, clients of those databases pass the policy too, and only the handshake refuses them.",
    settings: "Give the database a gatewayPort of its own.",
    manifests: "Give the database a port of its own on the gateway, and name that in the policy.",
    docs: "clouds/gke.md",
  },
  "unconfirmed-dns-capture": {
    severity: "low",
    title: "ASM does not document that it reads ProxyConfig",
    text: "{object} switches on DNS capture, and only the addresses that it gives tell {hosts} apart, which share a port. No page of ASM says that it reads a ProxyConfig. If it does not, connections to one end at another.",
    settings: "Switch DNS proxying on in ASM's API too (docs/clouds/ack.md), or give the databases addresses.",
    manifests: "Switch DNS proxying on in ASM's API too, or set spec.addresses of the ServiceEntries.",
    docs: "clouds/ack.md",
  },
  "unconfirmed-credential": {
    severity: "high",
    title: "Cloud Service Mesh does not document certificates of a gateway towards a database",
    text: "TLS to {host} rests on credentialName in {object}, which Cloud Service Mesh does not document. If the mesh ignores it, the gateway presents no certificate and does not verify a private authority.",
    settings: "Let the application open TLS itself, with trafficMode tls-gateway-mtls.",
    manifests: "Let the application open TLS itself, and pass it through the gateway.",
    docs: "clouds/gke.md",
  },
  "unconfirmed-locality": {
    severity: "low",
    title: "Cloud Service Mesh does not document how connections are spread over zones",
    text: "{object} spreads connections to {host} over the gateways of all zones (localityLbSetting), which Cloud Service Mesh does not document. If the mesh ignores it, clients use the gateways of their own zone as long as one of those is healthy.",
    settings: "Run two gateway pods or more in each zone (gateway.replicas).",
    manifests: "Run two gateway pods or more in each zone.",
    docs: "clouds/gke.md",
  },
} as const satisfies Record<string, FindingEntry>;

/** Evidence of what proxies do: `access/istio`. */
export const meshMessages = {
  "on-chain-list": "the filter chain of this server admits a list of clients, and the client is on it",
  "not-on-chain-list": "the filter chain of this server admits a list of clients, and the client is not on it",
  "registry-only": "REGISTRY_ONLY: the proxy closes connections that match no registered service",
  "outbound-mode": "{mode}: the proxy passes on connections that match no registered service",
  "gateways-scoped": "PILOT_SCOPE_GATEWAY_TO_NAMESPACE: Gateways apply to pods of their own namespace only",
  "other-revision": "the control plane of revision {revision} does not read it",
  "discovery-selectors": "the control plane reads only namespaces that match discoverySelectors",
  "not-discovered": "no discoverySelector matches: the control plane reads no configuration of this namespace",
  "maybe-not-discovered":
    "the input does not show the namespace's labels, so whether the control plane reads its configuration is not known",
  "configuration-not-in-input": "the input holds nothing of this control plane's configuration",
  "config-unreadable":
    "this is not valid YAML, or a field has the wrong type, so what configures the mesh is not known",
  "no-proxy-on-path": "{because}, so nothing in the mesh sees this connection",
  "address-of-sidecar": "{because}, yet the sidecar's DNS answers with an address only it knows",
  "no-address": "{host} has no address of its own",
  "port-waits":
    "port {port} of {host} is declared {protocol}: the proxy waits for the client's first bytes on this port, and the client for the server's",
  "declares-unread": "declares {host}, but the control plane of this proxy does not read it",
  "port-not-declared": "{host} has no port {port} here",
  "not-exported": "visible to {namespaces} only: the caller's proxy does not know {host}",
  "host-taken":
    "hidden from the caller's proxy by {owner}, which declares {host} too: a proxy takes a host from one namespace only, its own first",
  "not-imported": "the Sidecar resource does not import {host}",
  "takes-no-connection": "declares {host}, and has no listener for this connection",
  "gateway-out-of-scope": "does not apply to pods of namespace {namespace}",
  "no-server-on-port": "no Gateway gives the pods of {pods} a server on port {port}",
  "kind-may-change-path": "may change this path: the analysis does not model {kind} of {group}",
  "selects-some-pods":
    "may hold for some of these pods only: their labels differ, or the input does not show the one that decides",
  "workload-entries": "selects WorkloadEntry {name} too, and endpoints outside of pods are not modelled",
  "route-not-modelled": "routes of the Gateway API that are bound to services are not modelled",
  "declared-protocol": "declared {protocol}",
  "variable-not-modelled":
    "{name}={value} changes what proxies are configured with, in a way that the analysis does not model",
  "declared-elsewhere": "{host} has other endpoints here than {owners} give it",
  "declared-twice":
    "{host} is declared by {other} of the same namespace too, with other ports or endpoints: one of them is cut off",
  "declares-host": "declares {host}",
  "not-http":
    "port {port} of {host} is declared HTTP, which the client does not speak: no chain of the listener takes the connection",
  "no-chain": "the listener of port {port} has no chain for {what}",
  "ingress-waypoint": "gateways send connections to this service through its waypoint, which is not modelled",
  "route-without-service":
    "routes {host}, which no Service or ServiceEntry declares: proxies take no connection for it",
  /** Stands for texts that are not in a table yet. */
  text: "{text}",
} as const;

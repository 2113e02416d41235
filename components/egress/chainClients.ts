import type { IEnvoyFilter } from "@kubernetes-models/istio/networking.istio.io/v1alpha3";
import type { Manifest } from "../manifest.js";
import { gatewayPort, type Path } from "./endpoint.js";

/**
 * The endpoint's list of clients, in its own filter chain. An AuthorizationPolicy would do the same for every chain of the
 * gateway: istiod copies each policy into each chain, so a policy for one database changes the chains of all others and
 * ends their connections. The filter is added; nothing that Istio has written is changed.
 *
 * Source: Envoy, `envoy.extensions.filters.network.rbac.v3.RBAC`; it compares the URI names of the client's certificate.
 */
export function chainClients(path: Path, sni: string | undefined): IEnvoyFilter & Manifest {
  const { endpoint, gateway } = path;
  const value = {
    name: "envoy.filters.network.rbac",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.network.rbac.v3.RBAC",
      stat_prefix: "tcp.clients.",
      rules: {
        action: "ALLOW",
        policies: { clients: { permissions: [{ any: true }], principals: principals(path) } },
      },
    },
  };
  const filterChain = sni === undefined ? {} : { filterChain: { sni } };
  return {
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata: { name: `${gateway.name}-${endpoint.name}`, namespace: gateway.namespace },
    spec: {
      workloadSelector: { labels: gateway.selector },
      configPatches: [
        {
          applyTo: "NETWORK_FILTER",
          match: { context: "GATEWAY", listener: { portNumber: gatewayPort(path), ...filterChain } },
          patch: { operation: "INSERT_FIRST", value },
        },
      ],
    },
  };
}

function principals({ endpoint, mesh }: Path) {
  const identity = (rest: string) => `spiffe://${mesh.trustDomain}/ns/${rest}`;
  const names = endpoint.clients.flatMap(({ namespace, serviceAccounts }): { exact?: string; prefix?: string }[] =>
    serviceAccounts
      ? serviceAccounts.map((account) => ({ exact: identity(`${namespace}/sa/${account}`) }))
      : [{ prefix: identity(`${namespace}/sa/`) }],
  );
  return names.map((name) => ({ authenticated: { principal_name: name } }));
}

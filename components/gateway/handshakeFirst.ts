import type { IEnvoyFilter } from "@kubernetes-models/istio/networking.istio.io/v1alpha3";
import type { Manifest } from "../manifest.js";
import type { Gateway } from "./gateway.js";

/** Proxies of Istio 1.29 and later, of Envoy 1.37, know the field; an older one would refuse the whole listener. */
const newProxies = String.raw`^1\.(29|[3-9]\d)\..*`;

/**
 * Lets the gateway connect to a database only when the caller's handshake has succeeded. By itself Envoy connects as
 * soon as a caller does: whoever gets to the port would hold connections of the database without any certificate while
 * he draws handshakes out. Where there is no handshake at the gateway it changes nothing.
 *
 * @param onlyNew Leave proxies alone that may not know the field, where the mesh decides their version.
 *
 * Source: Envoy, `TcpProxy.upstream_connect_mode`; envoyproxy/envoy issues 9023 and 11694.
 */
export function handshakeFirst(
  gateway: Pick<Gateway, "name" | "namespace" | "selector">,
  onlyNew = false,
): IEnvoyFilter & Manifest {
  const tcpProxy = "envoy.filters.network.tcp_proxy";
  const value = {
    name: tcpProxy,
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
      upstream_connect_mode: "ON_DOWNSTREAM_TLS_HANDSHAKE",
      // Envoy wants it said: nothing of the caller's is kept before there is where to send it.
      max_early_data_bytes: 0,
    },
  };
  return {
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata: { name: `${gateway.name}-handshake-first`, namespace: gateway.namespace },
    spec: {
      workloadSelector: { labels: gateway.selector },
      configPatches: [
        {
          applyTo: "NETWORK_FILTER",
          match: {
            context: "GATEWAY",
            ...(onlyNew ? { proxy: { proxyVersion: newProxies } } : {}),
            listener: { filterChain: { filter: { name: tcpProxy } } },
          },
          patch: { operation: "MERGE", value },
        },
      ],
    },
  };
}

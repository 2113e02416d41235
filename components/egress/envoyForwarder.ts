import type { IEnvoyFilter } from "@kubernetes-models/istio/networking.istio.io/v1alpha3";
import type { Manifest } from "../manifest.js";
import type { Path } from "./endpoint.js";
import { seconds } from "../../settings/formats.js";
import type { Forwarder } from "./forwarder.js";

const type = (name: string) => `type.googleapis.com/envoy.extensions.${name}`;

/**
 * Adds to the gateway's Envoy a loopback listener that forwards by SNI, and a cluster for it. It patches nothing that
 * exists, so no other mode can break.
 */
export function envoyForwarder({ endpoint, gateway }: Path, forwarder: Forwarder): IEnvoyFilter & Manifest {
  const name = `${endpoint.name}-sni-forward`;
  const dnsCache = { name, dns_lookup_family: "V4_ONLY" };
  const cluster = {
    name,
    // Envoy's JSON knows durations in seconds only.
    connect_timeout: `${seconds(endpoint.limits.connectTimeout)}s`,
    lb_policy: "CLUSTER_PROVIDED",
    cluster_type: {
      name: "envoy.clusters.dynamic_forward_proxy",
      typed_config: {
        "@type": type("clusters.dynamic_forward_proxy.v3.ClusterConfig"),
        dns_cache_config: dnsCache,
      },
    },
  };
  const listener = {
    name,
    address: { socket_address: { address: "127.0.0.1", port_value: forwarder.port } },
    listener_filters: [
      {
        name: "envoy.filters.listener.tls_inspector",
        typed_config: { "@type": type("filters.listener.tls_inspector.v3.TlsInspector") },
      },
    ],
    filter_chains: [
      {
        filter_chain_match: { server_names: [forwarder.group] },
        filters: [
          {
            name: "envoy.filters.network.sni_dynamic_forward_proxy",
            typed_config: {
              "@type": type("filters.network.sni_dynamic_forward_proxy.v3.FilterConfig"),
              port_value: forwarder.onwardPort,
              dns_cache_config: dnsCache,
            },
          },
          {
            name: "envoy.filters.network.tcp_proxy",
            typed_config: {
              "@type": type("filters.network.tcp_proxy.v3.TcpProxy"),
              stat_prefix: name,
              cluster: name,
            },
          },
        ],
      },
    ],
  };
  return {
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata: { name, namespace: gateway.namespace },
    spec: {
      workloadSelector: { labels: gateway.selector },
      configPatches: [
        { applyTo: "CLUSTER", match: { context: "GATEWAY" }, patch: { operation: "ADD", value: cluster } },
        { applyTo: "LISTENER", match: { context: "GATEWAY" }, patch: { operation: "ADD", value: listener } },
      ],
    },
  };
}

import type { IEnvoyFilter } from "@kubernetes-models/istio/networking.istio.io/v1alpha3";
import type { Protocol } from "../../settings/trafficModes.js";
import type { Manifest } from "../manifest.js";
import { applicationTlsModule } from "./applicationTlsModule.js";
import { gatewayPort, type Path } from "./endpoint.js";

/** How a client of a protocol asks for TLS; of any other it opens TLS with its first byte. */
const asksInside: Partial<Record<Protocol, string>> = { postgres: "postgres", mysql: "mysql" };

/**
 * Lets the gateway close connections whose application opens no TLS, before a byte of them reaches the database. None of
 * Envoy's own filters reads Postgres' or MySQL's request for TLS, nor what is inside the mesh's mutual TLS: so a filter of
 * 1 KiB in WebAssembly does, which Istio's proxies run. If it cannot run, no connection passes.
 *
 * @param sni by which the gateway knows the database; undefined where its port tells
 */
export function applicationTlsCheck(path: Path, sni: string | undefined): (IEnvoyFilter & Manifest)[] {
  const { endpoint, gateway, mesh } = path;
  if (endpoint.applicationTls !== "required" || mesh.kind !== "istio") return [];
  const spoken = asksInside[endpoint.protocol] ?? "tls";
  const config = {
    name: "application-tls",
    fail_open: false,
    vm_config: {
      // Databases of one protocol share a virtual machine.
      vm_id: `application-tls-${spoken}`,
      runtime: "envoy.wasm.runtime.v8",
      configuration: { "@type": "type.googleapis.com/google.protobuf.StringValue", value: spoken },
      code: { local: { inline_bytes: applicationTlsModule } },
    },
  };
  const value = {
    name: "envoy.filters.network.wasm",
    typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.network.wasm.v3.Wasm", config },
  };
  const filterChain = { ...(sni === undefined ? {} : { sni }), filter: { name: "envoy.filters.network.tcp_proxy" } };
  const filter: IEnvoyFilter & Manifest = {
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata: { name: `${gateway.name}-${endpoint.name}-application-tls`, namespace: gateway.namespace },
    spec: {
      workloadSelector: { labels: gateway.selector },
      configPatches: [
        {
          applyTo: "NETWORK_FILTER",
          match: { context: "GATEWAY", listener: { portNumber: gatewayPort(path), filterChain } },
          // Behind the list of clients: who may not pass is not read.
          patch: { operation: "INSERT_BEFORE", value },
        },
      ],
    },
  };
  return [filter];
}

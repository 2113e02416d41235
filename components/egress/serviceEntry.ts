import type { IServiceEntry } from "@kubernetes-models/istio/networking.istio.io/v1";
import type { Manifest } from "../manifest.js";
import { type Path, visibleTo } from "./endpoint.js";

type ServiceEntry = IServiceEntry & Manifest;

/** Makes an endpoint known to its clients' sidecars and to the gateway, and to nobody else. */
export function serviceEntry(path: Path, wire: "TCP" | "TLS"): ServiceEntry {
  const { endpoint, home } = path;
  const { name, host, port, addresses } = endpoint;
  const wildcard = host.startsWith("*.");
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name, namespace: home },
    spec: {
      hosts: [host],
      ...(addresses.length ? { addresses } : {}),
      ports: [{ number: port, name: wire.toLowerCase(), protocol: wire }],
      location: "MESH_EXTERNAL",
      // A wildcard has no address to look up; an entry that a gateway routes may not be NONE otherwise, or it loops.
      resolution: wildcard ? "NONE" : addresses.length ? "STATIC" : "DNS",
      ...(addresses.length ? { endpoints: addresses.map((address) => ({ address })) } : {}),
      exportTo: visibleTo(path),
    },
  };
}

/**
 * A name that leads from the gateway's Envoy to the forwarder on its loopback interface. Only the gateway sees it.
 */
export function forwarderEntry(path: Path, host: string, port: number): ServiceEntry {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name: `${path.endpoint.name}-forwarder`, namespace: path.gateway.namespace },
    spec: {
      hosts: [host],
      ports: [{ number: port, name: "tcp", protocol: "TCP" }],
      location: "MESH_EXTERNAL",
      resolution: "STATIC",
      endpoints: [{ address: "127.0.0.1" }],
      exportTo: ["."],
    },
  };
}

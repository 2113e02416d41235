import type { IVirtualService } from "@kubernetes-models/istio/networking.istio.io/v1";
import { gatewayPort, gatewayService, type Path, visibleTo } from "./endpoint.js";
import type { Manifest } from "../manifest.js";

type Wire = "tcp" | "tls";

interface Legs {
  /** How the sidecar distinguishes the connection. */
  mesh: Wire;
  /** How the gateway does: `tls` only where it passes TLS through; a server that terminates it needs `tcp`. */
  gateway: Wire;
  /** Where the gateway sends it. @default the endpoint itself */
  forwarder?: { host: string; port: number };
}

/** Leads a connection from the client's sidecar to the gateway, and from the gateway on. */
export function route(path: Path, legs: Legs): IVirtualService & Manifest {
  const { endpoint, gateway } = path;
  const onward = legs.forwarder ?? { host: endpoint.host, port: endpoint.port };
  const here = `${gateway.namespace}/${endpoint.name}`;
  const toGateway = {
    match: [{ gateways: ["mesh"], port: endpoint.port, ...sniMatch(legs.mesh, endpoint.host) }],
    route: [
      { destination: { host: gatewayService(path).host, subset: endpoint.name, port: { number: gatewayPort(path) } } },
    ],
  };
  const toDatabase = {
    match: [{ gateways: [here], port: gatewayPort(path), ...sniMatch(legs.gateway, endpoint.host) }],
    route: [{ destination: { host: onward.host, port: { number: onward.port } } }],
  };
  const hosts = legs.forwarder ? [endpoint.host, legs.forwarder.host] : [endpoint.host];
  return virtualService(path, hosts, ["mesh", here], [legs.mesh, toGateway], [legs.gateway, toDatabase]);
}

/**
 * Leads a connection from the client's sidecar to the endpoint itself, by SNI. Without a route a sidecar that hands out
 * an address for the host goes by that address alone, and takes any SNI there, and plaintext.
 */
export function sniRoute(path: Path): IVirtualService & Manifest {
  const { host, port } = path.endpoint;
  const toDatabase = {
    match: [{ gateways: ["mesh"], port, ...sniMatch("tls", host) }],
    route: [{ destination: { host, port: { number: port } } }],
  };
  return virtualService(path, [host], ["mesh"], ["tls", toDatabase]);
}

function sniMatch(wire: Wire, host: string): { sniHosts: string[] } {
  return (wire === "tls" ? { sniHosts: [host] } : {}) as { sniHosts: string[] };
}

type Rule = NonNullable<IVirtualService["spec"]>["tls"] extends (infer R)[] | undefined ? R : never;

/** The endpoint's VirtualService. It keeps its rules in one list per wire. */
function virtualService(
  path: Path,
  hosts: string[],
  gateways: string[],
  ...rules: [Wire, Rule][]
): IVirtualService & Manifest {
  const { endpoint, home } = path;
  const of = (wire: Wire) => rules.filter(([its]) => its === wire).map(([, rule]) => rule);
  const [tls, tcp] = [of("tls"), of("tcp")];
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: endpoint.name, namespace: home },
    spec: {
      hosts,
      gateways,
      exportTo: visibleTo(path),
      ...(tls.length ? { tls } : {}),
      ...(tcp.length ? { tcp } : {}),
    },
  };
}

import type { Evidence, HopEncryption, Target } from "../model.js";
import { evidence } from "./evidence.js";
import { hostsMatch, isWildcard } from "./hostname.js";
import { portField } from "./outbound.js";
import { upstreamTls, type Cluster, type MissingCluster, type ProxyScope } from "./scope.js";

/** Where a proxy's connection to a service outside the mesh ends. */
export type Ending =
  | { kind: "database"; encryption: HopEncryption; because: Evidence[] }
  | { kind: "other"; encryption: HopEncryption; because: Evidence[] }
  | { kind: "nowhere"; because: Evidence[] }
  | { kind: "unknown"; because: Evidence[] };

/** Hosts of all targets: an endpoint with the name of one leads there. */
export interface KnownTargets {
  hosts: ReadonlySet<string>;
}

/** Why a route's destination has no cluster: the connection is closed. */
export function missingCluster(missing: MissingCluster, route: Evidence, proxy: string): Evidence[] {
  if (missing.missing === "service") {
    return [{ ...route, text: `${proxy} knows no service ${missing.host}: the route leads nowhere` }];
  }
  const { object } = missing.service;
  if (missing.missing === "port") {
    return [
      route,
      evidence(object, "spec.ports", `${missing.host} has no port ${missing.number}: the route leads nowhere`),
    ];
  }
  const { rule, subset } = missing;
  const text = rule
    ? `the DestinationRule that holds here has no subset ${subset}: the route leads nowhere`
    : `no DestinationRule for ${missing.host} holds here, so there is no subset ${subset}: the route leads nowhere`;
  return rule ? [route, evidence(rule.object, "spec.subsets", text)] : [{ ...route, text }];
}

/** Where a cluster of a service outside the mesh ends, seen from a sidecar or from a gateway. */
export function endOf(cluster: Cluster, target: Target, scope: ProxyScope, known: KnownTargets): Ending {
  const { service, port } = cluster;
  const sidecar = scope.gateway === "mesh";
  const because: Evidence[] = [];
  const here = (text: string, path = "spec.resolution"): Evidence => evidence(service.object, path, text);
  if (service.resolution === "none" && !sidecar) {
    return { kind: "nowhere", because: [here("resolution NONE behind a gateway: the gateway connects to itself")] };
  }
  if (service.resolution === "dynamic-dns" && !sidecar) {
    return { kind: "unknown", because: [here("DYNAMIC_DNS behind a gateway is not modelled")] };
  }
  if (service.selector) {
    return {
      kind: "unknown",
      because: [here("endpoints chosen by workloadSelector are not modelled", "spec.workloadSelector")],
    };
  }
  if (isWildcard(service.host) && service.resolution === "dns" && service.endpoints.length === 0) {
    return {
      kind: "nowhere",
      because: [here("a wildcard host without endpoints cannot be resolved by DNS: no cluster")],
    };
  }
  if (service.resolution === "static" && service.endpoints.length === 0) {
    return {
      kind: "nowhere",
      because: [here("resolution STATIC without endpoints: nowhere to connect to", "spec.endpoints")],
    };
  }
  const tls = upstreamTls(cluster, sidecar);
  if (tls.unmodelled) return { kind: "unknown", because: [here(tls.unmodelled)] };
  if (tls.evidence) because.push(tls.evidence);
  if (tls.mode === "ISTIO_MUTUAL") {
    const text = "mutual TLS with the mesh's certificates to a server outside the mesh: neither side trusts the other";
    return { kind: "nowhere", because: [{ ...(tls.evidence ?? here(text)), text }] };
  }
  const originates = tls.mode === "SIMPLE" || tls.mode === "MUTUAL";
  if (originates && target.protocol === "tls") {
    const text = "the client's own TLS inside the proxy's TLS: the server expects one layer";
    return { kind: "nowhere", because: [{ ...(tls.evidence ?? here(text)), text }] };
  }
  const plain = target.protocol === "tls" ? "tls-passthrough" : "plaintext";
  const encryption: HopEncryption = tls.mode === "SIMPLE" ? "tls" : tls.mode === "MUTUAL" ? "mutual-tls" : plain;
  because.push(here(`${service.host}:${port.number} is outside the mesh`, portField(service, port)));
  const number = serverPort(cluster);
  if (number !== port.number)
    because.push(here(`connects to port ${number} there`, `${portField(service, port)}.targetPort`));
  // The port may change where the proxy opens TLS itself: clear to it on one port, TLS to the server on another.
  const samePort = number === target.port || originates;
  // Without resolution a sidecar passes on to whatever address was dialled.
  const passes = service.resolution === "none" && sidecar;
  const reached = passes || (samePort && isTarget(cluster, target, known));
  return { kind: reached ? "database" : "other", encryption, because };
}

/** The port a proxy connects to: an endpoint's own, else the service's target port. */
function serverPort({ service, port }: Cluster): number {
  const own = service.endpoints[0]?.ports[port.name];
  return own ?? (typeof port.targetPort === "number" ? port.targetPort : port.number);
}

/** Whether a cluster is the target: by host, by a wildcard that covers it, or by the endpoints' addresses. */
function isTarget({ service }: Cluster, target: Target, known: KnownTargets): boolean {
  const addresses = service.endpoints.map(({ address }) => address);
  const elsewhere = addresses.some((address) => address !== target.host && known.hosts.has(address));
  if (service.host === target.host) return !elsewhere;
  if (isWildcard(service.host) && hostsMatch(service.host, target.host)) return service.resolution !== "static";
  return (
    addresses.length > 0 && addresses.every((address) => address === target.host || target.addresses.includes(address))
  );
}

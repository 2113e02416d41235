import { nameOf } from "../../model/objectName.js";
import { message, type Message } from "../../messages/index.js";
import type { Evidence, HopEncryption, Target } from "../../model/model.js";
import { evidence } from "../evidence.js";
import { rivalsOf, standingOf } from "../registry/owners.js";
import { hostsMatch, isWildcard } from "../registry/hostname.js";
import { portField } from "./outbound.js";
import type { MeshService } from "../registry/registry.js";
import { upstreamTls, type Cluster, type MissingCluster, type ProxyScope, type UpstreamTls } from "../config/scope.js";
import { hopEncryption } from "../verdict.js";

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
export function missingCluster(
  missing: MissingCluster,
  route: Evidence,
  proxy: "the-gateway" | "clients-proxy",
): Evidence[] {
  if (missing.missing === "service") {
    return [{ ...route, ...message("route-without-target", { proxy: message(proxy), host: missing.host }) }];
  }
  const { object } = missing.service;
  if (missing.missing === "port") {
    return [
      route,
      evidence(object, "spec.ports", message("route-without-port", { host: missing.host, port: missing.number })),
    ];
  }
  const { rule, subset, host } = missing;
  return rule
    ? [route, evidence(rule.object, "spec.subsets", message("rule-without-subset", { subset }))]
    : [{ ...route, ...message("subset-without-rule", { host, subset }) }];
}

/** Where a cluster of a service outside the mesh ends, seen from a sidecar or from a gateway. */
export function endOf(cluster: Cluster, target: Target, scope: ProxyScope, known: KnownTargets): Ending {
  const { service, port } = cluster;
  const sidecar = scope.gateway === "mesh";
  const here = (text: Message, path = "spec.resolution"): Evidence => evidence(service.object, path, text);
  const unconnected = withoutEndpoint(service, sidecar, here);
  if (unconnected) return unconnected;
  const tls = upstreamTls(cluster, sidecar);
  if (tls.unmodelled) return { kind: "unknown", because: [here(tls.unmodelled)] };
  const originates = tls.mode === "SIMPLE" || tls.mode === "MUTUAL";
  const misfit = misfitOf(tls, target);
  if (misfit) return { kind: "nowhere", because: [{ ...(tls.evidence ?? here(misfit)), ...misfit }] };
  const plain = hopEncryption(false, target);
  const encryption: HopEncryption = tls.mode === "SIMPLE" ? "tls" : tls.mode === "MUTUAL" ? "mutual-tls" : plain;
  const field = portField(service, port);
  const number = serverPort(cluster);
  const because = [
    ...(tls.evidence ? [tls.evidence] : []),
    here(message("outside-mesh", { host: service.host, port: port.number }), field),
    ...(number === port.number ? [] : [here(message("target-port", { port: number }), `${field}.targetPort`)]),
  ];
  const owners = scope.index.visibility.allOfHost(service.host);
  const standing = service.host === target.host ? standingOf(service, target, owners) : undefined;
  const rivals = standing && standing !== "the target" ? [contested(service, owners)] : [];
  if (standing === "not known") return { kind: "unknown", because: [...because, ...rivals] };
  // The port may change where the proxy opens TLS itself: clear to it on one port, TLS to the server on another.
  const samePort = number === target.port || originates;
  // Without resolution a sidecar passes on to whatever address was dialled.
  const passes = service.resolution === "none" && sidecar;
  const reached = passes || (samePort && standing !== "elsewhere" && isTarget(cluster, target, known));
  return { kind: reached ? "database" : "other", encryption, because: [...because, ...rivals] };
}

/** Others declare the host of an entry with other endpoints. */
function contested(service: MeshService, owners: readonly MeshService[]): Evidence {
  const named = [...new Set(rivalsOf(service, owners).map(({ object }) => nameOf(object)))];
  return evidence(
    service.object,
    "spec.endpoints",
    message("declared-elsewhere", { host: service.host, owners: named }),
  );
}

/** Why a proxy has nowhere to connect to for a service, or nowhere that is known. */
function withoutEndpoint(
  { host, resolution, selector, endpoints }: MeshService,
  sidecar: boolean,
  here: (text: Message, path?: string) => Evidence,
): Ending | undefined {
  const nowhere = (text: Message, path?: string): Ending => ({ kind: "nowhere", because: [here(text, path)] });
  const unknown = (text: Message, path?: string): Ending => ({ kind: "unknown", because: [here(text, path)] });
  if (resolution === "none" && !sidecar) return nowhere(message("resolution-none"));
  if (resolution === "dynamic-dns" && !sidecar) return unknown(message("dynamic-dns-not-modelled"));
  if (selector) return unknown(message("workload-selector-not-modelled"), "spec.workloadSelector");
  if (endpoints.length > 0) return undefined;
  if (isWildcard(host) && resolution === "dns") return nowhere(message("wildcard-without-endpoints"));
  return resolution === "static" ? nowhere(message("static-without-endpoints"), "spec.endpoints") : undefined;
}

/** Why a server outside the mesh cannot take what the proxy's TLS makes of the connection. */
function misfitOf({ mode }: UpstreamTls, { protocol }: Target): Message | undefined {
  if (mode === "ISTIO_MUTUAL") return message("mesh-tls-outside");
  return protocol === "tls" && (mode === "SIMPLE" || mode === "MUTUAL") ? message("tls-in-tls") : undefined;
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

import { isIP } from "node:net";
import type { AnalysisOptions, DatabaseOption, Target, World } from "./model.js";
import {
  isTls,
  parseProtocol,
  servicePortProtocol,
  speaksFirst,
  wireProtocolOf,
  type Protocol,
} from "../istio/registry/protocol.js";
import type { KubernetesServiceSpec, PortShape, ServiceEntrySpec } from "../istio/config/shapes.js";
import { ascending } from "./order.js";
import { namespaceOf } from "./world.js";

/** Wire protocols that begin with TLS. The others begin in the clear, or ask for TLS later on. */
const tlsFromTheStart = new Set(["tls"]);
/** Wire protocols of which a ServiceEntry's TLS port says nothing: they never begin with a TLS handshake. */
const neverTlsFirst = new Set(["mysql", "postgres"]);

/** What the analysis asks about: hosts of ServiceEntries, the caller's databases, and Services when asked for. */
export function deriveTargets(world: World, options: AnalysisOptions): Target[] {
  const targets = new Map<string, Target>();
  for (const target of [...serviceEntryTargets(world), ...egressPolicyTargets(world)]) merge(targets, target);
  for (const database of options.databases ?? []) addDatabase(targets, database);
  if (options.services === true) for (const target of serviceTargets(world, options)) merge(targets, target);
  return [...targets.values()].sort((a, b) => ascending(a.host, b.host) || a.port - b.port);
}

function keyOf({ host, port }: { host: string; port: number }): string {
  return `${host}:${port}`;
}

function merge(targets: Map<string, Target>, target: Target): void {
  const known = targets.get(keyOf(target));
  const addresses = known ? [...new Set([...known.addresses, ...target.addresses])] : target.addresses;
  targets.set(keyOf(target), { ...(known ?? target), addresses });
}

function serviceEntryTargets(world: World): Target[] {
  const entries = world.ofKind("networking.istio.io/ServiceEntry");
  const named = new Set(entries.flatMap(({ spec }) => hostsByName((spec ?? {}) as ServiceEntrySpec)));
  return entries.flatMap((object) => {
    const spec = (object.spec ?? {}) as ServiceEntrySpec;
    if (isPlumbing(spec)) return [];
    return (spec.hosts ?? []).flatMap((host) =>
      (spec.ports ?? []).flatMap((port) => databaseTarget(host, port, named.has(host) ? [] : realAddresses(spec))),
    );
  });
}

function databaseTarget(host: string, { number, name, protocol: declared }: PortShape, addresses: string[]): Target[] {
  if (number === undefined) return [];
  const protocol = parseProtocol(declared);
  const port = { port: number, protocol, name };
  const serverSpeaksFirst = speaksFirst(port);
  return [{ host, port: number, protocol: clientProtocol(port), serverSpeaksFirst, kind: "database", addresses }];
}

/** Hosts that an entry leaves to DNS: what else declares them with endpoints says nothing of where DNS leads. */
function hostsByName({ resolution = "NONE", endpoints = [], hosts = [] }: ServiceEntrySpec): string[] {
  return resolution.startsWith("DNS") && endpoints.length === 0 ? hosts : [];
}

interface EgressPolicySpec {
  egressRules?: { to?: { hosts?: string[]; port?: PortShape }[] }[];
}

/** Hosts that an egress policy of Alibaba Cloud Service Mesh opens: the control plane makes entries of them. */
function egressPolicyTargets(world: World): Target[] {
  return world
    .ofKind("istio.alibabacloud.com/ASMEgressTrafficPolicy")
    .flatMap(({ spec }) =>
      ((spec as EgressPolicySpec | undefined)?.egressRules ?? [])
        .flatMap(({ to }) => to ?? [])
        .flatMap(({ hosts = [], port }) => hosts.flatMap((host) => databaseTarget(host, port ?? {}, []))),
    );
}

/** A made-up host that leads back into the proxy's own pod is part of a path, not an end. */
function isPlumbing(spec: ServiceEntrySpec): boolean {
  const endpoints = spec.endpoints ?? [];
  return (
    endpoints.length > 0 && endpoints.every(({ address }) => address?.startsWith("127.") === true || address === "::1")
  );
}

/** Addresses of a ServiceEntry that are the server's own, and so what DNS answers: fixed endpoints, or what passes unresolved. */
function realAddresses(spec: ServiceEntrySpec): string[] {
  const resolution = spec.resolution ?? "NONE";
  const addresses =
    resolution === "STATIC"
      ? (spec.endpoints ?? []).map(({ address }) => address ?? "")
      : resolution === "NONE"
        ? (spec.addresses ?? []).map((address) => address.replace(/\/(32|128)$/, ""))
        : [];
  return addresses.filter((address) => isIP(address) !== 0);
}

/** How a client speaks to a port: as the database does whose port it is, whatever the port is declared; else as declared. */
function clientProtocol(port: { port: number; protocol: Protocol; name?: string }): Target["protocol"] {
  const wire = wireProtocolOf(port);
  if (wire === "mysql") return "tcp";
  if (isTls(port.protocol)) return "tls";
  return port.protocol === "http" && wire === undefined ? "http" : "tcp";
}

function addDatabase(targets: Map<string, Target>, database: DatabaseOption): void {
  const known = targets.get(keyOf(database));
  const wire = database.protocol?.toLowerCase();
  targets.set(keyOf(database), {
    host: database.host,
    port: database.port,
    protocol: databaseProtocol(database, known),
    serverSpeaksFirst:
      wire === undefined
        ? (known?.serverSpeaksFirst ?? speaksFirst({ port: database.port }))
        : wire === "mysql" && database.tls !== true,
    kind: "database",
    database: database.name,
    applicationTls: database.applicationTls,
    // Who names them knows them better than an entry, which any namespace can write.
    addresses: database.addresses ?? known?.addresses ?? [],
    ...(database.addresses && database.addresses.length > 0 ? { addressesGiven: true } : {}),
    allowList: database.allowList,
  });
}

function databaseProtocol(database: DatabaseOption, known: Target | undefined): Target["protocol"] {
  if (database.tls !== undefined) return database.tls ? "tls" : "tcp";
  const wire = database.protocol?.toLowerCase();
  if (wire === undefined) return known?.protocol ?? "tcp";
  if (tlsFromTheStart.has(wire)) return "tls";
  // No database speaks HTTP, and some never begin with TLS.
  return known?.protocol === "tls" && !neverTlsFirst.has(wire) ? "tls" : "tcp";
}

function serviceTargets(world: World, options: AnalysisOptions): Target[] {
  const domain = options.mesh?.clusterDomain ?? "cluster.local";
  return world.ofKind("Service").flatMap((object) => {
    const spec = (object.spec ?? {}) as KubernetesServiceSpec;
    return (spec.ports ?? []).flatMap((port): Target[] => {
      const protocol = servicePortProtocol(port);
      // Proxies of the mesh carry TCP only.
      if (port.port === undefined || protocol === "udp" || port.protocol === "SCTP") return [];
      return [
        {
          host: `${object.metadata.name}.${namespaceOf(object)}.svc.${domain}`,
          port: port.port,
          protocol: clientProtocol({ port: port.port, protocol, name: port.name }),
          serverSpeaksFirst: speaksFirst({ port: port.port, protocol, name: port.name }),
          kind: "service",
          addresses: spec.clusterIP && spec.clusterIP !== "None" ? [spec.clusterIP] : [],
        },
      ];
    });
  });
}

import {
  hostOf,
  kafkaListeners,
  labProtocols,
  type LabProtocol,
  mongoPorts,
  type WildcardGroup,
  wildcardGroups,
  wildcardHost,
} from "../outside/outside.js";
import {
  type TrafficMode,
  trafficModeNames,
  trafficModes,
  type TrafficModeFacts,
  whyNot,
} from "../../settings/trafficModes.js";

/** One database of the matrix: a protocol in a traffic mode. */
export interface Entry {
  name: string;
  mode: TrafficMode;
  facts: TrafficModeFacts;
  protocol: LabProtocol;
  host: string;
  port: number;
  /** Further hosts the server hands out. */
  brokers: readonly string[];
  /** The client opens TLS. */
  tls: boolean;
  /** Port of its own on the gateway. */
  gatewayPort?: number;
  via?: "sni-proxy" | "envoy";
}

/** Port of a protocol's server, plain and over TLS. */
const ports: Record<Exclude<LabProtocol, "kafka">, { plain: number; tls: number }> = {
  mysql: { plain: 3306, tls: 3306 },
  postgres: { plain: 5432, tls: 5432 },
  redis: { plain: 6379, tls: 6380 },
  mongo: mongoPorts,
  tls: { plain: 443, tls: 443 },
  tcp: { plain: 443, tls: 443 },
};

/** The port a host is dialled on; every Kafka host has a listener of its own. */
function portOf(protocol: LabProtocol, host: string, onTls: boolean): number {
  const port = protocol === "kafka" ? kafkaListeners[host]?.port : ports[protocol][onTls ? "tls" : "plain"];
  if (port === undefined) throw new Error(`${host} has no listener.`);
  return port;
}

/** The brokers beside the host itself. */
function brokersOf(host: string): readonly string[] {
  return kafkaListeners[host]?.brokers.filter((broker) => broker !== host) ?? [];
}

/** The first gateway port of modes that need one per database. */
const firstOwnPort = 15500;

/** Where a mode reads SNI, Postgres is told to open TLS with its first byte. */
export function negotiatesDirectly({ wire }: Pick<TrafficModeFacts, "wire">, protocol: LabProtocol): boolean {
  return wire === "tls" && protocol === "postgres";
}

/** Whether the matrix has the pair: what the mode can carry, and a byte stream of its own only where TLS is originated. */
function isPair(mode: TrafficMode, protocol: LabProtocol): boolean {
  const facts: TrafficModeFacts = trafficModes[mode];
  if (facts.wildcard || whyNot(mode, protocol, negotiatesDirectly(facts, protocol))) return false;
  return protocol !== "tcp" || facts.encryptsUpstream === "gateway";
}

function entryOf(mode: TrafficMode, protocol: LabProtocol, index: number): Entry {
  const facts: TrafficModeFacts = trafficModes[mode];
  const host = hostOf(mode, protocol);
  const onTls = facts.wire === "tls" || facts.encryptsUpstream === "gateway";
  return {
    name: `${mode}-${protocol}`,
    mode,
    facts,
    protocol,
    host,
    port: portOf(protocol, host, onTls),
    brokers: brokersOf(host),
    // In tls-origination the gateway opens it.
    tls: facts.wire === "tls" || protocol === "tls",
    ...(facts.needsOwnPort ? { gatewayPort: firstOwnPort + index } : {}),
  };
}

/** Every mode with every protocol it can carry. */
export const matrix: readonly Entry[] = trafficModeNames.flatMap((mode) =>
  labProtocols.flatMap((protocol, index) => (isPair(mode, protocol) ? [entryOf(mode, protocol, index)] : [])),
);

/** Protocols that are put into wildcard groups. */
const wildcardProtocols = ["tls", "postgres", "kafka"] as const;

function wildcard(group: WildcardGroup, protocol: (typeof wildcardProtocols)[number]): Entry {
  const mode = group === "direct" ? "tls-wildcard-direct" : "tls-wildcard";
  const host = wildcardHost(group, protocol);
  return {
    name: `wildcard-${group}${protocol === "tls" ? "" : `-${protocol}`}`,
    mode,
    facts: trafficModes[mode],
    protocol,
    host,
    port: portOf(protocol, host, true),
    brokers: [], // the wildcard covers them
    tls: true,
    ...(group === "direct" ? {} : { via: group }),
  };
}

/** Wildcard groups, by each forwarder and without a gateway. */
export const wildcards: readonly Entry[] = wildcardProtocols.flatMap((protocol) =>
  wildcardGroups.map((group) => wildcard(group, protocol)),
);

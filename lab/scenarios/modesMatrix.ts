import { hostOf, labProtocols, type LabProtocol, wildcardHost } from "../outside/index.js";
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
  /** The client opens TLS. */
  tls: boolean;
  /** Port of its own on the gateway. */
  gatewayPort?: number;
  via?: "sni-proxy" | "envoy";
}

/** Port of a protocol's server, plain and over TLS. */
const ports: Record<LabProtocol, { plain: number; tls: number }> = {
  mysql: { plain: 3306, tls: 3306 },
  postgres: { plain: 5432, tls: 5432 },
  redis: { plain: 6379, tls: 6380 },
  mongo: { plain: 27017, tls: 27018 },
  tls: { plain: 443, tls: 443 },
  tcp: { plain: 443, tls: 443 },
};

/** The first gateway port of modes that need one per database. */
const firstOwnPort = 15500;

/** Whether the matrix has the pair: what the mode can carry, and a byte stream of its own only where TLS is originated. */
function isPair(mode: TrafficMode, protocol: LabProtocol): boolean {
  const facts: TrafficModeFacts = trafficModes[mode];
  if (facts.wildcard || whyNot(mode, protocol)) return false;
  return protocol !== "tcp" || facts.encryptsUpstream === "gateway";
}

function entryOf(mode: TrafficMode, protocol: LabProtocol, index: number): Entry {
  const facts: TrafficModeFacts = trafficModes[mode];
  const onTls = facts.wire === "tls" || facts.encryptsUpstream === "gateway";
  return {
    name: `${mode}-${protocol}`,
    mode,
    facts,
    protocol,
    host: hostOf(mode, protocol),
    port: ports[protocol][onTls ? "tls" : "plain"],
    // In tls-origination the gateway opens it.
    tls: facts.wire === "tls" || protocol === "tls",
    ...(facts.needsOwnPort ? { gatewayPort: firstOwnPort + index } : {}),
  };
}

/** Every mode with every protocol it can carry. */
export const matrix: readonly Entry[] = trafficModeNames.flatMap((mode) =>
  labProtocols.flatMap((protocol, index) => (isPair(mode, protocol) ? [entryOf(mode, protocol, index)] : [])),
);

const wildcard = (mode: TrafficMode, group: "sni-proxy" | "envoy" | "direct"): Entry => ({
  name: `wildcard-${group}`,
  mode,
  facts: trafficModes[mode],
  protocol: "tls",
  host: wildcardHost(group),
  port: ports.tls.tls,
  tls: true,
  ...(group === "direct" ? {} : { via: group }),
});

/** Wildcard groups, by each forwarder and without a gateway. */
export const wildcards: readonly Entry[] = [
  wildcard("tls-wildcard", "sni-proxy"),
  wildcard("tls-wildcard", "envoy"),
  wildcard("tls-wildcard-direct", "direct"),
];

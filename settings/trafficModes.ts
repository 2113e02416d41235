/** Application protocols a database may speak. */
export const protocols = ["mysql", "postgres", "mongo", "redis", "kafka", "tcp", "tls"] as const;
export type Protocol = (typeof protocols)[number];

/** The port a protocol usually listens on. */
export const defaultPorts: Partial<Record<Protocol, number>> = {
  mysql: 3306,
  postgres: 5432,
  mongo: 27017,
  redis: 6379,
  kafka: 9092,
  tls: 443,
};

/**
 * What a mode reads on the wire: an opaque byte stream (`tcp`), or the SNI of the application's own TLS (`tls`).
 * A `tls` mode can carry only a protocol whose client speaks first, in TLS, with an SNI.
 */
type Wire = "tcp" | "tls";

/** Facts of one traffic mode. Validation, docs, rendering and the access analysis all read these lines. */
export interface TrafficModeFacts {
  /** One sentence for people. */
  summary: string;
  wire: Wire;
  /** Whether the connection passes the egress gateway. */
  throughGateway: boolean;
  /** Whether the gateway learns the caller's identity from its certificate, so that rules by identity can match. */
  identity: boolean;
  /** Who encrypts towards the database: the application itself, the gateway, or (unless the application does) nobody. */
  encryptsUpstream: "application" | "gateway" | "application-may";
  /**
   * Who can refuse an application that opens no TLS: the gateway, by the SNI that it routes on or by a filter of its own
   * (`filter`), the sidecar by the SNI, or nobody.
   */
  seesTls: "gateway" | "filter" | "sidecar" | "nobody";
  /** Whether the sidecar-to-gateway hop is mutual TLS. */
  encryptsHop: boolean;
  /** Whether the mode needs a port of its own on the gateway, because nothing on the wire distinguishes databases. */
  needsOwnPort: boolean;
  /** Whether the host may be a wildcard such as `*.example.com`. */
  wildcard: boolean;
}

const tcp = { wire: "tcp", encryptsUpstream: "application-may", wildcard: false } as const;
const tls = { wire: "tls", encryptsUpstream: "application", wildcard: false } as const;
const direct = { throughGateway: false, identity: false, encryptsHop: false, needsOwnPort: false } as const;
const mutualTls = { throughGateway: true, identity: true, encryptsHop: true, needsOwnPort: false } as const;

export const trafficModes = {
  "tcp-direct": { ...tcp, ...direct, seesTls: "nobody", summary: "TCP from the sidecar straight to the database." },
  "tcp-gateway": {
    ...tcp,
    seesTls: "filter",
    throughGateway: true,
    identity: false,
    encryptsHop: false,
    needsOwnPort: true,
    summary: "TCP through the egress gateway, the hop to it unencrypted and anonymous.",
  },
  "tcp-gateway-mtls": {
    ...tcp,
    ...mutualTls,
    seesTls: "filter",
    summary: "TCP through the egress gateway inside mutual TLS: the gateway knows who is calling.",
  },
  "tls-direct": {
    ...tls,
    ...direct,
    seesTls: "sidecar",
    summary: "The application's own TLS, matched by SNI, straight to the database.",
  },
  "tls-gateway": {
    ...tls,
    seesTls: "gateway",
    throughGateway: true,
    identity: false,
    encryptsHop: false,
    needsOwnPort: false,
    summary: "The application's own TLS passed through the egress gateway, routed by SNI.",
  },
  "tls-gateway-mtls": {
    ...tls,
    ...mutualTls,
    seesTls: "filter",
    summary: "The application's own TLS inside mutual TLS to the egress gateway: the gateway knows who is calling.",
  },
  "tls-origination": {
    ...tcp,
    ...mutualTls,
    seesTls: "nobody",
    encryptsUpstream: "gateway",
    summary: "Plain from the application, mutual TLS to the egress gateway, which opens TLS to the database.",
  },
  "tls-wildcard": {
    ...tls,
    ...mutualTls,
    seesTls: "gateway",
    wildcard: true,
    summary: "Any host of a wildcard through the egress gateway inside mutual TLS, forwarded by the inner SNI.",
  },
  "tls-wildcard-direct": {
    ...tls,
    ...direct,
    seesTls: "sidecar",
    wildcard: true,
    summary: "Any host of a wildcard, the application's own TLS, straight from the sidecar.",
  },
} as const satisfies Record<string, TrafficModeFacts>;

export type TrafficMode = keyof typeof trafficModes;
export const trafficModeNames = Object.keys(trafficModes) as [TrafficMode, ...TrafficMode[]];

/** Why a protocol cannot be distinguished by SNI. Protocols not listed can carry TLS from the client's first byte. */
const noSni: Partial<Record<Protocol, string>> = {
  mysql: "the server speaks first, so there is no SNI to route on",
  postgres: "it asks for TLS inside its own protocol, so the first bytes carry no SNI",
  tcp: "a plain byte stream carries no SNI",
};

/** Protocols that negotiate TLS inside their own protocol: a proxy cannot open TLS on their behalf. */
const inBandTls: Partial<Record<Protocol, string>> = {
  mysql:
    "its server sends its handshake packet before TLS starts, so a proxy cannot open TLS in the application's place",
  postgres: "it asks for TLS inside its own protocol, which a proxy does not speak",
};

/** Why a mode cannot carry a protocol, or undefined when it can. */
export function whyNot(mode: TrafficMode, protocol: Protocol, directNegotiation = false): string | undefined {
  const facts: TrafficModeFacts = trafficModes[mode];
  if (facts.wire === "tls") return directNegotiation && protocol === "postgres" ? undefined : noSni[protocol];
  if (protocol === "tls" && facts.encryptsUpstream === "gateway")
    return "the application already encrypts, so the gateway has nothing to originate";
  if (facts.encryptsUpstream === "gateway") return inBandTls[protocol];
  return undefined;
}

/** The mode that gives most protection to a protocol. */
export function safestMode(protocol: Protocol): TrafficMode {
  return protocol === "tls" ? "tls-gateway-mtls" : "tcp-gateway-mtls";
}

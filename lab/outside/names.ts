import type { Protocol } from "../../settings/trafficModes.js";

/** Machines outside by name, with the address each has. */
export const machineAddresses = {
  rds: "203.0.113.10",
  stock: "203.0.113.11",
  postgres: "203.0.113.20",
  redis: "203.0.113.30",
  mongo: "203.0.113.40",
  kafka: "203.0.113.60",
  web: "203.0.113.50",
  archive: "203.0.113.51",
  /** Where clouds give out credentials. */
  metadata: "169.254.169.254",
} as const;
export type MachineName = keyof typeof machineAddresses;

/** The wildcard groups, by how they are forwarded. */
export const wildcardGroups = ["sni-proxy", "envoy", "direct"] as const;
export type WildcardGroup = (typeof wildcardGroups)[number];

/** Which machine answers for a protocol, the same one in every traffic mode. */
export const machineOf = {
  mysql: "rds",
  postgres: "postgres",
  redis: "redis",
  mongo: "mongo",
  kafka: "kafka",
  tls: "web",
  tcp: "web",
} as const satisfies Partial<Record<Protocol, MachineName>>;
export type LabProtocol = keyof typeof machineOf;
export const labProtocols = Object.keys(machineOf) as LabProtocol[];

/** A name of its own for each protocol in each mode, so that no two databases of the matrix share one. */
export const hostOf = (mode: string, protocol: LabProtocol): string => `${protocol}.${mode}.db.example.com`;

/** The hosts of a wildcard group; a group for each protocol, so that none shares a name with another. */
export const wildcardHost = (group: WildcardGroup, protocol: LabProtocol = "tls"): string =>
  `*.${protocol === "tls" ? "" : `${protocol}-`}${group}.example.com`;

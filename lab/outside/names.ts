import { type Protocol, trafficModeNames } from "../../settings/trafficModes.js";

/** Machines outside by name, with the address each has. */
export const machineAddresses = {
  rds: "203.0.113.10",
  stock: "203.0.113.11",
  postgres: "203.0.113.20",
  redis: "203.0.113.30",
  mongo: "203.0.113.40",
  web: "203.0.113.50",
  archive: "203.0.113.51",
  /** Where clouds give out credentials. */
  metadata: "169.254.169.254",
} as const;
export type MachineName = keyof typeof machineAddresses;

/** The wildcard groups, by how they are forwarded. */
export const wildcardGroups = ["sni-proxy", "envoy", "direct"] as const;
export type WildcardGroup = (typeof wildcardGroups)[number];
export const wildcardHost = (group: WildcardGroup): string => `*.${group}.example.com`;

/** Which machine answers for a protocol, the same one in every traffic mode. */
export const machineOf = {
  mysql: "rds",
  postgres: "postgres",
  redis: "redis",
  mongo: "mongo",
  tls: "web",
  tcp: "web",
} as const satisfies Partial<Record<Protocol, MachineName>>;
export type LabProtocol = keyof typeof machineOf;
export const labProtocols = Object.keys(machineOf) as LabProtocol[];

/** A name of its own for each protocol in each mode, so that no two databases of the matrix share one. */
export const hostOf = (mode: string, protocol: LabProtocol): string => `${protocol}.${mode}.db.example.com`;

/** Every name outside, with the address DNS answers. */
export function outsideNames(): Record<string, string> {
  const matrix = trafficModeNames.flatMap((mode) =>
    labProtocols.map((protocol) => [hostOf(mode, protocol), machineAddresses[machineOf[protocol]]]),
  );
  const wildcards = wildcardGroups.flatMap((group) => [
    [`one.${group}.example.com`, machineAddresses.web],
    [`two.${group}.example.com`, machineAddresses.web],
    [`far.${group}.example.com`, machineAddresses.archive],
  ]);
  return Object.fromEntries([
    ["rm-example.mysql.rds.aliyuncs.com", machineAddresses.rds],
    ["rm-stock.mysql.rds.aliyuncs.com", machineAddresses.stock],
    ["mongo.db.example.com", machineAddresses.mongo],
    ["orders.db.example.com", machineAddresses.postgres],
    ["stock.db.example.com", machineAddresses.stock],
    ["unlisted.example.com", machineAddresses.web],
    ...matrix,
    ...wildcards,
  ]) as Record<string, string>;
}

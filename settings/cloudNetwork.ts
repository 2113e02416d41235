import { z } from "zod";
import type { Problem } from "./problem.js";
import { trafficModes } from "./trafficModes.js";
import type { DatabaseSettings } from "./databases.js";

/** `network.flowLogs`: what the cloud's network keeps of connections. */
export const flowLogsSchema = z.strictObject({
  enabled: z.boolean().default(true).describe("Log flows of nodes and pods, refused ones too."),
  samplePercent: z
    .int()
    .min(1)
    .max(100)
    .default(50)
    .describe("Flows that are logged, in percent. On GKE only; ACK logs every flow."),
  retentionDays: z
    .int()
    .min(1)
    .max(3650)
    .default(30)
    .describe("Days the log is kept. On ACK only; on GKE the project's log bucket decides."),
});
export type FlowLogsSettings = z.output<typeof flowLogsSchema>;

/** `network.firewall`: the cloud's firewall around the nodes. It always guards databases; what it tells is set here. */
export const firewallSchema = z.strictObject({
  logDenied: z.boolean().default(true).describe("Log connections to databases that were refused. On GKE only."),
});
export type FirewallSettings = z.output<typeof firewallSchema>;

/** Where a database listens, as a packet filter sees it. */
export interface FirewallDatabase {
  /** Name of the database. */
  name: string;
  /** Ranges its addresses lie in.
   * @default any address outside the cluster */
  ranges?: string[];
  port: number;
  /** Whether gateway nodes, and only they, may connect. Otherwise all nodes may. */
  throughGateway: boolean;
}

/** The databases of the settings, as a packet filter sees them. Those created here lie in `provisioned`. */
export function firewallDatabases(databases: DatabaseSettings[], provisioned: string[]): FirewallDatabase[] {
  return databases.map(({ name, ranges, addresses, port, trafficMode, provision }) => ({
    name,
    ranges: ranges ?? addresses?.map((address) => `${address}/32`) ?? (provision ? provisioned : undefined),
    port,
    throughGateway: trafficModes[trafficMode].throughGateway,
  }));
}

/** Port that nodes themselves use to pull images and to reach the cloud's interfaces. */
const httpsPort = 443;

/** Databases a packet filter cannot guard, because nothing but their port is known. */
export function firewallProblems(databases: DatabaseSettings[], provisioned: string[]): Problem[] {
  const filtered = firewallDatabases(databases, provisioned);
  const direct = filtered.filter(({ throughGateway, ranges }) => !throughGateway && !ranges).map(({ port }) => port);
  return filtered.flatMap(({ throughGateway, ranges, port }, index) => {
    if (!throughGateway || ranges) return [];
    const path = `databases[${index}].ranges`;
    if (port === httpsPort)
      return [
        {
          path,
          reason: `is missing: nodes need port ${httpsPort} themselves, so the cloud's firewall cannot keep them from this database`,
          instead: "Write the ranges its addresses lie in",
        },
      ];
    return direct.includes(port)
      ? [
          {
            path,
            reason: `is missing: another database on port ${port} is dialled without the gateway, and the cloud's firewall cannot distinguish the two`,
            instead: "Write the ranges of at least this one",
          },
        ]
      : [];
  });
}

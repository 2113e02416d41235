import type * as pulumi from "@pulumi/pulumi";
import type { DatabaseSettings } from "../../settings/databases.js";
import type { AckNetwork, Cluster, GkeNetwork } from "../cluster/cluster.js";
import { neededSecret, type SecretValues } from "../secrets.js";
import type { ManagedDatabase } from "./database.js";

/** What a database is created beside, and the secrets its password is among. */
interface Place {
  cluster: Cluster;
  secrets: SecretValues;
}

/** Makes it, once its SDK is loaded. */
export type MakeDatabase = (name: string, place: Place, opts: pulumi.ComponentResourceOptions) => ManagedDatabase;

/**
 * Loads the SDK of the cloud that databases are to be created in, and returns what creates them: by the name of each
 * database that the settings provision.
 */
export async function createDatabases(databases: DatabaseSettings[]): Promise<Map<string, MakeDatabase>> {
  const makers = databases.map(async (database) => [database.name, await maker(database)] as const);
  return new Map((await Promise.all(makers)).flatMap(([name, make]) => (make ? [[name, make] as const] : [])));
}

async function maker({
  provision,
  protocol,
  port,
  name: database,
}: DatabaseSettings): Promise<MakeDatabase | undefined> {
  if (!provision) return undefined;
  const args = (secrets: SecretValues) => ({
    ...provision,
    // The settings refuse every other protocol.
    protocol: protocol as "mysql" | "postgres",
    port,
    password: neededSecret(secrets, provision.passwordSecret),
  });
  if (provision.service === "rds") {
    const { RdsDatabase } = await import("./rds.js");
    return (name, { cluster, secrets }, opts) =>
      new RdsDatabase(name, { ...args(secrets), network: cluster.cloudNetwork as AckNetwork }, opts);
  }
  const { CloudSqlDatabase } = await import("./cloudSql.js");
  return (name, { cluster, secrets }, opts) =>
    new CloudSqlDatabase(name, { ...args(secrets), database, network: cluster.cloudNetwork as GkeNetwork }, opts);
}

import type * as pulumi from "@pulumi/pulumi";
import type { DatabaseSettings } from "../../settings/databases.js";
import type { AckNetwork, Cluster, GkeNetwork } from "../cluster/cluster.js";
import { neededSecret, type SecretValues } from "../secrets.js";
import type { ManagedDatabase } from "./database.js";

type Make = (
  name: string,
  place: { cluster: Cluster; secrets: SecretValues },
  opts: pulumi.ComponentResourceOptions,
) => ManagedDatabase;

/** Loads the SDK of the cloud a database is to be created in; undefined for one that exists. */
export async function createDatabase(database: DatabaseSettings): Promise<Make | undefined> {
  const { provision, protocol, port, name: databaseName } = database;
  if (!provision) return undefined;
  const args = (secrets: SecretValues) => ({
    ...provision,
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
    new CloudSqlDatabase(
      name,
      { ...args(secrets), database: databaseName, network: cluster.cloudNetwork as GkeNetwork },
      opts,
    );
}

import { Account } from "@pulumi/alicloud/rds/account.js";
import { Instance } from "@pulumi/alicloud/rds/instance.js";
import * as pulumi from "@pulumi/pulumi";
import { describeProblem } from "../../settings/problem.js";
import { rdsEdition, rdsProblems } from "../../settings/rds.js";
import type { AckNetwork } from "../cluster/cluster.js";
import type { ManagedDatabase, ManagedDatabaseArgs } from "./database.js";

/** An ApsaraDB RDS instance. */
export interface RdsDatabaseArgs extends ManagedDatabaseArgs {
  /** Network of the cluster whose gateway may connect. */
  network: Pick<AckNetwork, "database" | "gatewayRanges">;
}

const engines = { mysql: "MySQL", postgres: "PostgreSQL" };

/** ApsaraDB RDS with an address in the VPC only, whose allow-list is the egress gateway's ranges. */
export class RdsDatabase extends pulumi.ComponentResource implements ManagedDatabase {
  /** Name that applications dial. */
  readonly host: pulumi.Output<string>;
  /** Port that applications dial. */
  readonly port: number;

  constructor(name: string, args: RdsDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    const { database: place, gatewayRanges } = args.network;
    if (!place) throw new Error(`${name}: no zone of the cluster has a range for databases. Set zones[0].databases.`);
    const problems = rdsProblems(args).map(({ key, ...rest }) =>
      describeProblem({ path: `${name}: ${key}`, value: args[key], ...rest }),
    );
    if (problems.length > 0) throw new Error(problems.join("\n"));
    super("mesh-egress:index:RdsDatabase", name, {}, opts);
    const requireTls = args.requireTls ?? true;
    const instance = new Instance(
      `${name}-instance`,
      {
        instanceName: name,
        engine: engines[args.protocol],
        engineVersion: args.engineVersion,
        instanceType: args.instanceType,
        // Written, so that it cannot be another than the one the type belongs to.
        category: rdsEdition(args),
        instanceStorage: args.storageGib ?? 20,
        dbInstanceStorageType: "cloud_essd",
        zoneId: place.zone,
        vswitchId: place.vswitchId,
        port: String(args.port),
        // Pods keep their VPC address, so this admits gateway pods and no other pod of the cluster.
        securityIps: gatewayRanges,
        sslAction: "Open",
        // The cloud enforces it for MySQL only; Postgres decides per user and address.
        ...(requireTls && args.protocol === "mysql" ? { forceEncryption: 1 } : {}),
        deletionProtection: args.deletionProtection ?? true,
      },
      { parent: this, customTimeouts: { create: "60m", update: "60m", delete: "30m" } },
    );
    new Account(
      `${name}-admin`,
      {
        dbInstanceId: instance.id,
        accountName: args.user ?? "dbadmin",
        accountPassword: pulumi.secret(args.password),
        accountType: "Super",
      },
      { parent: this },
    );
    this.host = instance.connectionString;
    this.port = args.port;
    this.registerOutputs({ host: this.host, port: this.port });
  }
}

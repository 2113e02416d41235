import { ManagedZone } from "@pulumi/gcp/dns/managedZone.js";
import { RecordSet } from "@pulumi/gcp/dns/recordSet.js";
import { DatabaseInstance } from "@pulumi/gcp/sql/databaseInstance.js";
import { User } from "@pulumi/gcp/sql/user.js";
import * as pulumi from "@pulumi/pulumi";
import { cloudSqlProblems, defaultCloudSqlEdition, type CloudSqlEdition } from "../../settings/cloudSql.js";
import { describeProblem } from "../../settings/problem.js";
import type { GkeNetwork } from "../cluster/cluster.js";
import { shortened } from "../cluster/gkeNames.js";
import type { ManagedDatabase, ManagedDatabaseArgs } from "./database.js";

/** A Cloud SQL instance. */
export interface CloudSqlDatabaseArgs extends ManagedDatabaseArgs {
  /** Edition; decides which tiers `instanceType` may name.
   * @default "ENTERPRISE" */
  edition?: CloudSqlEdition;
  /** Name of the database in the stack; its host name begins with it. */
  database: string;
  /** Network of the cluster whose gateway may connect. */
  network: Pick<GkeNetwork, "clusterName" | "project" | "region" | "network" | "databasePeering">;
}

/** Seconds a resolver may keep the address: a replaced instance gets another. */
const recordTtlSeconds = 60;

/** Days that the log for recovery to a point in time is kept: the most that each edition allows. */
const logDays: Record<CloudSqlEdition, number> = { ENTERPRISE: 7, ENTERPRISE_PLUS: 14 };

/** Google allows 63 characters for a zone and 98 for an instance with its project; the engine adds eight at random. */
const longestName = 40;

/**
 * Cloud SQL with a private address only, and a name in the VPC. Its own allow-list knows public addresses only, so it
 * stays empty, and the VPC's firewall (GkeFirewall) keeps everybody but the gateway's nodes from the address.
 */
export class CloudSqlDatabase extends pulumi.ComponentResource implements ManagedDatabase {
  /** Name that applications dial. */
  readonly host: pulumi.Output<string>;
  /** Port that applications dial. */
  readonly port: number;

  constructor(name: string, args: CloudSqlDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    const { project, databasePeering } = args.network;
    if (!databasePeering) throw new Error(`${name}: the cluster has no range for databases. Set databaseCidr.`);
    const problems = cloudSqlProblems(args).map(({ key, ...rest }) =>
      describeProblem({ path: `${name}: ${key}`, value: args[key], ...rest }),
    );
    if (problems.length > 0) throw new Error(problems.join("\n"));
    super("mesh-egress:index:CloudSqlDatabase", name, {}, opts);
    const short = shortened(name, longestName);
    const instance = this.instance(short, args, databasePeering);
    new User(
      `${short}-admin`,
      {
        project,
        instance: instance.name,
        name: args.user ?? "dbadmin",
        password: pulumi.secret(args.password),
        // Postgres refuses to drop a role that owns tables. When the instance goes, its users go with it.
        deletionPolicy: args.protocol === "postgres" ? "ABANDON" : "DELETE",
      },
      { parent: this },
    );
    this.host = this.named(short, args, instance.privateIpAddress);
    this.port = args.port;
    this.registerOutputs({ host: this.host, port: this.port });
  }

  private instance(name: string, args: CloudSqlDatabaseArgs, databasePeering: pulumi.Resource): DatabaseInstance {
    const { project, region, network } = args.network;
    const edition = args.edition ?? defaultCloudSqlEdition;
    return new DatabaseInstance(
      `${name}-instance`,
      {
        project,
        region,
        databaseVersion: args.engineVersion,
        deletionProtection: args.deletionProtection ?? true,
        settings: {
          edition,
          tier: args.instanceType,
          availabilityType: "REGIONAL",
          diskSize: args.storageGib ?? 20,
          backupConfiguration: {
            enabled: true,
            // A standby in another zone replays the log, so both engines need theirs.
            ...(args.protocol === "mysql" ? { binaryLogEnabled: true } : { pointInTimeRecoveryEnabled: true }),
            // Written, because a change of the edition keeps the old number, which the other one may refuse.
            transactionLogRetentionDays: logDays[edition],
          },
          ipConfiguration: {
            ipv4Enabled: false,
            privateNetwork: network,
            sslMode: (args.requireTls ?? true) ? "ENCRYPTED_ONLY" : "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
          },
        },
      },
      {
        parent: this,
        // Nothing in the arguments leads to the peering that gives the instance its address.
        dependsOn: [databasePeering],
        customTimeouts: { create: "60m", update: "60m", delete: "30m" },
      },
    );
  }

  /** A host name for the address: a mesh registers hosts, not numbers. */
  private named(name: string, args: CloudSqlDatabaseArgs, address: pulumi.Output<string>): pulumi.Output<string> {
    const { project, network, clusterName } = args.network;
    // With the cluster's name, because a VPC cannot have a second zone for the same name, and may have a second cluster.
    const host = `${args.database}.${clusterName}.sql.internal`;
    const zone = new ManagedZone(
      `${name}-zone`,
      {
        project,
        dnsName: `${host}.`,
        visibility: "private",
        privateVisibilityConfig: { networks: [{ networkUrl: network }] },
      },
      { parent: this },
    );
    const record = new RecordSet(
      `${name}-record`,
      { project, managedZone: zone.name, name: `${host}.`, type: "A", ttl: recordTtlSeconds, rrdatas: [address] },
      { parent: this },
    );
    // Known only once the record is there, so that nothing dials the name before it resolves.
    return record.id.apply(() => host);
  }
}

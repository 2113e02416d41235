import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { CloudSqlDatabase, type CloudSqlDatabaseArgs } from "../../../components/database/cloudSql.js";
import { recordStack, valueOf } from "../recordedStack.js";

class Peering extends pulumi.ComponentResource {
  constructor() {
    super("test:index:Peering", "peering");
  }
}

const create = (changed: Partial<CloudSqlDatabaseArgs> = {}, name = "orders") =>
  recordStack(
    () =>
      new CloudSqlDatabase(name, {
        database: "orders",
        protocol: "postgres",
        port: 5432,
        engineVersion: "POSTGRES_17",
        instanceType: "db-custom-2-7680",
        password: "correct horse",
        network: {
          clusterName: "prod",
          project: "example-project",
          region: "europe-west3",
          network: pulumi.output("vpc"),
          databasePeering: new Peering(),
        },
        ...changed,
      }),
    { "gcp:sql/databaseInstance:DatabaseInstance": { privateIpAddress: "10.200.0.3" } },
  );

type Settings = { ipConfiguration: Record<string, unknown>; backupConfiguration: Record<string, unknown> };

describe("CloudSqlDatabase", () => {
  it("has a private address only, and takes encrypted connections only", async () => {
    const { ipConfiguration } = (await create()).one("orders-instance").inputs.settings as Settings;
    assert.deepEqual(ipConfiguration, { ipv4Enabled: false, privateNetwork: "vpc", sslMode: "ENCRYPTED_ONLY" });
  });

  it("gives its address a name in the VPC, because a mesh registers hosts", async () => {
    const { made, one } = await create();
    assert.equal(await valueOf(made.host), "orders.prod.sql.internal");
    assert.deepEqual(one("orders-record").inputs.rrdatas, ["10.200.0.3"]);
  });

  it("keeps what its standby needs, for each engine", async () => {
    const backups = async (protocol: "mysql" | "postgres") =>
      (
        (await create({ protocol, engineVersion: protocol === "mysql" ? "MYSQL_8_4" : "POSTGRES_17" })).one(
          "orders-instance",
        ).inputs.settings as Settings
      ).backupConfiguration;
    assert.equal((await backups("mysql")).binaryLogEnabled, true);
    assert.equal((await backups("postgres")).pointInTimeRecoveryEnabled, true);
  });

  it("keeps the administrator's password secret, also when it came in the clear", async () => {
    assert.ok((await create()).one("orders-admin").secrets.includes("password"));
  });

  it("says what is missing when the cluster keeps no range for databases", async () => {
    await assert.rejects(
      create({
        network: {
          clusterName: "prod",
          project: "example-project",
          region: "europe-west3",
          network: pulumi.output("vpc"),
        },
      }),
      /Set databaseCidr/,
    );
  });

  it("names its edition always, because the cloud's default depends on the version and refuses custom tiers", async () => {
    const edition = async (changed: Partial<CloudSqlDatabaseArgs>) =>
      (await create(changed)).one("orders-instance").inputs.settings as Record<string, unknown>;
    for (const engineVersion of ["POSTGRES_15", "POSTGRES_16", "POSTGRES_18"])
      assert.equal((await edition({ engineVersion }))["edition"], "ENTERPRISE");
    const plus = await edition({ edition: "ENTERPRISE_PLUS", instanceType: "db-perf-optimized-N-2" });
    assert.deepEqual([plus["edition"], plus["tier"]], ["ENTERPRISE_PLUS", "db-perf-optimized-N-2"]);
  });

  it("keeps the log no longer than its edition allows", async () => {
    const days = async (changed: Partial<CloudSqlDatabaseArgs>) =>
      ((await create(changed)).one("orders-instance").inputs.settings as Settings).backupConfiguration[
        "transactionLogRetentionDays"
      ];
    assert.equal(await days({}), 7);
    assert.equal(await days({ edition: "ENTERPRISE_PLUS", instanceType: "db-perf-optimized-N-2" }), 14);
  });

  it("refuses what the cloud would refuse after half an hour", async () => {
    await assert.rejects(
      create({ instanceType: "db-perf-optimized-N-2" }),
      /orders: instanceType: .*ENTERPRISE_PLUS only/,
    );
    await assert.rejects(
      create({ engineVersion: "MYSQL_8_4" }),
      /orders: engineVersion: "MYSQL_8_4" is not a version of/,
    );
  });

  it("can be destroyed: a Postgres role that owns tables is left to the instance", async () => {
    assert.equal((await create()).one("orders-admin").inputs.deletionPolicy, "ABANDON");
    const mysql = { protocol: "mysql", engineVersion: "MYSQL_8_4" } as const;
    assert.equal((await create(mysql)).one("orders-admin").inputs.deletionPolicy, "DELETE");
  });

  it("has names that Google accepts, however long the name of the database is", async () => {
    const { ofType } = await create({}, `platform-created-${"o".repeat(40)}`);
    for (const type of ["gcp:dns/managedZone:ManagedZone", "gcp:sql/databaseInstance:DatabaseInstance"])
      assert.ok((ofType(type)[0]?.name.length ?? 99) <= 63 - 8, type);
  });
});

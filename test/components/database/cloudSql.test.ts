import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { CloudSqlDatabase, type CloudSqlDatabaseArgs } from "../../../components/database/cloudSql.js";
import { recordStack, valueOf } from "../recordedStack.js";

class Peering extends pulumi.ComponentResource {
  constructor() {
    super("test:index:Peering", "peering");
  }
}

const create = (changed: Partial<CloudSqlDatabaseArgs> = {}) =>
  recordStack(
    () =>
      new CloudSqlDatabase("orders", {
        database: "orders",
        protocol: "postgres",
        port: 5432,
        engineVersion: "POSTGRES_17",
        instanceType: "db-custom-2-7680",
        password: "correct horse",
        network: {
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
    assert.equal(await valueOf(made.host), "orders.sql.internal");
    assert.deepEqual(one("orders-record").inputs.rrdatas, ["10.200.0.3"]);
  });

  it("keeps what its standby needs, for each engine", async () => {
    const backups = async (protocol: "mysql" | "postgres") =>
      ((await create({ protocol })).one("orders-instance").inputs.settings as Settings).backupConfiguration;
    assert.equal((await backups("mysql")).binaryLogEnabled, true);
    assert.equal((await backups("postgres")).pointInTimeRecoveryEnabled, true);
  });

  it("keeps the administrator's password secret, also when it came in the clear", async () => {
    assert.ok((await create()).one("orders-admin").secrets.includes("password"));
  });

  it("says what is missing when the cluster keeps no range for databases", async () => {
    await assert.rejects(
      create({
        network: { project: "example-project", region: "europe-west3", network: pulumi.output("vpc") },
      }),
      /Set databaseCidr/,
    );
  });
});

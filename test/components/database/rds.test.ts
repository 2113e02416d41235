import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { RdsDatabase, type RdsDatabaseArgs } from "../../../components/database/rds.js";
import { recordStack, valueOf } from "../recordedStack.js";

const args: RdsDatabaseArgs = {
  protocol: "mysql",
  port: 3306,
  engineVersion: "8.0",
  instanceType: "mysql.n2.medium.1",
  password: "correct horse",
  network: {
    database: { zone: "cn-hangzhou-i", vswitchId: pulumi.output("vsw-databases") },
    gatewayRanges: ["10.65.0.0/24", "10.65.1.0/24"],
  },
};

const create = (changed: Partial<RdsDatabaseArgs> = {}) =>
  recordStack(() => new RdsDatabase("orders", { ...args, ...changed }), {
    "alicloud:rds/instance:Instance": { connectionString: "rm-1.mysql.rds.aliyuncs.com" },
  });

describe("RdsDatabase", () => {
  it("admits the gateway's ranges and nobody else", async () => {
    assert.deepEqual((await create()).one("orders-instance").inputs.securityIps, ["10.65.0.0/24", "10.65.1.0/24"]);
  });

  it("takes its address from the range kept for databases", async () => {
    const { vswitchId, zoneId } = (await create()).one("orders-instance").inputs;
    assert.deepEqual([vswitchId, zoneId], ["vsw-databases", "cn-hangzhou-i"]);
    await assert.rejects(create({ network: { gatewayRanges: [] } }), /Set zones\[0\]\.databases/);
  });

  it("keeps the administrator's password secret, also when it came in the clear", async () => {
    assert.ok((await create()).one("orders-admin").secrets.includes("accountPassword"));
  });

  it("refuses applications that do not encrypt, unless set otherwise", async () => {
    assert.equal((await create()).one("orders-instance").inputs.forceEncryption, 1);
    assert.equal((await create({ requireTls: false })).one("orders-instance").inputs.forceEncryption, undefined);
  });

  it("is of the edition that its instance type belongs to", async () => {
    const category = async (changed: Partial<RdsDatabaseArgs>) =>
      (await create(changed)).one("orders-instance").inputs.category;
    const postgres = { protocol: "postgres", engineVersion: "16.0" } as const;
    assert.equal(await category({ instanceType: "mysql.n2.medium.1" }), "Basic");
    assert.equal(await category({ instanceType: "mysql.n2.medium.2c" }), "HighAvailability");
    assert.equal(await category({ instanceType: "mysql.x4.medium.xc" }), "cluster");
    assert.equal(await category({ ...postgres, instanceType: "pg.n2.2c.1m" }), "Basic");
    assert.equal(await category({ ...postgres, instanceType: "pg.n2.2c.2m" }), "HighAvailability");
    assert.equal(await category({ instanceType: "mysql.x4.xlarge.6cm" }), undefined);
  });

  it("refuses what the cloud would refuse, before it registers anything", async () => {
    await assert.rejects(
      create({ instanceType: "pg.n2.2c.1m", engineVersion: "9" }),
      /orders: engineVersion: "9"[^]*orders: instanceType: "pg\.n2\.2c\.1m"/,
    );
  });

  it("answers to the name that the cloud gives it", async () => {
    assert.equal(await valueOf((await create()).made.host), "rm-1.mysql.rds.aliyuncs.com");
  });
});

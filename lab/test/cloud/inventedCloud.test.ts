import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InventedCloud, nowhere } from "../../cloud/inventedCloud.js";
import { emptyWorld, Inventory, type Item, type Properties, type World } from "../../cloud/inventory.js";
import { answers } from "../../cloud/reach.js";

const urn = (type: string, name = "one") => `urn:pulumi:lab::mesh-egress::mesh-egress:index:Platform$${type}::${name}`;
const network = "gcp:compute/network:Network";
const connection = "gcp:servicenetworking/connection:Connection";
const instance = "gcp:sql/databaseInstance:DatabaseInstance";
const vpcLink = "https://www.googleapis.com/compute/v1/projects/p/global/networks/vpc";

describe("The cloud the lab invents", () => {
  let folder = "";
  let inventory: Inventory;
  let cloud: InventedCloud;
  const given = (world: Partial<World>) => inventory.write({ ...structuredClone(emptyWorld), ...world });
  const items = () => inventory.read().items.map(({ type }) => type.slice(type.lastIndexOf(":") + 1));

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "cloud-"));
    inventory = new Inventory(join(folder, "inventory.json"));
    cloud = new InventedCloud(inventory, nowhere);
  });
  beforeEach(() => given({}));
  after(() => rm(folder, { recursive: true }));

  it("names what the program does not name, keeps the name, and refuses one that the vendor would", async () => {
    const { inputs } = await cloud.check(urn(network), undefined, {});
    assert.match((inputs as { name: string }).name, /^one-[0-9a-f]{7}$/);
    assert.deepEqual((await cloud.check(urn(network), inputs, {})).inputs, inputs);
    const { failures = [] } = await cloud.check(urn(network), undefined, { name: `a${"b".repeat(63)}` });
    assert.equal(failures[0]?.property, "name");
  });

  it("sees a change where an input changes, and a replacement where the vendor cannot change it", async () => {
    const switchOf = { vpcId: "vpc-1", zoneId: "cn-hangzhou-i", cidrBlock: "10.0.0.0/24", vswitchName: "a" };
    given({ items: [vpc("vpc-1")] });
    const { id, outs } = await cloud.create(urn("alicloud:vpc/switch:Switch"), switchOf);
    const diff = (news: Properties) => cloud.diff(id, urn("alicloud:vpc/switch:Switch"), outs, news);
    assert.equal((await diff(switchOf)).changes, false);
    assert.deepEqual(await diff({ ...switchOf, vswitchName: "b" }), {
      changes: true,
      replaces: [],
      deleteBeforeReplace: false,
    });
    assert.deepEqual((await diff({ ...switchOf, cidrBlock: "10.0.1.0/24" })).replaces, ["cidrBlock"]);
  });

  it("refuses a tier that does not fit the edition, the default one of the version included", async () => {
    given({ items: [vpcOfGoogle, peeringOf({})] });
    const create = (databaseVersion: string, tier: string, edition?: string) => {
      const settings = { tier, edition, ipConfiguration: { privateNetwork: vpcLink } };
      return cloud.create(urn(instance), { name: `db-${tier}`.toLowerCase(), databaseVersion, settings });
    };
    await assert.rejects(create("POSTGRES_17", "db-custom-2-7680"), /Invalid Tier/);
    await assert.rejects(create("POSTGRES_17", "db-perf-optimized-N-2", "ENTERPRISE"), /Invalid Tier/);
    await create("POSTGRES_15", "db-custom-2-7680");
    await create("POSTGRES_17", "db-perf-optimized-N-2");
    assert.deepEqual(items(), ["Network", "Connection", "DatabaseInstance", "DatabaseInstance"]);
  });

  it("deletes no peering, and gives its network to no other range once it is abandoned", async () => {
    given({ items: [vpcOfGoogle, peeringOf({})] });
    await assert.rejects(cloud.delete("peering", urn(connection)), /still using this connection/);
    given({ items: [vpcOfGoogle, peeringOf({ deletionPolicy: "ABANDON" }), range("second")] });
    await cloud.delete("peering", urn(connection));
    const again = cloud.create(urn(connection), { network: vpcLink, service: "s", reservedPeeringRanges: ["second"] });
    await assert.rejects(again, /Cannot modify allocated ranges/);
  });

  it("deletes nothing that something else stands on, nor a way out that nodes still need", async () => {
    const rule = {
      securityGroupId: "sg-1",
      type: "egress",
      cidrIp: "0.0.0.0/0",
      portRange: "-1/-1",
      policy: "accept",
      priority: 1,
    };
    const ofGroup = (type: string, id: string, inputs: Properties): Item => item(`alicloud:${type}`, id, inputs);
    const group = ofGroup("ecs/securityGroup:SecurityGroup", "sg-1", { vpcId: "vpc-1" });
    const guard = ofGroup("ecs/securityGroupRule:SecurityGroupRule", "rule", rule);
    const pool = ofGroup("cs/nodePool:NodePool", "pool", {
      clusterId: "c",
      vswitchIds: [],
      securityGroupIds: ["sg-1"],
    });
    given({ items: [vpc("vpc-1"), group, guard, pool] });
    await assert.rejects(cloud.delete("vpc-1", urn("v")), /DependencyViolation: vpc-1 is already being used by sg-1/);
    await assert.rejects(cloud.delete("rule", urn("r")), /nodes of the group still need it/);
    for (const id of ["pool", "rule", "sg-1", "vpc-1"]) await cloud.delete(id, urn("any"));
    assert.deepEqual(items(), []);
  });

  it("fails a creation once, with nothing made or with something unfinished that a second attempt finishes", async () => {
    given({ fails: { create: "Network$" } });
    const names = ["a", "b", "c", "d", "e", "f"];
    const create = (name: string) => cloud.create(urn(network, name), { name });
    const failures = await Promise.all(
      names.map((name) => create(name).catch((error: { id?: string }) => error.id ?? "")),
    );
    const unfinished = failures.filter((id) => id !== "") as string[];
    assert.ok(unfinished.length > 0 && unfinished.length < names.length);
    assert.deepEqual(
      inventory.read().items.map(({ ready }) => ready),
      unfinished.map(() => false),
    );
    for (const name of names) {
      const half = inventory.read().items.find(({ inputs }) => inputs["name"] === name);
      await (half ? cloud.update(half.id, half.urn, {}, { name }) : create(name));
    }
    assert.deepEqual(
      inventory.read().items.map(({ ready }) => ready),
      names.map(() => true),
    );
  });

  it("answers at an endpoint only where the settings of the cluster open it", () => {
    const cluster = (inputs: Properties) => item("gcp:container/cluster:Cluster", "c", inputs);
    const at = (runner: World["runner"], inputs: Properties) => ({
      ...structuredClone(emptyWorld),
      runner,
      items: [cluster(inputs)],
    });
    const closed = { privateClusterConfig: { enablePrivateEndpoint: true } };
    const office = { masterAuthorizedNetworksConfig: { cidrBlocks: [{ cidrBlock: "203.0.113.0/24" }] } };
    assert.equal(answers("gkePrivate", at("office", { ...closed, ...office })), false);
    assert.equal(answers("gkePublic", at("office", { ...closed, ...office })), false);
    assert.equal(answers("gkePublic", at("office", office)), true);
    assert.equal(answers("gkePublic", at("home", office)), false);
    const byName = { ...closed, controlPlaneEndpointsConfig: { dnsEndpointConfig: { allowExternalTraffic: true } } };
    assert.equal(answers("gkeDns", at("home", byName)), true);
    assert.equal(answers("gkeDns", at("home", closed)), false);
  });

  it("refuses a function and a type that it has no answer for", async () => {
    await assert.rejects(cloud.invoke("gcp:compute/getZones:getZones", {}), /no function gcp:compute\/getZones/);
    await assert.rejects(cloud.create(urn("gcp:redis/instance:Instance"), {}), /no gcp:redis\/instance:Instance/);
  });
});

function item(type: string, id: string, inputs: Properties, outputs: Properties = {}): Item {
  return { type, id, inputs, outputs, urn: urn(type, id), number: 1, ready: true };
}

const vpc = (id: string): Item => item("alicloud:vpc/network:Network", id, { cidrBlock: "10.0.0.0/8" });
const vpcOfGoogle = item(network, "vpc", { name: "vpc" }, { selfLink: vpcLink });
const range = (name: string): Item => item("gcp:compute/globalAddress:GlobalAddress", name, { name, network: vpcLink });
const peeringOf = (more: Properties): Item =>
  item(connection, "peering", { network: vpcLink, reservedPeeringRanges: ["first"], ...more });

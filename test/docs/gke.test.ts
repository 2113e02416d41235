import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { planStack } from "../../plan/stack.js";
import type { PlannedResource } from "../../plan/recording.js";
import { writeStack } from "../plan/stackFiles.js";
import { pageTable } from "./pageTable.js";

const page = readFileSync("docs/clouds/gke.md", "utf8");

const table = (heading: string) => pageTable(page, heading);

const everything = {
  cluster: { cloud: "gke", project: "example-project", region: "europe-west3", databaseCidr: "10.200.0.0/20" },
  mesh: { kind: "cloud-service-mesh" },
  namespaces: [{ name: "shop" }],
  databases: [
    {
      name: "orders",
      protocol: "postgres",
      clients: [{ namespace: "shop" }],
      provision: {
        service: "cloud-sql",
        engineVersion: "POSTGRES_17",
        instanceType: "db-custom-2-7680",
        passwordSecret: "ordersPassword",
      },
    },
  ],
};

describe("The page about GKE", () => {
  let resources: PlannedResource[];
  before(async () => {
    ({ resources } = await planStack(writeStack(everything)));
  });

  it("names API and role for every kind of resource that a stack creates, and for no other", () => {
    const kinds = new Set(resources.flatMap(({ type }) => /^gcp:\w+/.exec(type) ?? []));
    assert.deepEqual(
      table("resources").map(([kind]) => kind?.replaceAll("`", "")),
      [...kinds].sort(),
    );
  });

  it("switches on every API that it names", () => {
    const [command = ""] = /gcloud services enable[^]*?```/.exec(page) ?? [];
    const enabled = [...command.matchAll(/(\w+)\.googleapis\.com/g)].map(([, api]) => api);
    const named = table("resources").flatMap(([, apis]) => apis?.split(", ") ?? []);
    assert.deepEqual([...new Set([...named, "artifactregistry"])].sort(), [...enabled].sort());
  });

  it("counts the CPUs, disks and addresses of the default pools in three zones", () => {
    const zones = 3;
    const pools = resources.filter(({ type }) => type === "gcp:container/nodePool:NodePool");
    const of = (key: string) => pools.map(({ inputs }) => (inputs["nodeConfig"] as Record<string, unknown>)[key]);
    const cpus = of("machineType").reduce((sum: number, type) => sum + Number(/\d+$/.exec(String(type))?.[0]), 0);
    const gib = of("diskSizeGb").reduce((sum: number, size) => sum + Number(size), 0);
    const addresses = resources.filter(({ type }) => type === "gcp:compute/address:Address").length;
    const needed = table("quota").map(([, amount]) => Number(/^\d+/.exec(amount ?? "")?.[0]));
    assert.deepEqual(needed, [cpus * zones, gib * zones, addresses]);
  });
});

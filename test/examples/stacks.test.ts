import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { analyse, checkAssertions } from "mesh-access";
import { loadManifests, overlay } from "mesh-access/input";
import { loadStack } from "../../cli/loadStack.js";
import { blueprintOf } from "../../components/blueprint.js";
import { optionsOfStack } from "../../components/judgement/stackOptions.js";
import { planStack } from "../../plan/stack.js";
import { loadSettings } from "../../settings/load.js";
import { withMembers } from "../../settings/srv.js";
import { projectRoot, readStackFile } from "../../settings/stackFile.js";
import { assertFollowsSchema } from "../components/crdSchemas.js";

const stackFiles = readdirSync("examples", { recursive: true, encoding: "utf8" })
  .filter((file) => /(^|\/)Pulumi\.[^/]+\.yaml$/.test(file) && !file.includes("node_modules"))
  .map((file) => join("examples", file));

const existing = "examples/existing/Pulumi.existing.yaml";

/** Kinds of Alibaba Cloud and Calico whose schema no published package has. */
const withoutSchema = new Set(["IstioGateway", "GlobalNetworkPolicy"]);

/** What DNS answers for the members of an Atlas cluster. */
const atlas = (): Promise<{ name: string; port: number }[]> =>
  Promise.resolve(["00", "01", "02"].map((n) => ({ name: `cluster0-shard-00-${n}.ab12c.mongodb.net`, port: 27017 })));

function settingsOf(file: string) {
  return loadSettings(readStackFile(file).own, projectRoot(file));
}

function blueprint(file: string) {
  return blueprintOf(settingsOf(file));
}

describe("The stack files of the examples", () => {
  for (const file of stackFiles)
    it(`plan, and render objects that the API server accepts: ${file}`, async () => {
      const { resources } = await planStack(file, atlas);
      assert.ok(resources.length > 10);
      const { manifests } = blueprintOf(await withMembers(settingsOf(file), atlas));
      for (const manifest of manifests) if (!withoutSchema.has(manifest.kind)) assertFollowsSchema(manifest);
    });

  it("are listed in the index, as is every folder", () => {
    const index = readFileSync("examples/README.md", "utf8");
    const folders = readdirSync("examples", { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name } of folders) assert.ok(index.includes(`[${name}](${name})`), name);
  });
});

describe("Examples of created databases", () => {
  for (const [file, variable, host] of [
    ["examples/gke/Pulumi.gke.yaml", "PGHOST", "orders.gke.sql.internal"],
    ["examples/ack/Pulumi.ack.yaml", "MYSQL_HOST", "[known after creation]"],
  ] as const)
    it(`give the application the database's host: ${file}`, async () => {
      const { resources } = await planStack(file);
      const config = resources.find(({ name }) => name.endsWith("configmap-shop/orders-db"));
      const data = config?.inputs["data"] as Record<string, string>;
      assert.equal(data[variable], host);
    });
});

describe("The example of a cluster that exists", () => {
  for (const [where, dump, others] of [
    ["by what the settings know of its clients", undefined, 3],
    ["on the cluster as it is", "examples/existing/live.yaml", 2],
  ] as const)
    it(`keeps its assertions ${where}`, async () => {
      const { objects, options, assertions = [] } = await loadStack({ stack: "", config: existing });
      const cluster = dump === undefined ? [] : (await loadManifests([dump])).objects;
      const { rows, targets } = analyse(overlay(cluster, { objects }), options);
      const results = checkAssertions(assertions, rows, targets);
      assert.deepEqual(
        results.map(({ ok, covered }) => [ok, covered]),
        [
          [true, 1],
          [true, others],
        ],
      );
      const reviews = [...rows].filter(({ from, to }) => from.workload === "reviews" && to.host.includes("mongodb"));
      assert.deepEqual([...new Set(reviews.map(({ mesh }) => mesh.verdict))], ["gateway"]);
    });

  for (const [name, hosts] of [
    [
      "cloud-sql",
      [
        "billing 1a2b3c4d5e6f.7g8h9i0j1k2l.europe-west3.sql.goog",
        "orders orders.db.internal",
        "stock sqladmin.googleapis.com",
        "stock stock.db.internal",
      ],
    ],
    ["rds", ["orders orders.c1a2b3d4e5f6.eu-central-1.rds.amazonaws.com"]],
    ["atlas", ["00", "01", "02"].map((n) => `reviews cluster0-shard-00-${n}.ab12c.mongodb.net`)],
  ] as const)
    it(`lets each client reach its own database through the gateway, authenticated, and no other: ${name}`, async () => {
      const { analysis, changes } = await planStack(`examples/existing/Pulumi.${name}.yaml`, atlas);
      const reached = [...analysis.rows].filter(({ mesh }) => mesh.verdict !== "blocked");
      assert.deepEqual(reached.map(({ from, to }) => `${from.serviceAccount} ${to.host}`).sort(), [...hosts].sort());
      for (const { mesh } of reached) assert.deepEqual([mesh.verdict, mesh.identity], ["gateway", true]);
      assert.deepEqual(
        changes.filter(({ object }) => /istio-system|NetworkPolicy/.test(object)),
        [],
      );
    });
});

describe("The example of two teams", () => {
  const stacks = ["platform", "shop", "billing"].map((name) => blueprint(`examples/two-teams/Pulumi.${name}.yaml`));

  it("has no object that two stacks write", () => {
    const objects = stacks.flatMap(({ manifests }) =>
      manifests.map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.namespace}/${metadata.name}`),
    );
    assert.deepEqual(objects, [...new Set(objects)]);
  });

  it("lets each team reach its own database only", () => {
    const [, shop] = stacks;
    assert.ok(shop);
    const { mesh, policyEngine } = optionsOfStack(shop.settings);
    const { rows } = analyse(
      stacks.flatMap(({ manifests }) => manifests),
      { mesh, policyEngine },
    );
    const reached = [...rows].filter((row) => row.mesh.verdict !== "blocked");
    assert.deepEqual(reached.map(({ from, to }) => `${from.namespace} ${to.host}`).sort(), [
      "billing invoices.db.example.com",
      "shop orders.db.example.com",
    ]);
  });
});

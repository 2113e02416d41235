import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { analyse, checkAssertions } from "mesh-access";
import { loadManifests, overlay } from "mesh-access/input";
import { loadStack } from "../../cli/loadStack.js";
import { blueprintOf } from "../../components/blueprint.js";
import { optionsOfStack } from "../../plan/stackOptions.js";
import { planStack } from "../../plan/stack.js";
import { loadSettings } from "../../settings/load.js";
import { projectRoot, readStackFile } from "../../settings/stackFile.js";
import { assertFollowsSchema } from "../components/crdSchemas.js";

const stackFiles = readdirSync("examples", { recursive: true, encoding: "utf8" })
  .filter((file) => /(^|\/)Pulumi\.[^/]+\.yaml$/.test(file) && !file.includes("node_modules"))
  .map((file) => join("examples", file));

const existing = "examples/existing/Pulumi.existing.yaml";

/** Kinds of Alibaba Cloud and Calico whose schema no published package has. */
const withoutSchema = new Set(["IstioGateway", "GlobalNetworkPolicy"]);

function blueprint(file: string) {
  return blueprintOf(loadSettings(readStackFile(file).own, projectRoot(file)));
}

describe("The stack files of the examples", () => {
  for (const file of stackFiles)
    it(`plan, and render objects that the API server accepts: ${file}`, async () => {
      const { resources } = await planStack(file);
      assert.ok(resources.length > 10);
      const { manifests } = blueprint(file);
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
    ["by what the settings know of its clients", undefined, 1],
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
      const wildcard = [...rows].find(({ from, to }) => from.workload === "reviews" && to.host.startsWith("*."));
      assert.equal(wildcard?.mesh.verdict, "gateway");
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

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { init, type InitOptions } from "../../cli/init.js";
import { planStack } from "../../plan/stack.js";
import { SettingsError } from "../../settings/problem.js";

const answers = { host: "orders.db.example.com", protocol: "postgres", namespace: "shop", account: "orders" };
const clouds: InitOptions["cloud"][] = ["existing", "gke", "ack"];
const more = { project: "acme-prod", region: "cn-hangzhou", from: "203.0.113.0/24" };

const file = () => join(mkdtempSync(join(tmpdir(), "init-")), "Pulumi.dev.yaml");

async function refused(options: InitOptions): Promise<string[]> {
  const error: unknown = await init(options).catch((caught: unknown) => caught);
  assert.ok(error instanceof SettingsError, String(error));
  return error.problems.map(({ path }) => path);
}

describe("init", () => {
  for (const cloud of clouds)
    it(`writes a stack file that plans and passes its own assertion: ${cloud}`, async () => {
      const out = file();
      await init({ out, cloud, ...answers, ...more });
      const { analysis } = await planStack(out);
      assert.ok([...analysis.rows].some(({ from, mesh }) => from.namespace === "shop" && mesh.verdict === "gateway"));
    });

  it("names the schema, for editors, by the address that the schema has", async () => {
    const out = file();
    await init({ out, ...answers });
    const schema = JSON.parse(readFileSync("docs/settings.schema.json", "utf8")) as { $id: string };
    assert.equal(readFileSync(out, "utf8").split("\n")[0], `# yaml-language-server: $schema=${schema.$id}`);
  });

  it("asks nothing in a pipeline: what is missing is reported at once", async () => {
    assert.deepEqual(await refused({ out: file(), cloud: "gke" }), ["--project", "--region", "--host", "--namespace"]);
  });

  it("refuses wrong answers before it writes, and never overwrites", async () => {
    const out = file();
    assert.deepEqual(await refused({ out, ...answers, protocol: "oracle" }), ["databases[0].protocol"]);
    writeFileSync(out, "mine");
    assert.deepEqual(await refused({ out, ...answers }), [out]);
    assert.equal(readFileSync(out, "utf8"), "mine");
  });
});

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { readYaml } from "mesh-access/yaml";
import { settingsReference } from "../../scripts/docs/settingsReference.js";
import { settingsJsonSchema, stackFileJsonSchema } from "../../scripts/docs/settingsSchema.js";

const validate = new Ajv({ strict: false }).compile(stackFileJsonSchema());
const stackFiles = readdirSync("stacks").filter((name) => name.endsWith(".yaml"));
const read = (name: string) =>
  readYaml(readFileSync(`stacks/${name}`, "utf8")).value as { config: Record<string, unknown> };

describe("Editor schema", () => {
  for (const name of stackFiles)
    it(`accepts ${name}, which names the schema in its first line`, () => {
      assert.ok(validate(read(name)), JSON.stringify(validate.errors));
      assert.match(
        readFileSync(`stacks/${name}`, "utf8"),
        /^# yaml-language-server: \$schema=\.\.\/docs\/settings\.schema\.json\n/,
      );
    });

  it("marks a key of the project that it does not know, and lets other namespaces be", () => {
    const { config } = read("Pulumi.local.yaml");
    assert.equal(validate({ config: { ...config, "gcp:project": "example-project" } }), true);
    assert.equal(validate({ config: { ...config, "mesh-egress:database": [] } }), false);
  });

  it("marks a secret written in plain", () => {
    const { config } = read("Pulumi.local.yaml");
    const withSecret = (value: unknown) =>
      validate({ config: { ...config, "mesh-egress:secrets": { password: value } } });
    assert.equal(withSecret({ secure: "v1:abc" }), true);
    assert.equal(withSecret("hunter2"), false);
  });
});

describe("Settings reference", () => {
  const reference = settingsReference(settingsJsonSchema());

  it("says of every key what it means", () => {
    const keys = reference.split("\n").filter((line) => line.startsWith('| <a id="'));
    const choosesItsTable = /<\/a>`(cloud|kind)` \|/;
    assert.ok(keys.length > 100);
    assert.deepEqual(
      keys.filter((line) => line.endsWith("|  |") && !choosesItsTable.test(line)),
      [],
    );
  });

  it("gives every key an anchor of its own", () => {
    const anchors = [...reference.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id);
    assert.deepEqual(
      anchors.filter((id, index) => anchors.indexOf(id) !== index),
      [],
    );
  });
});

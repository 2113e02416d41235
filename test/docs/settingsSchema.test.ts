import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { readYaml } from "mesh-access/yaml";
import { settingsReference } from "../../scripts/docs/settingsReference.js";
import { schemaComment, settingsJsonSchema, stackFileJsonSchema } from "../../scripts/docs/settingsSchema.js";

const validate = new Ajv({ strict: false }).compile(stackFileJsonSchema());
const stackFiles = ["stacks", "examples"].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /(^|\/)Pulumi\.[\w-]+\.yaml$/.test(name) && !name.includes("node_modules"))
    .map((name) => join(folder, name)),
);
const read = (file: string) => readYaml(readFileSync(file, "utf8")).value as { config: Record<string, unknown> };

describe("Editor schema", () => {
  for (const name of stackFiles)
    it(`accepts ${name}, whose first line names it by an address that holds wherever the file is copied`, () => {
      assert.ok(validate(read(name)), JSON.stringify(validate.errors));
      assert.equal(readFileSync(name, "utf8").split("\n")[0], schemaComment);
    });

  it("is in the package under the path that its $id ends with, of this version, and so is that of access -o json", () => {
    const { name, version, files } = JSON.parse(readFileSync("package.json", "utf8")) as {
      name: string;
      version: string;
      files: string[];
    };
    for (const path of ["docs/settings.schema.json", "docs/access.schema.json"]) {
      const { $id } = JSON.parse(readFileSync(path, "utf8")) as { $id: string };
      assert.equal($id, `https://unpkg.com/${name}@${version}/${path}`);
      assert.ok(files.includes(path));
    }
  });

  it("marks a key of the project that it does not know, and lets other namespaces be", () => {
    const { config } = read("stacks/Pulumi.local.yaml");
    assert.equal(validate({ config: { ...config, "gcp:project": "example-project" } }), true);
    assert.equal(validate({ config: { ...config, "mesh-egress:database": [] } }), false);
  });

  it("marks a secret written in plain", () => {
    const { config } = read("stacks/Pulumi.local.yaml");
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

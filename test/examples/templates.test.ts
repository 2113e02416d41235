import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { readYaml } from "mesh-access/yaml";
import { record } from "../../plan/recording.js";

interface Project {
  name: string;
  description: string;
  template: { description: string; config: Record<string, { description?: string; default?: string }> };
}

const templates = readdirSync("templates");
const projectOf = (template: string) =>
  readYaml(readFileSync(join("templates", template, "Pulumi.yaml"), "utf8")).value as Project;

/** What only the user knows. */
const answers: Record<string, string> = {
  host: "orders.db.example.com",
  namespace: "shop",
  "gcp:project": "example-project",
  operators: "203.0.113.0/24",
};

/** Keys without a namespace are the project's. */
const keyOf = (key: string) => (key.includes(":") ? key : `of-template:${key}`);

function configOf(template: string): Record<string, string> {
  const { config } = projectOf(template).template;
  const values = Object.entries(config).map(([key, value]) => [keyOf(key), value.default ?? answers[key] ?? ""]);
  return Object.fromEntries(values) as Record<string, string>;
}

describe("A template of pulumi new", () => {
  it("is there for each cloud and for a cluster that exists", () =>
    assert.deepEqual(templates.sort(), ["ack", "existing", "gke"]));

  for (const template of templates) {
    it(`asks what each answer means, and leaves name and description to the user: ${template}`, () => {
      const { name, description, template: asked } = projectOf(template);
      assert.deepEqual([name, description], ["${PROJECT}", "${DESCRIPTION}"]);
      assert.ok(asked.description);
      for (const [key, { description: meaning }] of Object.entries(asked.config)) assert.ok(meaning, key);
    });

    it(`plans with its defaults and lets the application reach the database through the gateway: ${template}`, async () => {
      const program = pathToFileURL(resolve("templates", template, "index.ts")).href;
      const { value, resources } = await record(
        { project: "of-template", stack: "dev", config: configOf(template), secretKeys: [] },
        () => import(program) as Promise<{ access: Record<string, string> }>,
      );
      const [[pair, path] = ["", ""], ...others] = Object.entries(value.access);
      assert.equal(pair, "shop/default -> orders.db.example.com:5432");
      assert.match(path, /^● gateway \(mutual TLS > /);
      assert.deepEqual(others, []);
      assert.ok(resources.some(({ type }) => type === "mesh-egress:index:SecurePlatform"));
    });

    it(`installs what its program imports: ${template}`, () => {
      const text = readFileSync(join("templates", template, "package.json"), "utf8");
      const { dependencies } = JSON.parse(text) as { dependencies: Record<string, string> };
      const own = JSON.parse(readFileSync("package.json", "utf8")) as Record<string, Record<string, string>>;
      assert.equal(dependencies["pulumi-mesh-egress"], `^${String(own.version)}`);
      const sdks = { gke: "@pulumi/gcp", ack: "@pulumi/alicloud" } as Record<string, string>;
      const peer = sdks[template];
      if (peer) assert.equal(dependencies[peer], own.peerDependencies?.[peer]);
      for (const name of ["@pulumi/pulumi", "@pulumi/kubernetes"])
        assert.equal(dependencies[name], own.dependencies?.[name]);
    });
  }
});

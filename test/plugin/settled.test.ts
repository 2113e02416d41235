import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { settled } from "../../plugin/settled.js";
import { SettingsError } from "../../settings/problem.js";

const late = ["database.host", "clusterIds.*", "secrets.*"];

/** A value that a preview does not know. */
const unknown = () =>
  new (pulumi.Output as unknown as new (...parts: unknown[]) => pulumi.Output<string>)(
    new Set(),
    Promise.resolve(undefined),
    Promise.resolve(false),
    Promise.resolve(false),
    Promise.resolve(new Set()),
  );

async function refused(inputs: pulumi.Inputs): Promise<string[]> {
  const error: unknown = await settled(inputs, late).catch((caught: unknown) => caught);
  assert.ok(error instanceof SettingsError, String(error));
  return error.problems.map(({ path, reason }) => `${path} ${reason.split(",")[0]}`).sort();
}

describe("Arguments from another language", () => {
  it("are the same whether they were plain or outputs, at any depth", async () => {
    const value = fc.letrec((tie) => ({
      leaf: fc.oneof(fc.string(), fc.integer(), fc.boolean()),
      node: fc.oneof(
        { depthSize: "small" },
        tie("leaf"),
        fc.array(tie("node"), { maxLength: 3 }),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), tie("node"), { maxKeys: 3, noNullPrototype: true }),
      ),
    })).node;
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.stringMatching(/^[a-c]{1,3}$/), value),
        fc.boolean(),
        async (args, isOutput) => {
          const inputs = Object.fromEntries(
            Object.entries(args).map(([key, item]) => [key, isOutput ? pulumi.output(item) : item]),
          );
          assert.deepEqual((await settled(inputs, late)).args, { ...args });
        },
      ),
    );
  });

  it("stay outputs where the component takes them as such", async () => {
    const { args } = await settled({ database: { name: "orders", host: unknown() }, clusterIds: [unknown()] }, late);
    const database = args.database as { name: unknown; host: unknown };
    assert.equal(database.name, "orders");
    assert.ok(pulumi.Output.isInstance(database.host));
    assert.ok(pulumi.Output.isInstance((args.clusterIds as unknown[])[0]));
  });

  it("are refused all at once where they must be plain and are not known yet, or are secrets", async () => {
    const found = await refused({
      database: { name: unknown(), host: "db.example.com" },
      mesh: { kind: unknown() },
      namespace: pulumi.secret("shop"),
    });
    assert.deepEqual(found, ["database.name is not known yet", "mesh is not known yet", "namespace is a secret"]);
  });

  it("keep parts of a secret secret", async () => {
    const { args } = await settled({ secrets: pulumi.secret({ password: "hunter2" }) }, late);
    const { password } = args.secrets as { password: pulumi.Output<string> };
    assert.equal(await pulumi.isSecret(password), true);
  });

  it("say which resources they come from", async () => {
    const source = { urn: "urn:one" } as unknown as pulumi.Resource;
    const output = new (pulumi.Output as unknown as new (...parts: unknown[]) => pulumi.Output<string>)(
      new Set([source]),
      Promise.resolve("istio-egress"),
      Promise.resolve(true),
      Promise.resolve(false),
      Promise.resolve(new Set([source])),
    );
    assert.deepEqual((await settled({ namespace: output }, late)).sources, [source]);
  });
});

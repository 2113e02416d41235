import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { createWorkload } from "../../../components/workloads/fromSettings.js";
import { workloadsSchema } from "../../../settings/workloads.js";

interface Registered {
  name: string;
  type: string;
  inputs: Record<string, unknown>;
}

/** Marks a secret on its way to the engine. */
const secretSignature = "4dabf18193072939515e22adb298388d";

async function registered(settings: object[], secrets: Record<string, string>): Promise<Registered[]> {
  const resources: Registered[] = [];
  await pulumi.runtime.setMocks({
    newResource: ({ name, type, inputs }) => {
      resources.push({ name, type, inputs });
      return { id: name, state: inputs };
    },
    call: () => ({}),
  });
  for (const one of workloadsSchema.parse(settings)) createWorkload("workload", one, { secrets }, {});
  await pulumi.runtime.disconnect();
  return resources;
}

const client = { kind: "mysql-client", namespace: "demo-server", passwordSecret: "root" };

describe("Workloads from settings", () => {
  it("send secret values to the engine as secrets", async () => {
    const resources = await registered([client], { root: "pa55word" });
    const secret = resources.find(({ type }) => type === "kubernetes:core/v1:Secret");
    const data = secret?.inputs.stringData as Record<string, unknown>;
    assert.ok(secretSignature in data);
    assert.deepEqual(data.value, { password: "pa55word" });
  });

  it("have names that do not depend on their place in the list", async () => {
    const other = { kind: "bookstore", namespace: "bookstore" };
    const names = async (settings: object[]) =>
      (await registered(settings, { root: "x" })).map(({ name, type }) => `${type} ${name}`).sort();
    assert.deepEqual(await names([client, other]), await names([other, client]));
  });
});

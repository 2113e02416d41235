import assert from "node:assert/strict";
import { blueprintOf } from "../../components/blueprint.js";
import { SecurePlatform } from "../../components/platform.js";
import { loadSettings } from "../../settings/load.js";
import { SettingsError } from "../../settings/problem.js";
import { smallStack } from "../plan/stackFiles.js";
import { recordStack } from "./recordedStack.js";

describe("SecurePlatform", () => {
  it("names every secret that is missing at once, and registers nothing", async () => {
    const workloads = ["first", "second"].map((name) => ({
      kind: "deployment",
      name,
      namespace: "shop",
      image: "alpine:3.22",
      secretEnv: { PASSWORD: `${name}Password` },
    }));
    const blueprint = blueprintOf(loadSettings({ ...smallStack, workloads }));
    const { registered } = await recordStack(() =>
      assert.rejects(
        SecurePlatform.create("platform", { blueprint, secrets: { another: "x" } }),
        (error) =>
          error instanceof SettingsError &&
          error.problems.map(({ path }) => path).join() === "secrets.firstPassword,secrets.secondPassword",
      ),
    );
    assert.deepEqual(registered, []);
  });
});

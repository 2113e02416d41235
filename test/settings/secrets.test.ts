import assert from "node:assert/strict";
import { SettingsError } from "../../settings/problem.js";
import { referredSecrets, secretNames } from "../../settings/secrets.js";

describe("Secrets of a stack file", () => {
  it("are known by name when they are encrypted", () => {
    assert.deepEqual(secretNames({ mysqlRootPassword: { secure: "v1:abc" } }), ["mysqlRootPassword"]);
  });

  it("are refused in plain, and the value is not repeated", () => {
    assert.throws(
      () => secretNames({ mysqlRootPassword: "hunter2" }),
      (error) => {
        assert.ok(error instanceof SettingsError);
        assert.match(error.message, /secrets\.mysqlRootPassword: is in plain text\. .*pulumi config set --secret/);
        assert.doesNotMatch(error.message + JSON.stringify(error), /hunter2/);
        return true;
      },
    );
  });

  it("are found wherever settings refer to them", () => {
    const settings = {
      workloads: [{ passwordSecret: "a", secretEnv: { TOKEN: "b" } }],
      cluster: { kubeconfigSecret: "c" },
    };
    assert.deepEqual(referredSecrets(settings), ["a", "b", "c"]);
  });
});

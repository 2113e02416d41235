import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeYaml } from "mesh-access/yaml";
import { loadSettings } from "../../settings/load.js";
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
    const folder = mkdtempSync(join(tmpdir(), "manifests-"));
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "db", namespace: "shop" } };
    writeFileSync(
      join(folder, "db.yaml"),
      writeYaml({ ...secret, stringData: { url: "redis://:${secret:d|url}@r:6379" } }),
    );
    const settings = loadSettings(
      {
        cluster: { cloud: "existing", kubeconfigSecret: "c" },
        mesh: { kind: "istio" },
        namespaces: [{ name: "shop" }],
        workloads: [
          { kind: "deployment", name: "w", namespace: "shop", image: "i", secretEnv: { TOKEN: "b" } },
          { kind: "manifests", folder: "." },
        ],
      },
      folder,
    );
    assert.deepEqual(referredSecrets(settings), ["b", "c", "d"]);
  });
});

import assert from "node:assert/strict";
import { planStack } from "../../plan/stack.js";
import { smallStack, writeStack } from "./stackFiles.js";

const client = {
  kind: "deployment",
  name: "client",
  namespace: "shop",
  image: "mysql:8.4",
  secretEnv: { MYSQL_PWD: "mysqlRootPassword" },
};

describe("A plan with secrets", () => {
  it("shows that there is one, not what it is", async () => {
    const secrets = { mysqlRootPassword: { secure: "v1:ciphertext" } };
    const plan = await planStack(writeStack({ ...smallStack, workloads: [client], secrets }));
    const secret = plan.resources.find(({ type }) => type === "kubernetes:core/v1:Secret");
    assert.match(JSON.stringify(secret?.inputs), /\[secret\]/);
    const text = JSON.stringify(plan, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value));
    assert.doesNotMatch(text, /ciphertext/);
    assert.deepEqual(plan.missingSecrets, []);
  });

  it("names the ones that still have to be set", async () => {
    const plan = await planStack(writeStack({ ...smallStack, workloads: [client] }));
    assert.deepEqual(plan.missingSecrets, ["mysqlRootPassword"]);
  });

  it("keeps the kubeconfig secret", async () => {
    const cluster = { cloud: "existing", kubeconfigSecret: "kubeconfig" };
    const plan = await planStack(writeStack({ ...smallStack, cluster }));
    const provider = plan.resources.find(({ type }) => type === "pulumi:providers:kubernetes");
    assert.match(JSON.stringify(provider?.inputs["kubeconfig"]), /\[secret\]/);
  });
});

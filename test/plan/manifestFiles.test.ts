import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readYaml } from "mesh-access/yaml";
import { planStack } from "../../plan/stack.js";
import { SettingsError } from "../../settings/problem.js";
import { smallStack, writeStack } from "./stackFiles.js";

const account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: orders, namespace: shop }\n";
const secret =
  "apiVersion: v1\nkind: Secret\nmetadata: { name: db, namespace: shop }\nstringData: { p: '${secret:ordersPassword}' }\n";
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: orders, namespace: shop }
spec:
  selector: { matchLabels: { app: orders } }
  template:
    metadata: { labels: { app: orders } }
    spec:
      serviceAccountName: orders
      containers:
        - name: orders
          image: alpine:3.22
          env: [{ name: P, valueFrom: { secretKeyRef: { name: db, key: p } } }]
`;

/** Plans the small stack with a folder of these files beside its stack file. */
function planWith(files: Record<string, string>, own: Record<string, unknown> = smallStack) {
  const stack = writeStack({ ...own, workloads: [{ kind: "manifests", folder: "k8s" }] });
  for (const [name, text] of Object.entries(files)) {
    const file = join(dirname(stack), "k8s", name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return planStack(stack);
}

describe("Manifest files in a plan", () => {
  it("are judged: the database's client is known by the service account that its file gives it", async () => {
    const { access } = await planWith({ "a.yaml": `${account}---\n${secret}---\n${deployment}` });
    assert.match(access["shop/orders -> orders.db.example.com:3306"] ?? "", /^● gateway/);
    assert.equal(access["shop/orders -> stock.db.example.com:3306"], undefined);
  });

  it("are judged with their own policies: one that opens a way past the gateway shows", async () => {
    const open = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: open, namespace: shop }
spec: { podSelector: {}, policyTypes: [Egress], egress: [{}] }
`;
    const shut = await planWith({ "a.yaml": `${account}---\n${deployment}` });
    const opened = await planWith({ "a.yaml": `${account}---\n${deployment}`, "b.yaml": open });
    const pair = "shop/orders -> orders.db.example.com:3306";
    assert.match(shut.access[pair] ?? "", /■ [a-z ]*blocked[a-z ]*$/);
    assert.doesNotMatch(opened.access[pair] ?? "", /■ [a-z ]*blocked[a-z ]*$/);
  });

  it("are registered so that pods wait for their account and their Secret, in whatever files these are", async () => {
    const { resources, missingSecrets } = await planWith({
      "a.yaml": deployment,
      "b/c.yaml": secret,
      "d.yaml": account,
    });
    const pods = resources.find(({ name }) => name.endsWith("deployment-shop/orders"));
    for (const needed of ["secret-shop/db", "serviceaccount-shop/orders", "namespace-shop"])
      assert.ok(
        pods?.dependencies.some((urn) => urn.endsWith(needed)),
        needed,
      );
    assert.deepEqual(missingSecrets, ["ordersPassword"]);
  });

  it("make the same resources when they are renamed, split or moved", async () => {
    const one = await planWith({ "a.yaml": `${account}---\n${secret}---\n${deployment}` });
    const three = await planWith({
      "z/1.yaml": account,
      "y/2.json": JSON.stringify(readYaml(secret).value),
      "x.yaml": deployment,
    });
    const shown = ({ resources }: typeof one) =>
      resources.map(({ urn, inputs }) => JSON.stringify([urn, inputs])).sort();
    assert.deepEqual(shown(three), shown(one));
  });

  it("are refused where the stack writes the same object", async () => {
    const policy = `# Theirs.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: default-deny, namespace: shop }
spec: { podSelector: {} }
`;
    await assert.rejects(planWith({ "a.yaml": policy }), (error) => {
      assert.ok(error instanceof SettingsError);
      assert.match(
        error.message,
        /^k8s\/a\.yaml:2: NetworkPolicy shop\/default-deny is an object that the stack writes itself/,
      );
      return true;
    });
  });
});

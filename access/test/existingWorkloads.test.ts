import assert from "node:assert/strict";
import { analyse } from "../analyse.js";
import { parseManifests } from "../input/parse.js";
import type { ExistingWorkload } from "../model/model.js";

const cluster = `
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {istio-injection: enabled}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: plain}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: cart, namespace: shop}, spec: {template: {metadata: {labels: {app: cart}}, spec: {serviceAccountName: cart, containers: [{name: c}]}}}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: only-cart, namespace: shop}, spec: {podSelector: {matchLabels: {app: cart}}, policyTypes: [Egress], egress: []}}
`;
const { objects } = parseManifests(cluster, "cluster.yaml");
const databases = [{ name: "orders", host: "orders.example.com", port: 5432, addresses: ["192.0.2.1"] }];
const judged = (...existing: ExistingWorkload[]) => analyse(objects, { databases, existing });
const names = (...existing: ExistingWorkload[]) =>
  judged(...existing).workloads.map(
    ({ namespace, name, serviceAccount }) => `${namespace}/${name} as ${serviceAccount}`,
  );

describe("Clients that the input does not hold", () => {
  it("are workloads of their own, known by their service account or only by their namespace", () => {
    const entries = [{ namespace: "shop", serviceAccount: "orders" }, { namespace: "plain" }];
    assert.deepEqual(names(...entries, ...entries), ["plain/* as *", "shop/cart as cart", "shop/orders as orders"]);
  });

  it("give way to workloads of that account, that name, or that namespace", () => {
    assert.deepEqual(
      names({ namespace: "shop", serviceAccount: "cart" }, { namespace: "shop", name: "cart" }, { namespace: "shop" }),
      ["shop/cart as cart"],
    );
  });

  it("are one with the declared workload that runs as the account", () => {
    assert.deepEqual(
      names({ namespace: "plain", serviceAccount: "ci" }, { namespace: "plain", name: "runner", serviceAccount: "ci" }),
      ["plain/runner as ci", "shop/cart as cart"],
    );
  });

  it("have a sidecar where their namespace says so", () => {
    const { workloads } = judged({ namespace: "shop", serviceAccount: "orders" }, { namespace: "plain" });
    assert.deepEqual(
      workloads.map(({ name, sidecar }) => [name, sidecar.present]),
      [
        ["*", false],
        ["cart", true],
        ["orders", true],
      ],
    );
  });

  it("leave open what a policy by labels does to them, unless their labels are known", () => {
    const bypass = (labels?: Record<string, string>) => {
      const { rows } = judged({ namespace: "shop", name: "web", labels });
      return [...rows].find(({ from }) => from.workload === "web")?.bypass.verdict;
    };
    assert.equal(bypass(), "unknown");
    assert.equal(bypass({ app: "web" }), "open");
    assert.equal(bypass({ app: "cart" }), "blocked");
  });

  it("are named among what is assumed, and left out of the audit of what accepts plaintext", () => {
    const { assumptions, mtls } = judged({ namespace: "shop", serviceAccount: "orders" });
    const named = assumptions.find(({ id }) => id === "existing-workloads");
    assert.deepEqual(named?.args["names"], ["shop/orders"]);
    assert.ok(mtls.every(({ workload }) => workload === "cart"));
  });
});

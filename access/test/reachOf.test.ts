import assert from "node:assert/strict";
import { reachOf } from "../reachOf.js";

const kubernetes = (type: string, name: string, props: Record<string, unknown>) => ({
  type: `kubernetes:${type}`,
  name,
  props,
});

describe("reachOf", () => {
  it("judges the Kubernetes resources of any program, and names those it cannot read", () => {
    const { analysis, unread } = reachOf(
      [
        { type: "aws:rds/instance:Instance", name: "orders", props: {} },
        kubernetes("core/v1:Namespace", "shop", {
          apiVersion: "v1",
          kind: "Namespace",
          metadata: { name: "shop", labels: { "istio-injection": "enabled" } },
        }),
        kubernetes("apps/v1:Deployment", "cart", {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: { name: "cart", namespace: "shop" },
          spec: { template: { metadata: { labels: { app: "cart" } }, spec: { containers: [{ name: "app" }] } } },
        }),
        kubernetes("networking.istio.io/v1:ServiceEntry", "orders", {
          apiVersion: "networking.istio.io/v1",
          kind: "ServiceEntry",
          metadata: { name: "orders", namespace: "shop" },
          spec: {
            hosts: ["orders.example.com"],
            ports: [{ number: 5432, name: "tcp", protocol: "TCP" }],
            resolution: "DNS",
          },
        }),
        kubernetes("helm.sh/v3:Release", "charts", {}),
      ],
      { mesh: { outboundTrafficPolicy: "REGISTRY_ONLY" } },
    );
    assert.deepEqual(
      [...analysis.rows].map(({ from, to, mesh }) => `${from.workload} ${to.host} ${mesh.verdict}`),
      ["cart orders.example.com direct"],
    );
    assert.deepEqual(
      unread.map(({ name }) => name),
      ["charts"],
    );
  });
});

import assert from "node:assert/strict";
import { loadSettings } from "../../settings/load.js";
import { SettingsError } from "../../settings/problem.js";
import { database } from "../plan/stackFiles.js";
import { platform, team } from "../plan/teams.js";

const shop = team("shop");

/** What is wrong with the settings, by path. */
function problemsOf(config: Record<string, unknown>): Record<string, string> {
  try {
    loadSettings(config);
    return {};
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return Object.fromEntries(error.problems.map(({ path, reason, instead }) => [path, `${reason}. ${instead}`]));
  }
}

describe("Settings of a stack on another's gateway", () => {
  it("name the gateway, and what tells the stack's databases from other stacks'", () => {
    assert.deepEqual(problemsOf(shop), {});
    assert.deepEqual(problemsOf(platform), {});
    const { tenant: _, ...nameless } = shop.gateway;
    assert.match(problemsOf({ ...shop, gateway: nameless })["gateway.tenant"] ?? "", /is missing/);
  });

  it("say where to write what only the gateway's owner may say, even where it is the default", () => {
    const owners = { replicas: { min: 2 }, resources: {}, drainDuration: "45s", image: "auto", dedicatedNodes: false };
    const gateway = { ...shop.gateway, ...owners, connectAfterHandshake: true };
    const problems = problemsOf({ ...shop, gateway, observability: { tracing: { enabled: false } } });
    assert.deepEqual(Object.keys(problems).sort(), [
      ...["connectAfterHandshake", "dedicatedNodes", "drainDuration", "image", "replicas", "resources"].map(
        (key) => `gateway.${key}`,
      ),
      "observability",
    ]);
    for (const text of Object.values(problems)) assert.match(text, /Write it in the stack that installs the gateway/);
  });

  it("make neither cluster nor mesh, for the gateway stands in one", () => {
    assert.match(problemsOf({ ...shop, mesh: { kind: "istio" } })["mesh.install"] ?? "", /install false/);
    const gke = { cloud: "gke", project: "shop-prod", region: "europe-west1", fleet: true };
    const problems = problemsOf({ ...shop, cluster: gke, mesh: { kind: "cloud-service-mesh" } });
    assert.match(problems["cluster.cloud"] ?? "", /Use existing/);
    assert.match(problems["mesh.kind"] ?? "", /kind istio with install false/);
  });

  it("leave the whole cluster's policies and the gateway's containers to its owner", () => {
    const network = { globalIsolation: { enabled: true }, isolation: { enabled: false } };
    const wildcard = { ...database("any", "shop"), host: "*.example.com", protocol: "tls", port: 443 };
    const databases = [{ ...wildcard, trafficMode: "tls-wildcard" }];
    const cluster = { ...shop.cluster, policyEngine: "calico" };
    assert.deepEqual(Object.keys(problemsOf({ ...shop, cluster, network, databases })).sort(), [
      "databases[0].via",
      "network.globalIsolation.enabled",
      "network.isolation.enabled",
    ]);
    const envoy = { ...shop, databases: [{ ...databases[0], via: "envoy" }] };
    assert.deepEqual(problemsOf(envoy), {});
  });

  it("bring no database that only its port distinguishes at the gateway, for another stack may have taken it", () => {
    const databases = [{ ...database("orders", "shop"), trafficMode: "tcp-gateway", gatewayPort: 15500 }];
    const problems = problemsOf({
      ...shop,
      databases: databases.map((db) => ({ ...db, clients: [{ namespace: "shop" }] })),
    });
    assert.match(problems["databases[0].trafficMode"] ?? "", /another stack may take.* Use tcp-gateway-mtls/);
  });

  it("may leave isolation out where nothing would enforce it", () => {
    const cluster = { cloud: "existing", policyEngine: "none" };
    assert.deepEqual(problemsOf({ ...shop, cluster, network: { isolation: { enabled: false } } }), {});
  });

  it("take no namespace of the gateway's", () => {
    const namespaces = [{ name: "shop" }, { name: "istio-egress" }];
    assert.match(problemsOf({ ...shop, namespaces })["namespaces[1].name"] ?? "", /gateway's own namespace/);
    const network = { openEgress: [{ name: "all", namespace: "istio-egress" }] };
    assert.match(problemsOf({ ...shop, network })["network.openEgress[0].namespace"] ?? "", /not isolated here/);
  });

  it("keep the name of a Service of a database's own within a DNS label", () => {
    const own = { ...database("a".repeat(31), "shop"), gatewayPort: 15500 };
    assert.deepEqual(problemsOf({ ...shop, databases: [own] }), {});
    const gateway = { ...shop.gateway, tenant: "shop-of-the-south" };
    assert.match(
      problemsOf({ ...shop, gateway, databases: [own] })["databases[0].name"] ?? "",
      /more than 63 characters/,
    );
  });

  it("keep a tenant's mark to tenants, who stand on gateways of others only", () => {
    assert.match(problemsOf(team("a--b", []))["gateway.tenant"] ?? "", /two hyphens/);
    const databases = [database("shop--orders", "shop")];
    assert.match(problemsOf({ ...shop, databases })["databases[0].name"] ?? "", /two hyphens/);
    const owner = { ...platform, gateway: { tenant: "shop" } };
    assert.match(problemsOf(owner)["gateway.tenant"] ?? "", /install to false/);
  });

  it("need no memory for a gateway that others gave theirs", () => {
    const many = Array.from({ length: 800 }, (_, i) => database(`db-${i}`, "shop"));
    const gateway = { ...shop.gateway, callersPolicy: "perDatabase" };
    assert.deepEqual(problemsOf({ ...shop, gateway, databases: many }), {});
    const { gateway: __, ...owner } = { ...shop, mesh: { kind: "istio" } };
    const own = { callersPolicy: "perDatabase" };
    assert.ok("gateway.resources.memoryLimit" in problemsOf({ ...owner, gateway: own, databases: many }));
  });
});

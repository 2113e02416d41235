import assert from "node:assert/strict";
import fc from "fast-check";
import { app, bypass, namespace, nothingLeaves, outcome, policy } from "./networkScene.js";

const api = "policy.networking.k8s.io";
const everyone = { namespaces: {} };
const toDatabase = [{ networks: ["198.51.100.0/24"] }];

const cluster = (name: string, spec: object) => ({
  apiVersion: `${api}/v1alpha2`,
  kind: "ClusterNetworkPolicy",
  metadata: { name },
  spec: { tier: "Admin", priority: 10, subject: everyone, ...spec },
});
const admin = (name: string, spec: object) => ({
  apiVersion: `${api}/v1alpha1`,
  kind: "AdminNetworkPolicy",
  metadata: { name },
  spec: { priority: 10, subject: everyone, ...spec },
});
const baseline = (spec: object) => ({
  apiVersion: `${api}/v1alpha1`,
  kind: "BaselineAdminNetworkPolicy",
  metadata: { name: "default" },
  spec: { subject: everyone, ...spec },
});
const rule = (action: string, to: object[] = toDatabase, more: object = {}) => ({ action, to, ...more });
const allowAll = policy("all", { podSelector: {}, policyTypes: ["Egress"], egress: [{}] });

describe("policies of cluster administrators", () => {
  for (const [kind, make, accept] of [
    ["ClusterNetworkPolicy", cluster, "Accept"],
    ["AdminNetworkPolicy", admin, "Allow"],
  ] as const) {
    describe(kind, () => {
      it("comes before NetworkPolicies, and decides for them", () => {
        assert.equal(outcome([nothingLeaves, make("a", { egress: [rule(accept)] })]), "open");
        assert.equal(outcome([allowAll, make("a", { egress: [rule("Deny")] })]), "blocked");
      });

      it("leaves to NetworkPolicies what it passes on, or does not match", () => {
        assert.equal(outcome([nothingLeaves, make("a", { egress: [rule("Pass"), rule(accept)] })]), "blocked");
        const elsewhere = [{ networks: ["203.0.113.0/24"] }];
        assert.equal(outcome([make("a", { egress: [rule("Deny", elsewhere)] })]), "open");
        assert.equal(outcome([nothingLeaves, make("a", { egress: [rule(accept, elsewhere)] })]), "blocked");
      });

      it("is judged by priority, lower first", () => {
        const both = (allows: number, denies: number) =>
          outcome([
            make("a", { priority: allows, egress: [rule(accept)] }),
            make("b", { priority: denies, egress: [rule("Deny")] }),
          ]);
        assert.equal(both(1, 2), "open");
        assert.equal(both(2, 1), "blocked");
        assert.equal(both(2, 2), "unknown", "the API leaves open which of two comes first");
      });

      it("decides nothing for pods that it does not select", () => {
        const others = { namespaces: { matchLabels: { team: "bank" } } };
        assert.equal(outcome([make("a", { subject: others, egress: [rule("Deny")] })]), "open");
        const pods = (labels: object) => ({ pods: { namespaceSelector: {}, podSelector: { matchLabels: labels } } });
        assert.equal(outcome([make("a", { subject: pods({ app: "x" }), egress: [rule("Deny")] })]), "open");
        assert.equal(outcome([make("a", { subject: pods({ app: "web" }), egress: [rule("Deny")] })]), "blocked");
      });

      it("does not say what a field means that the API got later", () => {
        assert.equal(outcome([make("a", { egress: [rule("Deny", [{ planets: {} }])] })]), "unknown");
        assert.equal(outcome([make("a", { subject: { planets: {} }, egress: [rule("Deny")] })]), "unknown");
      });
    });
  }

  it("of the baseline hold only where no NetworkPolicy does", () => {
    const deny = { egress: [rule("Deny")] };
    for (const object of [baseline(deny), cluster("b", { tier: "Baseline", ...deny })]) {
      assert.equal(outcome([object]), "blocked");
      assert.equal(outcome([object, allowAll]), "open");
      assert.equal(outcome([object, nothingLeaves]), "blocked");
      assert.equal(outcome([object, cluster("a", { egress: [rule("Accept")] })]), "open");
      assert.equal(outcome([object, cluster("a", { egress: [rule("Pass")] })]), "blocked");
    }
  });

  it("name ports in the words of either version", () => {
    const denied = (objects: object[]) => outcome(objects) === "blocked";
    const ports = (port: object) => denied([admin("a", { egress: [rule("Deny", toDatabase, { ports: [port] })] })]);
    const protocols = (port: object) =>
      denied([cluster("a", { egress: [rule("Deny", toDatabase, { protocols: [port] })] })]);
    assert.ok(ports({ portNumber: { protocol: "TCP", port: 3306 } }));
    assert.ok(!ports({ portNumber: { protocol: "UDP", port: 3306 } }));
    assert.ok(ports({ portRange: { start: 3300, end: 3306 } }));
    assert.ok(!ports({ namedPort: "mysql" }), "outside the cluster no port has a name");
    assert.ok(protocols({ tcp: { destinationPort: { number: 3306 } } }));
    assert.ok(protocols({ tcp: { destinationPort: { range: { start: 1, end: 4000 } } } }));
    assert.ok(protocols({ tcp: {} }));
    assert.ok(!protocols({ udp: {} }));
    assert.ok(!protocols({ tcp: { destinationPort: { number: 3307 } } }));
  });

  it("name what is outside by domain, whole labels for a star", () => {
    const named = (name: string) =>
      outcome([nothingLeaves, cluster("a", { egress: [rule("Accept", [{ domainNames: [name] }])] })], {
        host: "a.db.example.com",
      });
    assert.equal(named("a.db.example.com."), "open");
    assert.equal(named("*.example.com"), "open");
    assert.equal(named("*.a.db.example.com"), "blocked");
    assert.equal(named("example.com"), "blocked");
  });

  it("hold for pods by address too, which is not known before they run", () => {
    const objects = (network: string) => [
      namespace("data"),
      app("db", "data"),
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "db", namespace: "data" },
        spec: { selector: { app: "db" }, ports: [{ port: 3306 }] },
      },
      cluster("a", { egress: [rule("Deny", [{ networks: [network] }])] }),
    ];
    const target = { host: "db.data.svc.cluster.local", addresses: [] };
    assert.equal(outcome(objects("0.0.0.0/0"), target), "blocked");
    assert.equal(outcome(objects("10.0.0.0/8"), target), "unknown");
  });

  it("are named in the evidence with their rule", () => {
    const [first] = bypass([
      cluster("a", { egress: [rule("Pass", [{ networks: ["203.0.113.0/24"] }]), rule("Deny")] }),
    ]).because;
    assert.deepEqual([first?.kind, first?.name, first?.field], ["ClusterNetworkPolicy", "a", "spec.egress[1]"]);
  });

  it("decide in the order of tiers, whatever the priorities (property)", () => {
    const tier = fc.constantFrom("Admin", "Baseline");
    const action = fc.constantFrom("Accept", "Deny", "Pass");
    const one = fc.record({ tier, action, priority: fc.integer({ min: 0, max: 1000 }) });
    const isolation = fc.constantFrom("none", "all", "nothing");
    fc.assert(
      fc.property(
        fc.uniqueArray(one, { selector: ({ priority }) => priority, maxLength: 6 }),
        isolation,
        (list, by) => {
          const objects: object[] = list.map(({ tier: name, action: what, priority }, index) =>
            cluster(`p-${index}`, { tier: name, priority, egress: [rule(what)] }),
          );
          if (by !== "none") objects.push(by === "all" ? allowAll : nothingLeaves);
          const first = (name: string) =>
            list.filter((policy) => policy.tier === name).sort((a, b) => a.priority - b.priority)[0]?.action;
          const outcomes: Record<string, string> = { Accept: "open", Deny: "blocked" };
          const decided = (name: string) => outcomes[first(name) ?? ""];
          const expected =
            decided("Admin") ?? (by === "none" ? (decided("Baseline") ?? "open") : by === "all" ? "open" : "blocked");
          assert.equal(outcome(objects), expected);
        },
      ),
      { numRuns: 200 },
    );
  });
});

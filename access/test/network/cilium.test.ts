import assert from "node:assert/strict";
import { app, bypass, namespace, nothingLeaves, outcome, policy, workload, worldOf } from "./networkScene.js";
import { Network } from "../../network/networkModel.js";

const cilium = (name: string, spec: object, inNamespace = "shop") => ({
  apiVersion: "cilium.io/v2",
  kind: "CiliumNetworkPolicy",
  metadata: { name, namespace: inNamespace },
  spec: { endpointSelector: {}, ...spec },
});
const clusterwide = (name: string, spec: object) => ({
  apiVersion: "cilium.io/v2",
  kind: "CiliumClusterwideNetworkPolicy",
  metadata: { name },
  spec,
});
const database = { toCIDR: ["198.51.100.0/24"] };
const port = (number: string, more: object = {}, rules?: object) => ({
  toPorts: [{ ports: [{ port: number, protocol: "TCP", ...more }], ...(rules ? { rules } : {}) }],
});

describe("policies of Cilium", () => {
  it("cut off the pods they select in the directions they have rules for", () => {
    assert.equal(outcome([cilium("c", { egress: [{}] })]), "blocked");
    assert.equal(outcome([cilium("c", { ingress: [{}] })]), "open");
    assert.equal(outcome([cilium("c", {})]), "open");
    assert.equal(outcome([cilium("c", { egress: [{}], enableDefaultDeny: { egress: false } })]), "open");
    assert.equal(outcome([cilium("c", { egressDeny: [{ toEntities: ["host"] }] })]), "blocked");
  });

  it("add up with NetworkPolicies, and what one denies is denied", () => {
    const allow = cilium("allow", { egress: [database] });
    assert.equal(outcome([nothingLeaves, allow]), "open");
    assert.equal(outcome([allow, cilium("deny", { egressDeny: [database] })]), "blocked");
    const all = policy("all", { podSelector: {}, policyTypes: ["Egress"], egress: [{}] });
    const soft = { egressDeny: [database], enableDefaultDeny: { egress: false } };
    assert.equal(outcome([all, cilium("deny", soft)]), "blocked");
  });

  it("select pods by labels with and without a source, by namespace and account", () => {
    const selected = (endpointSelector: object) =>
      outcome([clusterwide("c", { endpointSelector, egress: [{}] })]) === "blocked";
    assert.ok(selected({ matchLabels: { app: "web" } }));
    assert.ok(selected({ matchLabels: { "k8s:app": "web" } }));
    assert.ok(selected({ matchLabels: { "any:app": "web" } }));
    assert.ok(selected({ matchLabels: { "k8s:io.kubernetes.pod.namespace": "shop" } }));
    assert.ok(selected({ matchLabels: { "io.cilium.k8s.policy.serviceaccount": "default" } }));
    assert.ok(selected({ matchExpressions: [{ key: "k8s:app", operator: "NotIn", values: ["x"] }] }));
    assert.ok(!selected({ matchLabels: { "k8s:app": "x" } }));
    assert.ok(!selected({ matchLabels: { "io.cilium.k8s.namespace.labels.team": "bank" } }));
    assert.equal(outcome([cilium("c", { egress: [{}] }, "other")]), "open");
    assert.equal(outcome([clusterwide("c", { nodeSelector: {}, egress: [{}] })]), "open", "nodes are no pods");
  });

  it("know the world by blocks, entities and names", () => {
    const lets = (rule: object, target = {}) => outcome([cilium("c", { egress: [rule] })], target);
    assert.equal(lets(database), "open");
    assert.equal(lets({ toCIDR: ["203.0.113.0/24"] }), "blocked");
    assert.equal(lets({ toCIDRSet: [{ cidr: "198.51.100.0/24", except: ["198.51.100.0/28"] }] }), "blocked");
    assert.equal(lets({ toCIDRSet: [{ cidrGroupRef: "unread" }] }), "unknown");
    for (const [entity, verdict] of Object.entries({
      world: "open",
      all: "open",
      "world-ipv4": "open",
      "world-ipv6": "blocked",
      cluster: "blocked",
      host: "blocked",
      "kube-apiserver": "unknown",
      "made-up": "unknown",
    }))
      assert.equal(lets({ toEntities: [entity] }), verdict, entity);
    assert.equal(lets({ toFQDNs: [{ matchName: "db.example.com" }] }), "open");
    assert.equal(lets({ toFQDNs: [{ matchPattern: "*.example.com" }] }), "open");
    assert.equal(lets({ toFQDNs: [{ matchPattern: "*.com" }] }), "blocked", "a star stays within a label");
    assert.equal(lets({ toFQDNs: [{ matchPattern: "*" }] }), "open");
    assert.equal(lets({ toFQDNs: [{ matchName: "other.example.com" }] }), "blocked");
    assert.equal(lets({ toFQDNs: [{ matchName: "a.example.com" }] }, { host: "198.51.100.7" }), "unknown");
    assert.equal(lets({ toEndpoints: [{}] }), "blocked");
    assert.equal(lets({ toServices: [{ k8sService: { serviceName: "x" } }] }), "unknown", "not modelled");
  });

  it("heed ports; what restricts requests is not known", () => {
    const lets = (rule: object) => outcome([cilium("c", { egress: [{ ...database, ...rule }] })]);
    assert.equal(lets(port("3306")), "open");
    assert.equal(lets(port("3307")), "blocked");
    assert.equal(lets(port("3300", { endPort: 3310 })), "open");
    assert.equal(lets(port("3306", { protocol: "UDP" })), "blocked");
    assert.equal(lets(port("3306", { protocol: "ANY" })), "open");
    assert.equal(lets(port("0")), "open");
    assert.equal(lets(port("3306", {}, { http: [{ method: "GET" }] })), "unknown");
    assert.equal(lets({ icmps: [{ fields: [{ type: 8 }] }] }), "blocked");
  });

  it("mean pods of their own namespace, unless they name others", () => {
    const world = (from: object, kind = cilium) =>
      worldOf(
        namespace("shop"),
        namespace("data", { team: "data" }),
        app("web"),
        app("db", "data"),
        kind("c", { endpointSelector: { matchLabels: { app: "db" } }, ingress: [{ fromEndpoints: [from] }] }, "data"),
      );
    const talk = (from: object, kind = cilium) => {
      const input = world(from, kind);
      return new Network(input).betweenPods(workload(input, "web"), workload(input, "db"), 5432).verdict;
    };
    assert.equal(talk({}), "blocked");
    assert.equal(talk({}, clusterwide as typeof cilium), "open");
    assert.equal(talk({ matchLabels: { "k8s:io.kubernetes.pod.namespace": "shop" } }), "open");
    assert.equal(talk({ matchExpressions: [{ key: "io.kubernetes.pod.namespace", operator: "Exists" }] }), "open");
    assert.equal(talk({ matchLabels: { "io.cilium.k8s.namespace.labels.team": "data" } }), "blocked");
    assert.equal(talk({ matchLabels: { "reserved:host": "" } }), "unknown");
  });

  it("hold with several rules in one object", () => {
    const object = {
      ...cilium("c", {}),
      spec: undefined,
      specs: [{ endpointSelector: { matchLabels: { app: "web" } }, egress: [{}] }],
    };
    const { verdict, because } = bypass([object]);
    assert.equal(verdict, "blocked");
    assert.equal(because[0]?.field, "specs[0].egress");
  });
});

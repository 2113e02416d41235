import assert from "node:assert/strict";
import { analyse } from "../../analyse.js";
import { parseManifests } from "../../input/parse.js";
import { said } from "../said.js";
import { app, bypass, namespace, nothingLeaves, outcome } from "./networkScene.js";

const fqdn = (spec: object) => ({
  apiVersion: "networking.gke.io/v1alpha1",
  kind: "FQDNNetworkPolicy",
  metadata: { name: "f", namespace: "shop" },
  spec: { podSelector: { matchLabels: { app: "web" } }, ...spec },
});
const matching = (match: object, ports?: object[]) =>
  fqdn({ egress: [{ matches: [match], ...(ports ? { ports } : {}) }] });

describe("policies about names, of GKE", () => {
  it("add what they allow to what NetworkPolicies allow", () => {
    assert.equal(outcome([nothingLeaves, matching({ name: "db.example.com" })]), "open");
    assert.equal(outcome([nothingLeaves, matching({ name: "other.example.com" })]), "blocked");
    assert.equal(outcome([nothingLeaves, matching({ pattern: "*.example.com" })]), "open");
    assert.equal(outcome([nothingLeaves, matching({ pattern: "*.com" })]), "blocked");
    assert.equal(
      outcome([nothingLeaves, matching({ name: "db.example.com" }, [{ protocol: "TCP", port: 3307 }])]),
      "blocked",
    );
  });

  it("leave open what happens to pods that no NetworkPolicy selects", () => {
    assert.equal(outcome([matching({ name: "db.example.com" })]), "open");
    assert.equal(outcome([matching({ name: "other.example.com" })]), "unknown");
  });

  it("tell targets of one address apart by their names", () => {
    const objects = [nothingLeaves, matching({ name: "db.example.com" })];
    assert.equal(outcome(objects, { host: "db.example.com" }), "open");
    assert.equal(outcome(objects, { host: "admin.example.com" }), "blocked");
  });
});

describe("policies of kinds that are not modelled", () => {
  const kinds: [apiVersion: string, kind: string, inNamespace: boolean][] = [
    ["network.alibabacloud.com/v1beta2", "GlobalNetworkPolicy", false],
    ["network.alibabacloud.com/v1beta2", "TrafficPolicy", true],
    ["network.alibabacloud.com/v1beta2", "GlobalTrafficPolicy", false],
    ["crd.antrea.io/v1beta1", "ClusterNetworkPolicy", false],
    ["crd.antrea.io/v1beta1", "NetworkPolicy", true],
    ["k8s.ovn.org/v1", "EgressFirewall", true],
    ["k8s.ovn.org/v1", "UserDefinedNetwork", true],
    ["k8s.ovn.org/v1", "ClusterUserDefinedNetwork", false],
    ["network.openshift.io/v1", "EgressNetworkPolicy", true],
    ["vpcresources.k8s.aws/v1beta1", "SecurityGroupPolicy", true],
    ["policy.vendor.example.com/v9", "SuperNetworkPolicy", true],
    ["policy.vendor.example.com/v9", "TrafficPolicy", false],
  ];
  const object = ([apiVersion, kind, inNamespace]: (typeof kinds)[number], spec: object = {}, place = "shop") => ({
    apiVersion,
    kind,
    metadata: { name: "p", ...(inNamespace ? { namespace: place } : {}) },
    spec,
  });

  for (const one of kinds) {
    it(`make it unknown whether pods may connect: ${one[1]} of ${one[0]}`, () => {
      assert.equal(outcome([object(one)]), "unknown");
      assert.equal(outcome([nothingLeaves, object(one)]), "unknown", "they may allow what others deny");
      const { because } = bypass([object(one)]);
      assert.match(said(because[0]), new RegExp(`does not model ${one[1]} of ${one[0].split("/")[0]}`));
    });
  }

  it("decide nothing for pods of other namespaces, or that their selector leaves out", () => {
    for (const one of kinds.filter(([, , inNamespace]) => inNamespace))
      assert.equal(outcome([object(one, {}, "other")]), "open", one[1]);
    const [ack] = kinds;
    assert.ok(ack);
    assert.equal(outcome([object(ack, { podSelector: { matchLabels: { app: "x" } } })]), "open");
    assert.equal(outcome([object(ack, { podSelector: { matchLabels: { app: "web" } } })]), "unknown");
    const antrea = (labels: object) =>
      outcome([
        object(["crd.antrea.io/v1beta1", "ClusterNetworkPolicy", false], {
          appliedTo: [{ podSelector: { matchLabels: labels } }],
        }),
      ]);
    assert.equal(antrea({ app: "x" }), "open");
    assert.equal(antrea({ app: "web" }), "unknown");
  });

  it("are named among the problems, with their place", () => {
    const text = [namespace("shop"), app("web"), ...kinds.map((one) => object(one))].map((one) => JSON.stringify(one));
    const { problems } = analyse(parseManifests(text.join("\n---\n"), "dump.yaml"));
    const named = problems.filter(({ id }) => id === "policy-not-modelled");
    // One name stands for the objects of two versions of ClusterNetworkPolicy here.
    assert.equal(named.length, kinds.length);
    assert.match(said(named[0]), /^GlobalNetworkPolicy p is of a kind that the analysis does not model/);
    assert.equal(named[0]?.source?.file, "dump.yaml");
  });

  it("are not what only limits an ingress gateway, or is not enforced", () => {
    for (const [apiVersion, kind] of [
      ["gateway.envoyproxy.io/v1alpha1", "BackendTrafficPolicy"],
      ["projectcalico.org/v3", "StagedNetworkPolicy"],
    ] as const)
      assert.equal(outcome([{ apiVersion, kind, metadata: { name: "p", namespace: "shop" }, spec: {} }]), "open");
  });
});

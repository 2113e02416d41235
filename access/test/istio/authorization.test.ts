import assert from "node:assert/strict";
import { AuthorizationPolicies, type Connection } from "../../istio/config/authorization.js";
import { meshSettings } from "../../istio/config/settings.js";
import type { MeshOptions } from "../../model/model.js";
import { buildWorld } from "../../model/world.js";
import { read } from "./meshScene.js";

const caller: Connection = {
  port: 15443,
  sni: "db.example.com",
  principal: "cluster.local/ns/shop/sa/cart",
  namespace: "shop",
  sourceAddresses: ["10.0.0.7"],
  destinationAddresses: [],
};

/** What the policies, each written as a spec, make of a connection to a gateway's pods. */
function decide(
  specs: string[],
  connection: Partial<Connection> = {},
  mesh: MeshOptions = {},
  http = false,
  annotations = "{}",
): unknown {
  const text = specs
    .map(
      (spec, index) =>
        `{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: p${index}, namespace: egress, annotations: ${annotations}}, spec: ${spec}}`,
    )
    .join("\n---\n");
  const world = buildWorld(read(text));
  const [plane] = world.planes.all;
  assert.ok(plane);
  const settings = meshSettings(plane, { mesh });
  const set = new AuthorizationPolicies(world, settings).forWorkload("egress", { istio: "egressgateway" }, http);
  return set.decide({ ...caller, ...connection }).allowed;
}

const from = (source: string): string => `{rules: [{from: [{source: ${source}}]}]}`;

describe("authorization on TCP", () => {
  it("lets everyone through without a policy, and nobody under one without rules", () => {
    assert.equal(decide([]), true);
    assert.equal(decide(["{}"]), false);
    assert.equal(decide(["{}", "{rules: [{}]}"]), true);
  });

  it("matches principals exactly, by prefix and by suffix", () => {
    assert.equal(decide([from("{principals: [cluster.local/ns/shop/sa/cart]}")]), true);
    assert.equal(decide([from("{principals: ['cluster.local/ns/shop/*']}")]), true);
    assert.equal(decide([from("{principals: ['*/sa/cart']}")]), true);
    assert.equal(decide([from("{principals: ['*']}")]), true);
    assert.equal(decide([from("{principals: [cluster.local/ns/shop/sa/other]}")]), false);
    assert.equal(decide([from("{notPrincipals: [cluster.local/ns/shop/sa/cart]}")]), false);
  });

  it("matches namespaces, service accounts and trust domains", () => {
    assert.equal(decide([from("{namespaces: [shop]}")]), true);
    assert.equal(decide([from("{namespaces: ['sh*']}")]), true);
    assert.equal(decide([from("{namespaces: [sho]}")]), false);
    assert.equal(decide([from("{serviceAccounts: [shop/cart]}")]), true);
    assert.equal(decide([from("{serviceAccounts: [cart]}")]), false);
    assert.equal(decide([from("{trustDomains: [cluster.local]}")]), true);
    assert.equal(decide([from("{trustDomains: [other]}")]), false);
  });

  it("never matches an identity where there is no certificate, and always its opposite", () => {
    const bare = { principal: undefined, namespace: undefined };
    assert.equal(decide([from("{namespaces: [shop]}")], bare), false);
    assert.equal(decide([from("{principals: ['*']}")], bare), false);
    assert.equal(decide([from("{notNamespaces: [shop]}")], bare), true);
  });

  it("takes cluster.local in a principal for the mesh's trust domain and its aliases", () => {
    const mesh = { trustDomain: "corp", trustDomainAliases: ["old"] };
    const policy = from("{principals: [cluster.local/ns/shop/sa/cart]}");
    assert.equal(decide([policy], { principal: "corp/ns/shop/sa/cart" }, mesh), true);
    assert.equal(decide([policy], { principal: "old/ns/shop/sa/cart" }, mesh), true);
    assert.equal(decide([policy], { principal: "foreign/ns/shop/sa/cart" }, mesh), false);
    const corp = from("{principals: [corp/ns/shop/sa/cart]}");
    assert.equal(decide([corp], { principal: "old/ns/shop/sa/cart" }, mesh), true);
    const foreign = from("{principals: [foreign/ns/shop/sa/cart]}");
    assert.equal(decide([foreign], { principal: "corp/ns/shop/sa/cart" }, mesh), false);
    assert.equal(decide([foreign], { principal: "foreign/ns/shop/sa/cart" }, mesh), true);
  });

  it("takes one trust domain of the mesh for all of them, and a star in it for any text without a slash", () => {
    const mesh = { trustDomain: "corp", trustDomainAliases: ["old"] };
    const old = { principal: "old/ns/shop/sa/cart" };
    assert.equal(decide([from("{trustDomains: [corp]}")], old, mesh), true);
    assert.equal(decide([from("{trustDomains: ['o*d']}")], old, mesh), true);
    assert.equal(decide([from("{trustDomains: ['x*d']}")], old, mesh), false);
    assert.equal(decide([from("{trustDomains: [foreign]}")], old, mesh), false);
    assert.equal(decide([from("{trustDomains: ['*']}")], { principal: undefined }, mesh), false);
  });

  it("distinguishes connections by SNI and port", () => {
    const when = (value: string): string => `{rules: [{when: [{key: connection.sni, values: [${value}]}]}]}`;
    assert.equal(decide([when("db.example.com")]), true);
    assert.equal(decide([when("'*.example.com'")]), true);
    assert.equal(decide([when("other.example.com")]), false);
    assert.equal(decide([when("'*'")], { sni: undefined }), false);
    assert.equal(decide(["{rules: [{to: [{operation: {ports: ['15443']}}]}]}"]), true);
    assert.equal(decide(["{rules: [{to: [{operation: {ports: ['13306']}}]}]}"]), false);
    assert.equal(decide(["{rules: [{to: [{operation: {notPorts: ['15443']}}]}]}"]), false);
  });

  it("drops an ALLOW rule with a field of HTTP, and only the field from a DENY rule", () => {
    const rule = "rules: [{from: [{source: {namespaces: [shop]}}], to: [{operation: {methods: [GET]}}]}]";
    assert.equal(decide([`{action: ALLOW, ${rule}}`]), false);
    assert.equal(decide([`{action: DENY, ${rule}}`]), false);
    assert.equal(decide([`{action: DENY, rules: [{to: [{operation: {methods: [GET]}}]}]}`]), false);
    assert.equal(
      decide([
        `{action: DENY, rules: [{from: [{source: {namespaces: [other]}}], to: [{operation: {methods: [GET]}}]}]}`,
      ]),
      true,
    );
  });

  it("puts DENY over ALLOW, and ignores AUDIT and dry runs", () => {
    assert.equal(decide(["{rules: [{}]}", `{action: DENY, ${from("{namespaces: [shop]}").slice(1)}`]), false);
    assert.equal(decide(["{action: AUDIT, rules: [{}]}"]), true);
    const dryRun = (value: string) => `{istio.io/dry-run: "${value}"}`;
    assert.equal(decide(["{action: DENY, rules: [{}]}"], {}, {}, false, dryRun("true")), true);
    assert.equal(decide(["{action: DENY, rules: [{}]}"], {}, {}, false, dryRun("false")), false);
    assert.equal(decide(["{}"], {}, {}, false, dryRun("true")), true);
  });

  it("does not guess addresses that the input does not tell", () => {
    assert.equal(decide([from("{ipBlocks: [10.0.0.0/24]}")]), true);
    assert.equal(decide([from("{ipBlocks: [10.1.0.0/24]}")]), false);
    assert.equal(decide([from("{ipBlocks: [10.1.0.0/24]}")], { sourceAddresses: [] }), "unknown");
    assert.equal(decide([from("{ipBlocks: [0.0.0.0/0]}")], { sourceAddresses: [] }), true);
    const scattered = { sourceAddresses: ["10.0.0.7", "10.1.0.7"] };
    assert.equal(decide([from("{ipBlocks: [10.1.0.0/24]}")], scattered), "unknown");
    assert.equal(decide([from("{ipBlocks: [10.0.0.0/8]}")], scattered), true);
    assert.equal(decide([from("{ipBlocks: [10.2.0.0/16]}")], scattered), false);
  });

  it("leaves CUSTOM open, and HTTP fields where requests decide", () => {
    assert.equal(decide(["{action: CUSTOM, provider: {name: x}, rules: [{}]}"]), "unknown");
    assert.equal(decide(["{rules: [{to: [{operation: {methods: [GET]}}]}]}"], {}, {}, true), "unknown");
  });

  it("selects by labels in the workload's namespace, and everywhere from the root namespace", () => {
    assert.equal(decide(["{selector: {matchLabels: {istio: egressgateway}}}"]), false);
    assert.equal(decide(["{selector: {matchLabels: {istio: other}}}"]), true);
    assert.equal(decide(["{targetRefs: [{kind: Gateway, name: egress}]}"]), true);
  });
});

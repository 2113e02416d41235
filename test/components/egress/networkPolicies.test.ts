import assert from "node:assert/strict";
import type { INetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import type { TrafficMode } from "../../../settings/trafficModes.js";
import { manifestsIn, ofKind } from "./paths.js";

const privateRanges = ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"];

/** The address blocks a mode's database is opened to, and what is left out of them. */
function opened(mode: TrafficMode, name: string, more: object = {}) {
  const policy = ofKind<INetworkPolicy>(manifestsIn(mode, more), "NetworkPolicy").find(
    ({ metadata }) => metadata?.name === name,
  );
  return policy?.spec?.egress?.[0]?.to?.map(({ ipBlock }) => ipBlock);
}

describe("The way out to any host of a wildcard", () => {
  for (const [mode, policy] of [
    ["tls-wildcard", "egressgateway-to-orders"],
    ["tls-wildcard-direct", "direct-to-orders"],
  ] as const) {
    it(`leads to no private, link-local or loopback address in ${mode}`, () => {
      const except = opened(mode, policy)?.[0]?.except;
      assert.deepEqual(except, ["127.0.0.0/8", "169.254.0.0/16", ...privateRanges]);
    });

    it(`leads to the ranges that are named, and nowhere else, in ${mode}`, () => {
      assert.deepEqual(opened(mode, policy, { ranges: ["10.9.0.0/24"] }), [{ cidr: "10.9.0.0/24" }]);
    });
  }

  it("is open for every pod of a client's namespace where there is no gateway", () => {
    const policies = ofKind<INetworkPolicy>(manifestsIn("tls-wildcard-direct"), "NetworkPolicy");
    assert.deepEqual(policies.map(({ metadata, spec }) => [metadata?.namespace, spec?.podSelector]).sort(), [
      ["billing", {}],
      ["shop", {}],
    ]);
  });
});

/** The policies of a mode by their place, as the API server gets them. */
function policiesIn(mode: TrafficMode, more: object = {}) {
  const policies = ofKind<INetworkPolicy>(manifestsIn(mode, more), "NetworkPolicy");
  return Object.fromEntries(policies.map(({ metadata, spec }) => [`${metadata?.namespace}/${metadata?.name}`, spec]));
}

const inNamespace = (name: string) => ({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } });
const gatewayPods = { matchLabels: { istio: "egressgateway" } };
const outside = {
  ipBlock: {
    cidr: "0.0.0.0/0",
    except: ["127.0.0.0/8", "169.254.0.0/16", "100.100.100.200/32", "10.244.0.0/16", "10.96.0.0/12"],
  },
};

describe("The way out to one database", () => {
  const toDatabase = [{ to: [outside], ports: [{ port: 27017, protocol: "TCP" }] }];

  it("is open for the gateway's pods alone, to the database's port outside the cluster", () => {
    assert.deepEqual(policiesIn("tcp-gateway-mtls", { port: 27017 }), {
      "istio-egress/egressgateway-to-orders": {
        podSelector: gatewayPods,
        policyTypes: ["Egress"],
        egress: toDatabase,
      },
    });
  });

  it("is open for every pod of the clients' namespaces where a mode goes there directly", () => {
    const direct = { podSelector: {}, policyTypes: ["Egress"], egress: toDatabase };
    assert.deepEqual(policiesIn("tcp-direct", { port: 27017 }), {
      "billing/direct-to-orders": direct,
      "shop/direct-to-orders": direct,
    });
  });

  it("has both sides of the hop where the database has a port of its own on the gateway", () => {
    const ports = [{ port: 13306, protocol: "TCP" }];
    const toGateway = {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [{ to: [{ ...inNamespace("istio-egress"), podSelector: gatewayPods }], ports }],
    };
    const { "istio-egress/egressgateway-to-orders": onward, ...hop } = policiesIn("tcp-gateway-mtls", {
      gatewayPort: 13306,
    });
    assert.ok(onward);
    assert.deepEqual(hop, {
      "billing/egressgateway-for-orders": toGateway,
      "shop/egressgateway-for-orders": toGateway,
      "istio-egress/egressgateway-from-clients-of-orders": {
        podSelector: gatewayPods,
        policyTypes: ["Ingress"],
        ingress: [{ from: [inNamespace("billing"), inNamespace("shop")], ports }],
      },
    });
  });
});

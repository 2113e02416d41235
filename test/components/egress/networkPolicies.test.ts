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

import assert from "node:assert/strict";
import { leftBehind } from "../../scenarios/apiListing.js";

describe("what a removed stack leaves behind", () => {
  const before = new Set([" namespace/default"]);

  it("is a fault unless it is known to stay", () => {
    const after = new Set([...before, "shop configmap/leftover"]);
    assert.deepEqual(leftBehind(before, after), { byDesign: [], faults: ["shop configmap/leftover"] });
  });

  it("may be Istio's CRDs and its root certificates, with the reason", () => {
    const crd = " customresourcedefinition.apiextensions.k8s.io/gateways.networking.istio.io";
    const { byDesign, faults } = leftBehind(before, new Set([...before, crd, "default configmap/istio-ca-root-cert"]));
    assert.deepEqual(faults, []);
    assert.equal(byDesign.length, 2);
  });

  it("does not count what was there before", () => {
    assert.deepEqual(leftBehind(before, before), { byDesign: [], faults: [] });
  });
});

import assert from "node:assert/strict";
import { standing, untouched } from "../../teams/untouched.js";

describe("What another team's stack touched", () => {
  const before = new Map([
    ["Gateway istio-egress/shop--ledger", "u1 1"],
    ["Service istio-egress/egressgateway", "u2 "],
  ]);

  it("is nothing where all stands as it was, whatever has come beside it", () => {
    const after = new Map([...before, ["Gateway istio-egress/depot--ledger", "u3 1"]]);
    assert.deepEqual(untouched(before, after), { passed: true, seen: "2 objects as they were" });
  });

  it("is what was changed, made anew or removed", () => {
    const changed = new Map([["Gateway istio-egress/shop--ledger", "u1 2"]]);
    assert.deepEqual(untouched(before, changed), {
      passed: false,
      seen: "Gateway istio-egress/shop--ledger, Service istio-egress/egressgateway",
    });
  });

  it("is read from identity and generation, and an object without one counts too", async () => {
    const kubectl = async () => "Namespace /shop\tu1 \nGateway istio-egress/shop--ledger\tu2 3\n";
    assert.deepEqual(
      [...(await standing(kubectl))],
      [
        ["Namespace /shop", "u1 "],
        ["Gateway istio-egress/shop--ledger", "u2 3"],
      ],
    );
  });
});

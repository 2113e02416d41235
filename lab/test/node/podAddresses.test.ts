import assert from "node:assert/strict";

import { hostInterface, PodAddresses } from "../../node/podAddresses.js";

describe("the host end of a pod's interface", () => {
  it("is named by the hash Calico uses", () => {
    // printf '%s' demo.web-1 | sha1sum | cut -c1-11
    assert.equal(hostInterface("demo", "web-1"), "cali9beb1ed9b53");
  });
});

describe("pod addresses", () => {
  it("are not given twice while in use", () => {
    const addresses = new PodAddresses("10.244.0.0/16");
    const taken = Array.from({ length: 600 }, () => addresses.take());
    assert.equal(new Set(taken).size, 600);
    assert.equal(taken[0], "10.244.1.0");
  });

  it("come back only after all others had their turn", () => {
    const addresses = new PodAddresses("10.0.0.0/29", 2);
    const first = addresses.take();
    addresses.release(first);
    assert.deepEqual(
      [2, 3, 4, 5].map(() => addresses.take()),
      ["10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6"],
    );
    assert.equal(addresses.take(), first);
    assert.throws(() => addresses.take(), /in use/);
  });
});

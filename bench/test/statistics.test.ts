import assert from "node:assert/strict";
import { growthExponent, median, quantile, ratio, spread } from "../statistics.js";

describe("the benchmark's statistics", () => {
  it("takes the middle of the samples, whatever their order", () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 3, 2]), 2.5);
    assert.equal(quantile([1, 2, 3, 4, 5], 0.75), 4);
    assert.throws(() => median([]), /no samples/);
  });

  it("tells the exponent of growth", () => {
    const power = (exponent: number) => [10, 100, 1_000].map((size) => ({ size, samples: [7 * size ** exponent] }));
    for (const exponent of [0, 0.5, 1, 2])
      assert.ok(Math.abs((growthExponent(power(exponent)) ?? NaN) - exponent) < 1e-9);
    assert.equal(growthExponent([{ size: 10, samples: [1] }]), undefined, "one size says nothing of growth");
    assert.equal(growthExponent([10, 100].map((size) => ({ size, samples: [0] }))), undefined, "nothing does not grow");
  });

  it("compares samples of one turn, so that what slows a whole turn slows no ratio", () => {
    assert.equal(ratio([2, 20, 200], [1, 10, 100]), 2);
  });

  it("tells the spread as a share of the median", () => {
    assert.equal(spread([90, 100, 110]), 0.1);
    assert.equal(spread([0, 0]), 0);
  });
});

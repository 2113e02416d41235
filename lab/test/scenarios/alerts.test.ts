import assert from "node:assert/strict";
import { alertNames } from "../../../settings/alerts.js";
import { faults, littleMemory } from "../../alerts/faults.js";

describe("The scenario of alerts", () => {
  it("has a fault for every alert", () => {
    const fired = new Set([...faults, littleMemory].flatMap(({ fires }) => fires));
    assert.deepEqual([...fired].sort(), [...alertNames].sort());
  });
});

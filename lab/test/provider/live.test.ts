import assert from "node:assert/strict";
import { liveInputs } from "../../provider/live.js";

describe("inputs read back from a live object", () => {
  it("stay as written when the API server only rewrote or completed them", () => {
    const inputs = { spec: { cpu: "0.5" } };
    const applied = { spec: { cpu: "500m", policy: "Always" }, status: { seen: 1 } };
    assert.deepEqual(liveInputs(inputs, applied, { ...applied, status: { seen: 2 } }), inputs);
  });

  it("show a value somebody changed", () => {
    const inputs = { spec: { cpu: "0.5", memory: "1Gi" } };
    const applied = { spec: { cpu: "500m", memory: "1Gi" } };
    const live = { spec: { cpu: "2", memory: "1Gi" } };
    assert.deepEqual(liveInputs(inputs, applied, live), { spec: { cpu: "2", memory: "1Gi" } });
  });

  it("lose a value somebody removed", () => {
    assert.deepEqual(liveInputs({ a: 1, b: 2 }, { a: 1, b: 2 }, { a: 1 }), { a: 1 });
  });

  it("leave out what others add to a list of named things", () => {
    const inputs = { containers: [{ name: "app", image: "app" }] };
    const applied = { containers: [{ name: "app", image: "app" }] };
    const live = {
      containers: [
        { name: "sidecar", image: "proxy" },
        { name: "app", image: "app" },
      ],
    };
    assert.deepEqual(liveInputs(inputs, applied, live), inputs);
  });

  it("show what others add to a plain list", () => {
    const inputs = { hosts: ["a.example"] };
    assert.deepEqual(liveInputs(inputs, inputs, { hosts: ["a.example", "b.example"] }), {
      hosts: ["a.example", "b.example"],
    });
  });
});

import assert from "node:assert/strict";
import { changes, conceal, containsSecret, pathText, reveal, secret } from "../../provider/properties.js";

describe("properties of the lab's provider", () => {
  it("names what changed by its path, in the engine's notation", () => {
    const before = {
      spec: { ports: [{ name: "a", port: 1 }] },
      metadata: { labels: { "app.kubernetes.io/name": "x" } },
    };
    const after = {
      spec: {
        ports: [
          { name: "b", port: 1 },
          { name: "c", port: 2 },
        ],
      },
      metadata: { labels: { "app.kubernetes.io/name": "y" } },
    };
    assert.deepEqual(
      changes(before, after).map(({ path, kind }) => `${kind} ${pathText(path)}`),
      ["update spec.ports[0].name", "add spec.ports[1]", 'update metadata.labels["app.kubernetes.io/name"]'],
    );
  });

  it("sees no change when a value only becomes secret", () => {
    assert.deepEqual(changes({ data: { password: "x" } }, { data: secret({ password: "x" }) }), []);
  });

  it("sees a change inside a secret", () => {
    assert.deepEqual(changes({ data: secret({ password: "x" }) }, { data: secret({ password: "y" }) }), [
      { path: ["data", "password"], kind: "update" },
    ]);
  });

  it("marks in the outputs what was secret in the inputs, and a list as a whole", () => {
    const inputs = { data: { open: "a", closed: secret("b") }, list: [{ value: secret("c") }] };
    const outputs = conceal({ data: { open: "a", closed: "b" }, list: [{ value: "c" }], status: "ok" }, inputs);
    assert.deepEqual(outputs, {
      data: { open: "a", closed: secret("b") },
      list: secret([{ value: "c" }]),
      status: "ok",
    });
  });

  it("sends plain values to the API server, and no nulls", () => {
    const revealed = reveal({ data: secret({ password: secret("x"), unset: null }) });
    assert.deepEqual(revealed, { data: { password: "x" } });
    assert.equal(containsSecret(revealed), false);
  });
});

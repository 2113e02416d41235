import assert from "node:assert/strict";
import { type Variant, variantManifests, variants } from "../../lab/gatewayVariants.js";

const variant = (id: string): Variant => {
  const found = variants.find((each) => each.id === id);
  assert.ok(found, `there is no variant ${id}`);
  return found;
};

/** A variant's objects, with the one name by which each differs from all others made equal. */
const text = (id: string): string =>
  JSON.stringify(variantManifests(variant(id)), undefined, 1).replaceAll(new RegExp(`\\b${id}\\b`, "g"), "it");

describe("gateways of which each has one thing changed", () => {
  it("differ from the one as it is in what their name says", () => {
    const changes: Record<string, RegExp> = {
      "pair-rsa": /"replicas": 2/,
      worker: /concurrency\\":1/,
      tls12: /"maxProtocolVersion": "TLSV1_2"/,
      "pair-ecdsa": /ECC_SIGNATURE_ALGORITHM/,
      buffers: /listenerPerConnectionBufferLimitBytes\\":32768/,
    };
    for (const [id, change] of Object.entries(changes)) {
      assert.match(text(id), change);
      assert.doesNotMatch(text("same"), change);
    }
    assert.match(text("same"), /upstream_connect_mode/);
    assert.doesNotMatch(text("eager"), /upstream_connect_mode/);
    assert.match(text("same"), /tcpKeepalive/);
    assert.doesNotMatch(text("silent"), /tcpKeepalive|maxConnections/);
  });

  it("differ in nothing else", () => {
    const lines = new Set(text("same").split("\n"));
    for (const { id } of variants) {
      const others = text(id)
        .split("\n")
        .filter((line) => !lines.has(line));
      assert.ok(others.length <= 3, `${id}:\n${others.join("\n")}`);
    }
  });
});

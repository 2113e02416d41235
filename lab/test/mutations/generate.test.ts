import assert from "node:assert/strict";
import { deltaOf } from "../../mesh/delta.js";
import { baseManifests } from "../../mutations/base.js";
import { mutations, type Mutation } from "../../mutations/generate.js";

const base = baseManifests();

function first(count: number, seed: number, group: "mesh" | "network"): Mutation[] {
  const found: Mutation[] = [];
  for (const mutation of mutations(base, seed, group)) {
    found.push(mutation);
    if (found.length === count) break;
  }
  return found;
}

describe("generated configurations", () => {
  it("are the same for the same seed, and others for another", () => {
    assert.deepEqual(first(20, 1, "mesh"), first(20, 1, "mesh"));
    assert.notDeepEqual(first(20, 1, "mesh"), first(20, 2, "mesh"));
  });

  it("differ from the base, in one place or two", () => {
    for (const { manifests, steps } of [...first(100, 3, "mesh"), ...first(100, 3, "network")]) {
      const { apply, remove } = deltaOf(base, manifests);
      assert.ok(apply.length + remove.length >= 1, steps.join("; "));
      assert.ok(steps.length <= 2, steps.join("; "));
    }
  });

  it("leave the base as it is", () => {
    const before = JSON.stringify(base);
    first(100, 4, "mesh");
    assert.equal(JSON.stringify(base), before);
  });

  it("touch every kind that decides a path", () => {
    const touched = first(300, 5, "mesh").flatMap(({ manifests }) => deltaOf(base, manifests).apply);
    const kinds = new Set(touched.map(({ kind }) => kind));
    for (const kind of ["ServiceEntry", "VirtualService", "DestinationRule", "Gateway", "Service", "Sidecar"]) {
      assert.ok(kinds.has(kind), kind);
    }
    for (const kind of ["AuthorizationPolicy", "PeerAuthentication"]) assert.ok(kinds.has(kind), kind);
  });
});

import assert from "node:assert/strict";
import type { PlannedResource } from "../../plan/recording.js";
import { planStack } from "../../plan/stack.js";
import { database, smallStack, writeStack } from "./stackFiles.js";

async function byUrn(own: Record<string, unknown>): Promise<Map<string, PlannedResource>> {
  const { resources } = await planStack(writeStack(own));
  return new Map(resources.map((resource) => [resource.urn, resource]));
}

/** URNs that are new, gone, or created with other inputs. */
function difference(before: Map<string, PlannedResource>, after: Map<string, PlannedResource>) {
  const changed = (urn: string) => JSON.stringify(before.get(urn)?.inputs) !== JSON.stringify(after.get(urn)?.inputs);
  return {
    added: [...after.keys()].filter((urn) => !before.has(urn)),
    removed: [...before.keys()].filter((urn) => !after.has(urn)),
    changed: [...before.keys()].filter((urn) => after.has(urn) && changed(urn)),
  };
}

describe("Resources of a stack", () => {
  it("stay as they are when databases and namespaces are listed in another order", async () => {
    const reordered = {
      ...smallStack,
      databases: [...smallStack.databases].reverse(),
      namespaces: [...smallStack.namespaces].reverse(),
    };
    const { added, removed, changed } = difference(await byUrn(smallStack), await byUrn(reordered));
    assert.deepEqual({ added, removed, changed }, { added: [], removed: [], changed: [] });
  });

  for (const place of [0, 1, 3])
    it(`get a new database's own ones and no other change, when it comes at place ${place}`, async () => {
      const databases = smallStack.databases.toSpliced(place, 0, database("parcels"));
      const { added, removed, changed } = difference(
        await byUrn(smallStack),
        await byUrn({ ...smallStack, databases }),
      );
      assert.deepEqual({ removed, changed }, { removed: [], changed: [] });
      assert.ok(added.length > 0);
      for (const urn of added) assert.match(urn, /parcels/);
    });

  it("keep every Service when a database with a port of its own comes", async () => {
    const own = { ...database("parcels"), gatewayPort: 15501 };
    const before = await byUrn(smallStack);
    const after = await byUrn({ ...smallStack, databases: [...smallStack.databases, own] });
    assert.deepEqual(difference(before, after).changed, []);
  });

  it("have names that are unique", async () => {
    const { resources } = await planStack(writeStack(smallStack));
    assert.equal(new Set(resources.map(({ urn }) => urn)).size, resources.length);
  });

  it("wait for the mesh that brings their types and for their namespaces", async () => {
    const { resources } = await planStack(writeStack(smallStack));
    const nameOf = (urn: string) => urn.split("::").at(-1) ?? "";
    const before = (name: string): string[] =>
      (resources.find((resource) => resource.name === name)?.dependencies ?? [])
        .map(nameOf)
        .flatMap((needed) => [needed, ...before(needed)]);
    const entry = resources.map(({ name }) => name).find((name) => name.includes("serviceentry-istio-egress/orders"));
    const needed = before(entry ?? "");
    for (const name of [
      "platform-namespace-shop-namespace-shop",
      "platform-namespace-istio-egress-namespace-istio-egress",
    ]) {
      assert.ok(needed.includes(name), name);
      assert.ok(before(name).includes("platform-mesh-istiod"), name);
    }
    // Whoever leads connections to the gateway finds its pods there, and they find their policies.
    for (const kind of ["deployment", "authorizationpolicy", "envoyfilter"])
      assert.ok(
        needed.some((name) => name.startsWith(`platform-gateway-${kind}-`)),
        kind,
      );
  });
});

import assert from "node:assert/strict";
import { mongoRecipeFor, recipeFor } from "../../lab/recipe.js";

describe("the recipe as its users paste it", () => {
  const one = { name: "one", host: "one.example.com", clientNamespace: "team-0", gatewayPort: 15001 };
  const two = { name: "two", host: "two.example.com", clientNamespace: "team-0", gatewayPort: 15002 };

  it("has five objects for each database, and none of one database is one of another's", () => {
    const objects = [...recipeFor(one), ...recipeFor(two)];
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
    assert.equal(new Set(names).size, 10, names.join(", "));
  });

  it("routes to the gateway, host and subset of its own database", () => {
    const texts = recipeFor(one).map((object) => JSON.stringify(object));
    const [route = ""] = texts.filter((text) => text.includes('"VirtualService"'));
    for (const part of ["recipe-egress/istio-egressgateway-one", "mysql-gateway-mTLS-one", "one.example.com", "15001"])
      assert.ok(route.includes(part), `${part} is missing in ${route}`);
    assert.ok(!texts.some((text) => text.includes("istio-system")), "nothing is left of the recipe's own gateway");
  });

  it("leads MongoDB through the same gateway, plain and over TLS", () => {
    for (const [wire, port] of [
      ["tcp", 27017],
      ["tls", 27018],
    ] as const) {
      const text = JSON.stringify(mongoRecipeFor(one, wire));
      for (const part of ["one.example.com", "recipe-egress/istio-egressgateway-one", `"number":${port}`, "15001"])
        assert.ok(text.includes(part), `${part} is missing in ${text}`);
      assert.doesNotMatch(text, /istio-system|bookinfo|"mongo"|:443/);
    }
  });
});

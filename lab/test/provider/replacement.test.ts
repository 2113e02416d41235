import assert from "node:assert/strict";
import { replacesObject } from "../../provider/replacement.js";

const asUsual = { configMapsAreMutable: false, secretsAreMutable: false };

describe("replacement of an object", () => {
  const replaces = (kind: string, path: (string | number)[], mutability = asUsual) =>
    replacesObject({ path, kind: "update" }, { kind }, mutability);

  it("follows from a change of its identity", () => {
    assert.equal(replaces("Service", ["metadata", "name"]), true);
    assert.equal(replaces("Service", ["metadata", "namespace"]), true);
    assert.equal(replaces("Service", ["metadata", "labels", "name"]), false);
  });

  it("follows from a change the API server refuses", () => {
    assert.equal(replaces("Deployment", ["spec", "selector", "matchLabels", "app"]), true);
    assert.equal(replaces("Deployment", ["spec", "replicas"]), false);
    assert.equal(replaces("RoleBinding", ["roleRef", "name"]), true);
  });

  it("follows from new content of a ConfigMap, unless the provider may change it in place", () => {
    assert.equal(replaces("ConfigMap", ["data", "a.b"]), true);
    assert.equal(replaces("ConfigMap", ["data", "a.b"], { ...asUsual, configMapsAreMutable: true }), false);
  });
});

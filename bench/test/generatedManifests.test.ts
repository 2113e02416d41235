import assert from "node:assert/strict";
import { analyse } from "mesh-access";
import { generatedManifests } from "../generatedManifests.js";

describe("the benchmark's generated mesh", () => {
  const size = { workloads: 30, databases: 20, policies: 100 };
  const manifests = generatedManifests(size);

  it("has the size that was asked for", () => {
    const policies = manifests.filter(({ kind }) => kind === "AuthorizationPolicy" || kind === "NetworkPolicy");
    assert.equal(policies.length, size.policies);
    assert.equal(manifests.filter(({ kind }) => kind === "ServiceEntry").length, size.databases);
  });

  it("leads every database's one client to it and nobody else, so that the analysis has the usual work", () => {
    const { summary } = analyse(manifests);
    assert.equal(summary.workloads, size.workloads);
    assert.equal(summary.targets, size.databases);
    assert.equal(summary.mesh.gateway, size.databases);
    assert.equal(summary.mesh.blocked, size.databases * (size.workloads - 1));
  });
});

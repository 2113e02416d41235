import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ExistingCluster } from "../../../components/cluster/existing.js";
import { recordStack } from "../recordedStack.js";

const network = { podCidr: "10.244.0.0/16", serviceCidr: "10.96.0.0/12", policyEngine: "calico" as const };

describe("ExistingCluster", () => {
  it("keeps a kubeconfig given in the clear as a secret", async () => {
    const { made } = await recordStack(() => new ExistingCluster("here", { kubeconfig: "clusters: []", network }));
    assert.ok(made.kubeconfig);
    assert.equal(await pulumi.isSecret(made.kubeconfig), true);
  });

  it("does not let a renewed kubeconfig replace everything", async () => {
    const { one } = await recordStack(() => new ExistingCluster("here", { kubeconfig: "clusters: []", network }));
    assert.equal(one("here-provider").inputs.clusterIdentifier, "here");
  });

  it("takes a provider of the user's own and makes none", async () => {
    const { made, ofType } = await recordStack(() => {
      const provider = new k8s.Provider("mine");
      return { provider, cluster: new ExistingCluster("here", { provider, network }) };
    });
    assert.equal(made.cluster.provider, made.provider);
    assert.equal(made.cluster.kubeconfig, undefined);
    assert.deepEqual(
      ofType("pulumi:providers:kubernetes").map(({ name }) => name),
      ["mine"],
    );
  });

  it("refuses a provider beside a kubeconfig, because they may name two clusters", async () => {
    await assert.rejects(
      recordStack(() => new ExistingCluster("here", { provider: new k8s.Provider("mine"), context: "other", network })),
      /Leave out kubeconfig and context/,
    );
  });
});

import assert from "node:assert/strict";
import type { KubernetesObject } from "../../provider/cluster.js";
import { readinessOf } from "../../provider/readiness.js";

function deployment(status: Record<string, number>, conditions: KubernetesObject["status"] = []): KubernetesObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "x", generation: 2 },
    spec: { replicas: 2 },
    status: { ...status, conditions },
  } as KubernetesObject;
}

describe("readiness of an object", () => {
  it("waits for the controller to see a change, then for every pod of the new revision", () => {
    const complete = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
    const stateOf = (status: Record<string, number>) => readinessOf(deployment(status)).state;
    assert.equal(stateOf({ ...complete, observedGeneration: 1 }), "waiting");
    assert.equal(stateOf({ ...complete, updatedReplicas: 1 }), "waiting");
    assert.equal(stateOf({ ...complete, availableReplicas: 1 }), "waiting");
    assert.equal(stateOf({ ...complete, replicas: 3 }), "waiting");
    assert.equal(stateOf(complete), "ready");
  });

  it("gives up a rollout the controller has given up", () => {
    const stuck = [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "no image" }];
    assert.deepEqual(readinessOf(deployment({ observedGeneration: 2 }, stuck)), {
      state: "failed",
      reason: "no image",
    });
  });

  it("waits until a custom resource definition is served", () => {
    const crd = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", metadata: {} };
    assert.equal(readinessOf(crd).state, "waiting");
    const status = { conditions: [{ type: "Established", status: "True" }] };
    assert.equal(readinessOf({ ...crd, status } as KubernetesObject).state, "ready");
  });

  it("counts kinds without a rule as ready", () => {
    assert.equal(readinessOf({ apiVersion: "v1", kind: "ConfigMap", metadata: {} }).state, "ready");
  });
});

import assert from "node:assert/strict";
import { overlay } from "../../input/overlay.js";
import type { KubernetesObject } from "../../model/model.js";

const object = (kind: string, name: string, more: object = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: "shop" },
  ...more,
});
const namespace = (labels: Record<string, string>): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "shop", labels },
});
const deployment = (image: string): KubernetesObject => ({
  ...object("Deployment", "gateway", { spec: { template: { spec: { containers: [{ image }] } } } }),
  apiVersion: "apps/v1",
});

describe("A stack's objects on a cluster", () => {
  it("replace those of the same name and keep their age; all others stay", () => {
    const before = object("Service", "a", { spec: { before: true } });
    before.metadata.creationTimestamp = "2026-01-01T00:00:00Z";
    const merged = overlay([before, object("Service", "b")], {
      objects: [object("Service", "a", { spec: { after: true } }), object("Service", "c")],
    });
    assert.deepEqual(
      merged.map(({ metadata, spec }) => [metadata.name, metadata.creationTimestamp, spec]),
      [
        ["a", "2026-01-01T00:00:00Z", { after: true }],
        ["b", undefined, undefined],
        ["c", undefined, undefined],
      ],
    );
  });

  it("add their labels to a namespace that exists", () => {
    const [merged] = overlay([namespace({ team: "shop", level: "one" })], {
      objects: [namespace({ "istio-injection": "enabled", level: "two" })],
    });
    assert.deepEqual(merged?.metadata.labels, { team: "shop", "istio-injection": "enabled", level: "two" });
  });

  it("rest on what the stack assumes only as far as the cluster does not hold it", () => {
    const assumed = [deployment("assumed"), object("Service", "gateway"), namespace({ assumed: "true" })];
    const kinds = (cluster: KubernetesObject[]) => overlay(cluster, { objects: [], assumed }).map(({ kind }) => kind);
    assert.deepEqual(kinds([]), ["Deployment", "Service", "Namespace"]);
    assert.deepEqual(kinds([deployment("real")]), ["Namespace", "Deployment"]);
    const [real] = overlay([namespace({ real: "true" })], { objects: [], assumed: [namespace({ assumed: "true" })] });
    assert.deepEqual(real?.metadata.labels, { real: "true" });
  });
});

import assert from "node:assert/strict";
import { buildWorld } from "../model/world.js";
import { read } from "./istio/meshScene.js";

const deployment = `
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {istio-injection: enabled}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {template: {spec: {containers: [{name: app}]}}}}
`;

/** A pod of the Deployment as a cluster holds it. */
const pod = (name: string, containers: string[], status = "{phase: Pending}"): string =>
  `---
{apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: shop, creationTimestamp: "2026-01-01T00:00:00Z", labels: {pod-template-hash: abc}, ownerReferences: [{kind: ReplicaSet, name: web-abc}]}, spec: {containers: [${containers.map((one) => `{name: ${one}}`).join()}]}, status: ${status}}
`;

const sidecarOf = (...pods: string[]) => {
  const { workloads } = buildWorld(read([deployment, ...pods].join("")));
  assert.deepEqual(
    workloads.map(({ kind, name }) => `${kind}/${name}`),
    ["Deployment/web"],
  );
  return workloads[0]?.sidecar.present;
};

describe("a workload's sidecar", () => {
  it("is what its template will get", () => assert.equal(sidecarOf(), true));

  it("is what its pods have, where they run", () => {
    assert.equal(sidecarOf(pod("web-abc-1", ["app"])), false);
    assert.equal(sidecarOf(pod("web-abc-1", ["app", "istio-proxy"])), true);
  });

  it("is not known where its pods differ, with an address or still without", () => {
    const address = "{phase: Running, podIP: 10.0.0.1}";
    assert.equal(sidecarOf(pod("web-abc-1", ["app", "istio-proxy"], address), pod("web-abc-2", ["app"])), "unknown");
    assert.equal(sidecarOf(pod("web-abc-1", ["app", "istio-proxy"]), pod("web-abc-2", ["app"])), "unknown");
  });

  it("is none of a pod that has ended", () => {
    assert.equal(sidecarOf(pod("web-abc-1", ["app"], "{phase: Succeeded}")), true);
  });
});

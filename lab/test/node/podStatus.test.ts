import assert from "node:assert/strict";

import { podStatus, type ContainerView } from "../../node/podStatus.js";

const now = new Date("2026-01-01T00:00:00Z");
const running = { running: { startedAt: now } };
const ended = (exitCode: number) => ({ terminated: { exitCode } });

function container(role: ContainerView["role"], change: Partial<ContainerView>): ContainerView {
  const state = { waiting: { reason: "PodInitializing" } };
  return { name: role, image: "i", role, state, started: false, ready: false, restarts: 0, ...change };
}

function status(containers: ContainerView[], restartPolicy = "Always") {
  const pod = { spec: { containers: [], restartPolicy } };
  const found = podStatus(pod, { address: "10.244.1.7", hostAddress: "10.240.0.1", startTime: now, containers }, now);
  const ready = found.conditions?.find(({ type }) => type === "Ready")?.status;
  const initialized = found.conditions?.find(({ type }) => type === "Initialized")?.status;
  return { phase: found.phase, initialized, ready };
}

describe("a pod's status", () => {
  const app = container("app", { state: running, started: true, ready: true });

  it("is pending until its init containers have ended well and its sidecars have started", () => {
    const waiting = container("app", {});
    assert.deepEqual(status([container("init", { state: running }), waiting]), {
      ...{ phase: "Pending", initialized: "False", ready: "False" },
    });
    const done = container("init", { state: ended(0) });
    assert.equal(status([done, container("sidecar", { state: running }), waiting]).initialized, "False");
    assert.equal(status([done, container("sidecar", { state: running, started: true }), waiting]).initialized, "True");
  });

  it("is ready when every container is, its sidecars included", () => {
    const sidecar = container("sidecar", { state: running, started: true });
    assert.deepEqual(status([sidecar, app]), { phase: "Running", initialized: "True", ready: "False" });
    assert.equal(status([{ ...sidecar, ready: true }, app]).ready, "True");
  });

  it("stays running while a container that ended is to be started again", () => {
    const crashed = container("app", { state: { waiting: { reason: "CrashLoopBackOff" } }, lastState: ended(1) });
    assert.deepEqual(status([crashed]), { phase: "Running", initialized: "True", ready: "False" });
  });

  it("is succeeded or failed when containers that are not started again have ended", () => {
    assert.equal(status([container("app", { state: ended(0) })], "Never").phase, "Succeeded");
    assert.equal(status([container("app", { state: ended(1) })], "Never").phase, "Failed");
    assert.equal(status([container("app", { state: ended(1) })], "OnFailure").phase, "Running");
  });

  it("keeps the time of a condition that did not change", () => {
    const before = new Date("2025-01-01T00:00:00Z");
    const conditions = [{ type: "Ready", status: "True", lastTransitionTime: before }];
    const pod = { spec: { containers: [] }, status: { conditions } };
    const view = { address: "10.244.1.7", hostAddress: "10.240.0.1", startTime: now, containers: [app] };
    const ready = podStatus(pod, view, now).conditions?.find(({ type }) => type === "Ready");
    assert.equal(ready?.lastTransitionTime, before);
  });
});

import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { EngineError, Recorder, type Progress } from "../../engine/events.js";

const urn = "urn:pulumi:dev::mesh-egress::kubernetes:core/v1:ConfigMap::look";

function ended(op: string, detailedDiff = {}): EngineEvent {
  const metadata = { urn, type: "kubernetes:core/v1:ConfigMap", op, detailedDiff };
  return { sequence: 0, timestamp: 0, resOutputsEvent: { metadata } } as unknown as EngineEvent;
}

describe("what the engine reports", () => {
  it("becomes one entry for every resource that changes, with the changed properties", () => {
    const recorder = new Recorder(undefined);
    recorder.record(ended("update", { "data.colour": { diffKind: "update", inputDiff: true } }));
    assert.deepEqual(recorder.result().changes, [
      { urn, type: "kubernetes:core/v1:ConfigMap", name: "look", op: "update", paths: { "data.colour": "update" } },
    ]);
  });

  it("leaves out what stays as it is", () => {
    const recorder = new Recorder(undefined);
    recorder.record(ended("same"));
    assert.deepEqual(recorder.result().changes, []);
  });

  it("holds the stack's outputs before and after", () => {
    const recorder = new Recorder(undefined);
    const [old, next] = [{ outputs: { access: {} } }, { outputs: { access: { "a -> b": "gateway" } } }];
    const metadata = { urn, type: "pulumi:pulumi:Stack", op: "same", old, new: next };
    recorder.record({ sequence: 0, timestamp: 0, resOutputsEvent: { metadata } } as unknown as EngineEvent);
    assert.deepEqual(recorder.result().outputDiff, { before: old.outputs, after: next.outputs });
  });

  it("is told on as it happens", () => {
    const seen: Progress[] = [];
    const recorder = new Recorder((progress) => seen.push(progress));
    recorder.record({ sequence: 0, timestamp: 0, resourcePreEvent: ended("create").resOutputsEvent } as EngineEvent);
    recorder.record(ended("create"));
    assert.deepEqual(seen, [
      { finished: 0, inProgress: ["look"] },
      { finished: 1, inProgress: [] },
    ]);
  });

  it("turns into an error that says what went wrong, not which command was run", async () => {
    const recorder = new Recorder(undefined);
    const diagnosticEvent = {
      message: "<{%reset%}>no such kind<{%reset%}>\n",
      color: "raw",
      severity: "error" as const,
    };
    recorder.record({ sequence: 0, timestamp: 0, diagnosticEvent });
    await assert.rejects(
      recorder.watch(() => Promise.reject(new Error("code: 255"))),
      (error: EngineError) => error instanceof EngineError && error.message === "no such kind",
    );
  });
});

import assert from "node:assert/strict";
import { type Blueprint, blueprintOf, judgedManifests } from "../../components/blueprint.js";
import { identityOf } from "../../components/manifest.js";
import { changesForOthers } from "../../plan/changesForOthers.js";
import { controlPlaneLines, controlPlanesOf } from "../../plan/controlPlanes.js";
import { judgeStack } from "../../components/judgement/stackReach.js";
import { loadSettings } from "../../settings/load.js";
import { smallStack } from "./stackFiles.js";

const unnamed = { name: "default", version: "1.31.4" };
const next = { name: "1-32-0" };

/** Workloads of the stack: one with a sidecar, one that refuses it, and one that runs once. */
const workloads = [
  { kind: "manifests", folder: "examples/mysql", namespace: "shop" },
  { kind: "deployment", name: "report", namespace: "billing", image: "example.com/report:1" },
];

function blueprint(mesh: object, more: object = {}): Blueprint {
  return blueprintOf(loadSettings({ ...smallStack, mesh: { kind: "istio", ...mesh }, workloads, ...more }));
}

/** Objects that differ from one step to the next, as `Kind namespace/name`. */
function changed(before: Blueprint, after: Blueprint): string[] {
  const texts = (one: Blueprint) => new Map(one.manifests.map((each) => [identityOf(each), JSON.stringify(each)]));
  const [old, now] = [texts(before), texts(after)];
  return [...new Set([...old.keys(), ...now.keys()])].filter((key) => old.get(key) !== now.get(key)).sort();
}

const steps = {
  start: { version: "1.31.4" },
  both: { version: "1.32.0", revisions: [unnamed, next], defaultRevision: "default" },
  moved: { version: "1.32.0", revisions: [unnamed, next], defaultRevision: "1-32-0" },
  end: { version: "1.32.0", revisions: [next] },
};
const movedObjects = [
  "Namespace /billing",
  "Namespace /istio-egress",
  "Namespace /shop",
  "apps Deployment billing/report",
  "apps Deployment istio-egress/egressgateway",
  "apps Deployment shop/k8s-mysql",
];

describe("An upgrade of the control plane", () => {
  const { start, both, moved, end } = steps;

  it("changes labels and pods in the step that moves them, and nothing in those that add and remove a revision", () => {
    assert.deepEqual(changed(blueprint(start), blueprint(both)), []);
    assert.deepEqual(changed(blueprint(both), blueprint(moved)), movedObjects);
    assert.deepEqual(changed(blueprint(moved), blueprint(end)), []);
  });

  it("moves one namespace, or the gateway alone", () => {
    const shop = [{ name: "shop", revision: "1-32-0" }, { name: "billing" }];
    assert.deepEqual(changed(blueprint(both), blueprint(both, { namespaces: shop })), [
      "Namespace /shop",
      "apps Deployment shop/k8s-mysql",
    ]);
    assert.deepEqual(changed(blueprint(both), blueprint(both, { gateway: { revision: "1-32-0" } })), [
      "Namespace /istio-egress",
      "apps Deployment istio-egress/egressgateway",
    ]);
  });

  it("moves all namespaces of a tag by the tag alone, and restarts the pods", () => {
    const tagged = (stable: string) => ({
      version: "1.32.0",
      revisions: [{ name: "1-31-4", version: "1.31.4" }, next],
      tags: { stable },
      defaultRevision: "stable",
    });
    assert.deepEqual(changed(blueprint(tagged("1-31-4")), blueprint(tagged("1-32-0"))), [
      "admissionregistration.k8s.io MutatingWebhookConfiguration /istio-revision-tag-stable",
      ...movedObjects.filter((object) => object.startsWith("apps")),
    ]);
  });

  it("changes nobody's reach, in any of its steps", () => {
    const reach = (mesh: object) => {
      const settings = loadSettings({ ...smallStack, mesh: { kind: "istio", ...mesh }, workloads });
      const { rows } = judgeStack(judgedManifests(blueprintOf(settings)), settings);
      return [...rows].map(({ from, to, mesh: path, bypass }) => [from, to.host, path.verdict, bypass.verdict]);
    };
    const before = reach(start);
    assert.ok(before.some(([, , verdict]) => verdict === "gateway"));
    const tagged = { revisions: [next], tags: { stable: "1-32-0" }, defaultRevision: "stable" };
    for (const mesh of [both, moved, end, { version: "1.32.0", ...tagged }]) assert.deepEqual(reach(mesh), before);
  });

  it("shows which control plane serves whom, and what restarts when that changes", () => {
    const shop = [{ name: "shop", revision: "1-32-0" }, { name: "billing" }];
    assert.deepEqual(controlPlaneLines(controlPlanesOf(blueprint(both, { namespaces: shop }))).slice(0, -1), [
      "default (Istio 1.31.4): istio-egress, billing",
      "  restarts with its namespace: Deployment istio-egress/egressgateway, Deployment billing/report",
      "1-32-0 (Istio 1.32.0): shop",
      "  restarts with its namespace: Deployment shop/k8s-mysql",
    ]);
    assert.deepEqual(controlPlanesOf(blueprint(start)), []);
  });

  it("says of pods that are not the stack's that they keep their control plane until they restart", () => {
    const adopted = { namespaces: [{ name: "shop", management: "adopt" }, { name: "billing" }] };
    const told = changesForOthers(blueprint(moved, adopted)).filter(({ id }) => id === "namespace-revision");
    assert.deepEqual(
      told.map(({ args }) => args),
      [{ namespace: "shop", revision: "1-32-0" }],
    );
  });
});

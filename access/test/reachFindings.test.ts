import assert from "node:assert/strict";
import { analyse } from "../analyse.js";
import { inOrderOfHarm } from "../output/findingLines.js";
import type { KubernetesObject } from "../model/model.js";
import { change, read, recipe } from "./istio/meshScene.js";

const allowed = change(
  recipe("rds"),
  "AuthorizationPolicy",
  "rds",
  (spec: { action: string }) => (spec.action = "ALLOW"),
);

const plain = (...names: string[]): KubernetesObject[] =>
  read(
    [
      "{apiVersion: v1, kind: Namespace, metadata: {name: plain, labels: {istio-injection: disabled}}}",
      ...names.map(
        (name) =>
          `{apiVersion: apps/v1, kind: Deployment, metadata: {name: ${name}, namespace: plain}, spec: {template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: c, image: c}]}}}}`,
      ),
    ].join("\n---\n"),
  );
const deny = (namespace: string) =>
  read(
    `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: ${namespace}}, spec: {podSelector: {}, policyTypes: [Egress]}}`,
  );

const past = (objects: KubernetesObject[]) =>
  inOrderOfHarm(analyse(objects).findings).flatMap(({ id, args, pairs }) =>
    id.endsWith("-past-gateway") ? [[id, args["workloads"], pairs]] : [],
  );

describe("Databases behind a gateway that others reach past it", () => {
  it("are named before all else, with how many pairs of workload and database do", () => {
    const { findings } = analyse([...allowed, ...plain("job", "web")]);
    const [first] = inOrderOfHarm(findings);
    assert.equal(first?.id, "no-sidecar-past-gateway");
    assert.deepEqual([first.args["workloads"], first.pairs], [["plain/job", "plain/web"], 2]);
  });

  it("are not those that network policy keeps from them", () => {
    const open = past([...allowed, ...plain("job")]);
    const closed = past([...allowed, ...plain("job"), ...deny("plain")]);
    assert.deepEqual(
      closed,
      open.filter(([id]) => id !== "no-sidecar-past-gateway"),
    );
    assert.ok(open.some(([id]) => id === "bypass-past-gateway"));
  });

  it("are said of so many workloads, and the rest is counted", () => {
    const [[, workloads, pairs] = []] = past([...allowed, ...plain(..."abcdefgh")]);
    assert.equal(pairs, 8);
    assert.equal((workloads as string[]).at(-1), "and 2 more");
  });
});

import assert from "node:assert/strict";
import { analyse } from "../../analyse.js";
import type { KubernetesObject } from "../../model/model.js";

const key = "mesh-egress/gateway-node";
const set = { nodeSelector: { [key]: "true" }, tolerations: [{ key, operator: "Equal", value: "true" }] };

const namespace = (name: string) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

function deployment(namespaceName: string, name: string, spec: object, template: object = {}): KubernetesObject {
  const metadata = { labels: { app: name }, ...template };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: namespaceName },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata, spec: { containers: [{ name: "c", image: "c" }], ...spec } },
    },
  };
}

const gateway = (spec: object) =>
  deployment("istio-egress", "egressgateway", spec, {
    labels: { istio: "egressgateway", "sidecar.istio.io/inject": "true" },
    annotations: { "inject.istio.io/templates": "gateway" },
  });

const asmGateway = {
  apiVersion: "istio.alibabacloud.com/v1beta1",
  kind: "IstioGateway",
  metadata: { name: "egressgateway", namespace: "istio-system" },
  spec: { gatewayType: "egress", podLabels: { istio: "egressgateway" }, ...set },
};

function guests(...objects: object[]): unknown[] {
  const spaces = ["istio-egress", "istio-system", "tools", "kube-system"].map(namespace);
  const { findings } = analyse([...spaces, ...objects] as KubernetesObject[], {});
  return findings.filter(({ id }) => id === "gateway-node-guest").map(({ args }) => args["guests"]);
}

const all = { tolerations: [{ operator: "Exists" }] };

describe("Pods on the nodes of a gateway", () => {
  for (const [how, spec] of [
    ["by the taint's key", { tolerations: [{ key, operator: "Exists" }] }],
    ["by key and value", { tolerations: [{ key, value: "true", effect: "NoSchedule" }] }],
    ["by tolerating every taint", all],
    ["with its label", set],
    ["by another operator", { tolerations: [{ key, operator: "Gt", value: "1" }] }],
    [
      "after a toleration of another taint",
      { tolerations: [{ key: "spot", operator: "Exists" }, { operator: "Exists" }] },
    ],
  ] as const)
    for (const [what, own] of [
      ["a Deployment", gateway(set)],
      ["a gateway of ASM", asmGateway],
    ] as const)
      it(`are named where they get there ${how}, beside ${what}`, () => {
        assert.deepEqual(guests(own, deployment("tools", "guest", spec)), [["Deployment tools/guest"]]);
      });

  it("are named together, with the field of each that lets it in", () => {
    const cronJob = {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "nightly", namespace: "tools" },
      spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: "c", image: "c" }], ...all } } } } },
    };
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "debug", namespace: "tools" },
      spec: { containers: [{ name: "c", image: "c" }], ...all },
    };
    const objects = [...["istio-egress", "tools"].map(namespace), gateway(set), cronJob, pod];
    const { findings } = analyse(objects as KubernetesObject[], {});
    const [finding, ...others] = findings.filter(({ id }) => id === "gateway-node-guest");
    assert.deepEqual(others, []);
    assert.deepEqual(finding?.because.map(({ kind, field }) => `${kind} ${field}`).sort(), [
      "CronJob spec.jobTemplate.spec.template.spec.tolerations[0]",
      "Pod spec.tolerations[0]",
    ]);
  });

  it("are none where no toleration admits them, nor on nodes that are nobody's alone", () => {
    const none = [{}, { tolerations: [{ key: "spot", operator: "Exists" }] }, { tolerations: [{ key, value: "no" }] }];
    for (const spec of none) assert.deepEqual(guests(gateway(set), deployment("tools", "other", spec)), []);
    assert.deepEqual(guests(gateway({}), deployment("tools", "guest", all)), []);
    assert.deepEqual(guests(gateway({ tolerations: set.tolerations }), deployment("tools", "guest", all)), []);
    const waiting = { ...set, tolerations: [{ key: "node.kubernetes.io/not-ready", operator: "Exists" }] };
    assert.deepEqual(guests(gateway(waiting), deployment("tools", "guest", all)), []);
    assert.deepEqual(guests(gateway(set), deployment("kube-system", "agent", all)), []);
  });
});

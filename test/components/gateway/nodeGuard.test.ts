import assert from "node:assert/strict";
import { blueprintOf } from "../../../components/blueprint.js";
import { nodeGuardManifests, type NodeGuardArgs } from "../../../components/gateway/nodeGuard.js";
import type { Manifest } from "../../../components/manifest.js";
import { loadSettings } from "../../../settings/load.js";
import { readStackFile } from "../../../settings/stackFile.js";
import { assertFollowsSchema } from "../crdSchemas.js";
import { smallStack } from "../../plan/stackFiles.js";

interface Policy extends Manifest {
  spec: {
    failurePolicy: string;
    matchConstraints: { resourceRules: { resources: string[]; operations: string[] }[] };
    matchConditions?: { expression: string }[];
    validations: { expression: string }[];
  };
}
interface Binding extends Manifest {
  spec: {
    policyName: string;
    validationActions: string[];
    matchResources: { namespaceSelector: { matchExpressions?: { values: string[] }[]; matchLabels?: object } };
  };
}

const istio: NodeGuardArgs = {
  gateway: { name: "egressgateway", namespace: "istio-egress", selector: { istio: "egressgateway" } },
  mesh: { kind: "istio", rootNamespace: "istio-system" },
};
const asm: NodeGuardArgs = {
  gateway: { ...istio.gateway, namespace: "istio-system" },
  mesh: { kind: "asm", rootNamespace: "istio-system" },
};

function guard(args: NodeGuardArgs) {
  const [nodes, nodesBinding, pods, podsBinding] = nodeGuardManifests(args) as [Policy, Binding, Policy, Binding];
  return { nodes, nodesBinding, pods, podsBinding };
}

const guardsOf = (manifests: Manifest[]) =>
  manifests.filter(
    ({ kind, metadata }) =>
      kind.startsWith("ValidatingAdmission") && /gateway-(nodes|pods)\.mesh-egress$/.test(metadata.name),
  );

describe("What keeps gateway nodes to the gateway", () => {
  it("is what the API server takes, and refuses where it cannot decide", () => {
    for (const args of [istio, asm]) {
      for (const manifest of nodeGuardManifests(args)) assertFollowsSchema(manifest);
      const { nodes, nodesBinding, pods, podsBinding } = guard(args);
      assert.deepEqual([nodes.spec.failurePolicy, pods.spec.failurePolicy], ["Fail", "Fail"]);
      for (const [policy, binding] of [
        [nodes, nodesBinding],
        [pods, podsBinding],
      ] as const) {
        assert.equal(binding.spec.policyName, policy.metadata.name);
        assert.deepEqual(binding.spec.validationActions, ["Deny"]);
      }
    }
  });

  it("looks at every pod that is made or given another toleration, and at ways into the gateway's own", () => {
    const resources = ({ spec }: Policy) =>
      spec.matchConstraints.resourceRules.map(({ resources: of, operations }) => [of, operations]);
    const { nodes, pods } = guard(istio);
    assert.deepEqual(resources(nodes), [[["pods"], ["CREATE", "UPDATE"]]]);
    assert.deepEqual(resources(pods), [
      [["pods/exec", "pods/attach"], ["CONNECT"]],
      [["pods/ephemeralcontainers"], ["UPDATE"]],
    ]);
    const expressions = nodes.spec.validations.map(({ expression }) => expression).join("\n");
    for (const field of ["tolerations", "nodeSelector", "nodeName", "mesh-egress/gateway-node"])
      assert.ok(expressions.includes(field), field);
  });

  it("spares the namespaces of Kubernetes, the cloud and the mesh, and of agents that are named, by name", () => {
    const spared = (args: NodeGuardArgs) =>
      guard(args).nodesBinding.spec.matchResources.namespaceSelector.matchExpressions?.[0]?.values ?? [];
    const names = spared({ ...istio, exceptNamespaces: ["logging"] });
    for (const namespace of ["kube-system", "gke-managed-system", "arms-prom", "istio-system", "logging"])
      assert.ok(names.includes(namespace), namespace);
    assert.ok(!names.includes("istio-egress"));
  });

  it("does not spare the namespace of ASM's gateways, where others may make pods too", () => {
    const { nodesBinding, nodes, podsBinding, pods } = guard(asm);
    const [except] = nodesBinding.spec.matchResources.namespaceSelector.matchExpressions ?? [];
    assert.ok(!except?.values.includes("istio-system"));
    assert.match(
      nodes.spec.matchConditions?.[0]?.expression ?? "",
      /request\.namespace == "istio-system" && .*"istio"/,
    );
    assert.deepEqual(podsBinding.spec.matchResources.namespaceSelector.matchLabels, {
      "kubernetes.io/metadata.name": "istio-system",
    });
    assert.match(pods.spec.validations[0]?.expression ?? "", /startsWith\("istio-egressgateway-"\)/);
  });

  it("is part of every stack with gateway nodes, and of no other", () => {
    const stack = (name: string, gateway: object = {}) => {
      const { own } = readStackFile(`stacks/Pulumi.${name}.yaml`);
      return guardsOf(blueprintOf(loadSettings({ ...own, gateway })).manifests).length;
    };
    for (const name of ["rds", "bookinfo"]) assert.equal(stack(name), 4, name);
    assert.equal(stack("retail"), 0, "no database passes a gateway");
    assert.equal(stack("rds", { nodeGuard: { enabled: false } }), 0);
    assert.equal(stack("rds", { dedicatedNodes: false }), 0);
    assert.equal(guardsOf(blueprintOf(loadSettings(smallStack)).manifests).length, 0);
    const dedicated = { ...smallStack, gateway: { dedicatedNodes: true } };
    assert.equal(guardsOf(blueprintOf(loadSettings(dedicated)).manifests).length, 4);
  });
});

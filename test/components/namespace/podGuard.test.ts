import assert from "node:assert/strict";
import { analyse, type KubernetesObject } from "mesh-access";
import { blueprintOf } from "../../../components/blueprint.js";
import { podGuardManifests } from "../../../components/namespace/podGuard.js";
import { loadSettings } from "../../../settings/load.js";
import { database, smallStack } from "../../plan/stackFiles.js";
import { assertFollowsSchema } from "../crdSchemas.js";

interface Binding {
  spec: { matchResources: { namespaceSelector: { matchExpressions: { values: string[] }[] } } };
}

function guarded(stack: object): string[] {
  const databases = [database("orders")];
  const part = blueprintOf(loadSettings({ ...smallStack, databases, ...stack })).parts.find(
    ({ name }) => name === "client-pods",
  );
  const binding = part?.manifests.find(({ kind }) => kind.endsWith("Binding")) as Binding | undefined;
  return binding?.spec.matchResources.namespaceSelector.matchExpressions[0]?.values ?? [];
}

describe("What keeps pods of clients in the mesh", () => {
  it("is what the API server takes", () => {
    for (const manifest of podGuardManifests({ gateway: { name: "egressgateway" }, namespaces: ["shop"] }))
      assertFollowsSchema(manifest);
  });

  it("is for clients' namespaces that the stack creates, and others that ask for it", () => {
    const other = { name: "tools" };
    assert.deepEqual(guarded({ namespaces: [{ name: "shop" }, other] }), ["shop"]);
    assert.deepEqual(
      guarded({
        namespaces: [
          { name: "shop", podGuard: false },
          { ...other, podGuard: true },
        ],
      }),
      ["tools"],
    );
    assert.deepEqual(guarded({ namespaces: [{ name: "shop", management: "adopt" }] }), []);
  });
});

describe("Pods in a client's namespace", () => {
  const objects = (spec: object, annotations: object = {}): KubernetesObject[] =>
    [
      { kind: "Namespace", apiVersion: "v1", metadata: { name: "shop", labels: { "istio-injection": "enabled" } } },
      {
        apiVersion: "networking.istio.io/v1",
        kind: "ServiceEntry",
        metadata: { name: "orders", namespace: "shop" },
        spec: {
          hosts: ["orders.db.example.com"],
          ports: [{ number: 5432, name: "tcp", protocol: "TCP" }],
          resolution: "DNS",
        },
      },
      ...[
        ["client", {}, {}],
        ["agent", spec, annotations],
      ].map(([name, own, notes]) => ({
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name, namespace: "shop" },
        spec: {
          template: {
            metadata: { labels: { app: name }, annotations: notes },
            spec: { containers: [{ name: "c", image: "c" }], ...(own as object) },
          },
        },
      })),
    ] as KubernetesObject[];
  const found = (spec: object, annotations: object = {}) =>
    analyse(objects(spec, annotations), {}).findings.flatMap(({ id, args }) =>
      id === "unconfined-pods" || id === "interception-excluded" ? [`${id}: ${String(args["pods"])}`] : [],
    );
  const container = (securityContext: object) => ({ containers: [{ name: "c", image: "c", securityContext }] });
  const agent = "Deployment shop/agent";

  for (const [what, spec] of [
    ["use the node's network", { hostNetwork: true }],
    ["are privileged", container({ privileged: true })],
    ["may change their packet rules", container({ capabilities: { add: ["NET_ADMIN"] } })],
  ] as const)
    it(`are named where they ${what}`, () => assert.deepEqual(found(spec), [`unconfined-pods: ${agent}`]));

  const traffic = "traffic.sidecar.istio.io";
  for (const [what, spec, annotations] of [
    ["run as the proxy's user", { securityContext: { runAsUser: 1337 } }, {}],
    ["exclude a database's port", {}, { [`${traffic}/excludeOutboundPorts`]: "5432" }],
    ["exclude addresses", {}, { [`${traffic}/excludeOutboundIPRanges`]: "10.0.0.0/8" }],
    ["include some addresses only", {}, { [`${traffic}/includeOutboundIPRanges`]: "10.0.0.0/8" }],
    ["are not intercepted", {}, { "sidecar.istio.io/interceptionMode": "NONE" }],
  ] as const)
    it(`are named where they ${what}`, () =>
      assert.deepEqual(found(spec, annotations), [`interception-excluded: ${agent}`]));

  it("are not named for what databases do not need", () => {
    assert.deepEqual(found({}, { [`${traffic}/excludeOutboundPorts`]: "8125" }), []);
    assert.deepEqual(found({}, { [`${traffic}/excludeOutboundIPRanges`]: "169.254.169.254/32" }), []);
    assert.deepEqual(found(container({ capabilities: { add: ["NET_BIND_SERVICE"] } })), []);
  });
});

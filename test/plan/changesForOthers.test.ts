import assert from "node:assert/strict";
import { blueprintOf } from "../../components/blueprint.js";
import { changesForOthers, writtenChange } from "../../plan/changesForOthers.js";
import { loadSettings } from "../../settings/load.js";
import { database, smallStack } from "./stackFiles.js";

/** A stack in namespaces, and on a mesh, that others use. */
const guest = {
  ...smallStack,
  mesh: { kind: "istio", install: false },
  namespaces: [
    { name: "shop", management: "adopt" },
    { name: "billing", management: "use" },
  ],
};

const blueprint = (more: object = {}) => blueprintOf(loadSettings({ ...guest, ...more }));
const changes = (more: object = {}) => changesForOthers(blueprint(more));
const ids = (more: object = {}) => changes(more).map(({ id }) => id);
const objects = (more: object = {}) =>
  blueprint(more).manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`);

describe("On a cluster and a mesh that exist, a stack", () => {
  it("writes nothing for the whole mesh, and denies nothing in namespaces that it does not create", () => {
    const written = objects();
    assert.deepEqual(
      written.filter((object) => object.includes(" istio-system/")),
      [],
    );
    const policies = written.filter((object) => object.startsWith("NetworkPolicy "));
    assert.ok(policies.length > 0);
    assert.ok(policies.every((object) => object.startsWith("NetworkPolicy istio-egress/")));
  });

  it("leaves the Pod Security level of namespaces alone, and the labels of one that it uses as it is", () => {
    const namespaces = blueprint().manifests.filter(({ kind }) => kind === "Namespace");
    const labels = Object.fromEntries(namespaces.map(({ metadata }) => [metadata.name, metadata.labels]));
    assert.deepEqual(labels["shop"], { "istio-injection": "enabled" });
    assert.equal(labels["billing"], undefined);
  });

  it("writes no policy into a client's namespace that denies nothing, in any mode", () => {
    for (const mode of [{ trafficMode: "tcp-direct" }, { trafficMode: "tcp-gateway", gatewayPort: 15500 }]) {
      const open = { ...database("orders"), ...mode, clients: [{ namespace: "shop" }] };
      const written = objects({ databases: [open] });
      assert.deepEqual(
        written.filter((object) => object.startsWith("NetworkPolicy shop/")),
        [],
        mode.trafficMode,
      );
    }
  });

  it("logs the connections of its gateway without touching other proxies", () => {
    const telemetry = blueprint().manifests.filter(({ kind }) => kind === "Telemetry");
    assert.deepEqual(
      telemetry.map(({ metadata, spec }) => [metadata.namespace, (spec as { selector?: object }).selector]),
      [["istio-egress", { matchLabels: { istio: "egressgateway" } }]],
    );
  });

  for (const [what, more, id, object] of [
    ["mesh-wide mutual TLS", { mutualTls: { mode: "STRICT" } }, "mesh-mutual-tls", "PeerAuthentication istio-system/"],
    ["mesh-wide telemetry", { observability: { scope: "mesh" } }, "mesh-telemetry", "Telemetry istio-system/"],
    [
      "default deny in a namespace",
      { network: { isolation: { namespaces: ["shop"] } } },
      "default-deny",
      "NetworkPolicy shop/default-deny",
    ],
    [
      "policies of the whole cluster",
      { network: { globalIsolation: { enabled: true } } },
      "global-policy",
      "GlobalNetworkPolicy ",
    ],
    [
      "mutual TLS of a namespace",
      { mutualTls: { namespaces: [{ namespace: "shop", mode: "STRICT" }] } },
      "namespace-mutual-tls",
      "PeerAuthentication shop/",
    ],
    [
      "limits on what sidecars import",
      { namespaces: [{ name: "shop", management: "adopt", importsFrom: "declared" }, { name: "billing" }] },
      "sidecar-imports",
      "Sidecar shop/default",
    ],
    [
      "a quota",
      { namespaces: [{ name: "shop", management: "use", quota: { pods: 3 } }, { name: "billing" }] },
      "namespace-quota",
      "ResourceQuota shop/quota",
    ],
    ["a mesh", { mesh: { kind: "istio" } }, "mesh-installed", "Helm release istio-system/istiod"],
  ] as const)
    it(`names ${what} that is asked for, with the object and the setting that keeps it out`, () => {
      assert.ok(!ids().includes(id), "not unasked");
      const found = changes(more).find((change) => change.id === id);
      assert.ok(found);
      assert.ok(found.object.startsWith(object), found.object);
      for (const text of Object.values(writtenChange(found))) assert.doesNotMatch(text, /[{}]/);
    });

  it("names the databases whose connections change for all pods of a namespace that exists", () => {
    const [route] = changes().filter(({ id }) => id === "database-route");
    assert.deepEqual(route?.args, { namespace: "shop", databases: "orders, stock" });
  });
});

describe("On a cluster of its own, a stack", () => {
  it("has no others to affect", () => {
    const cluster = { cloud: "gke", project: "example-project", region: "europe-west3" };
    const own = blueprintOf(loadSettings({ ...smallStack, cluster }));
    assert.deepEqual(changesForOthers(own), []);
    assert.ok(
      own.manifests.some(
        ({ kind, metadata }) => kind === "PeerAuthentication" && metadata.namespace === "istio-system",
      ),
    );
  });

  it("names the admission policy that keeps pods of every namespace off the gateway's nodes, where it has some", () => {
    const gateway = { dedicatedNodes: true };
    const named = changes({ gateway }).filter(({ id }) => id === "gateway-node-guard");
    assert.deepEqual(
      named.map(({ object }) => object),
      ["ValidatingAdmissionPolicyBinding egressgateway-nodes.mesh-egress"],
    );
    for (const without of [{}, { gateway: { ...gateway, nodeGuard: { enabled: false } } }])
      assert.ok(!ids(without).includes("gateway-node-guard"));
  });
});

import assert from "node:assert/strict";
import { analyse, type KubernetesObject } from "mesh-access";
import { blueprintOf, judgedManifests } from "../../../components/blueprint.js";
import { routeGuardManifests } from "../../../components/gateway/routeGuard.js";
import { optionsOfStack } from "../../../components/judgement/stackOptions.js";
import { loadSettings } from "../../../settings/load.js";
import { smallStack } from "../../plan/stackFiles.js";
import { assertFollowsSchema } from "../crdSchemas.js";

const args = {
  gateway: {
    name: "egressgateway",
    namespace: "istio-egress",
    selector: { istio: "egressgateway" },
    host: "egressgateway.istio-egress.svc.cluster.local",
  },
  mesh: { scopeGateways: false },
};
const policies = (more: object = {}) =>
  routeGuardManifests({ ...args, ...more })
    .filter(({ kind }) => kind === "ValidatingAdmissionPolicy")
    .map(({ metadata }) => metadata.name);

const existing = (gateway: object = {}, mesh: object = {}) =>
  loadSettings({ ...smallStack, mesh: { kind: "istio", ...mesh }, gateway });
function ids(gateway: object, mesh: object, more: KubernetesObject[] = []): string[] {
  const settings = existing(gateway, mesh);
  const objects = [...judgedManifests(blueprintOf(settings)), ...more];
  return analyse(objects, optionsOfStack(settings)).findings.map(({ id }) => id);
}
const unscoped = { scopeGateways: false };
const off = { routeGuard: { enabled: false } };

describe("What keeps other namespaces from the gateway's hosts and servers", () => {
  it("is what the API server takes", () => {
    for (const manifest of routeGuardManifests({ ...args, reservedHosts: ["*.db.example.com"] }))
      assertFollowsSchema(manifest);
  });

  it("looks at servers only where the mesh does not scope Gateways, and at hosts to come where some are named", () => {
    const [servers, hosts, reserved] = ["servers", "hosts", "reserved"].map(
      (end) => `egressgateway-${end}.mesh-egress`,
    );
    assert.deepEqual(policies(), [servers, hosts]);
    assert.deepEqual(policies({ mesh: { scopeGateways: true } }), [hosts]);
    assert.deepEqual(policies({ reservedHosts: ["*.db.example.com"] }), [servers, hosts, reserved]);
  });

  it("is part of every stack that installs a gateway, but on ASM, which refuses the setting", () => {
    const guards = (settings: ReturnType<typeof existing>) =>
      blueprintOf(settings).parts.filter(({ name }) => name === "gateway-routes").length;
    assert.equal(guards(existing()), 1);
    assert.equal(guards(existing(off)), 0);
    assert.throws(
      () => loadSettings({ ...smallStack, mesh: { kind: "asm" }, gateway: { routeGuard: { enabled: true } } }),
      /gateway\.routeGuard\.enabled: true needs admission policies where Istio's objects are/,
    );
  });

  it("leaves no finding; without it any namespace's Gateway or older entry is one", () => {
    assert.deepEqual(ids({}, unscoped), []);
    assert.deepEqual(ids(off, unscoped), ["unguarded-hosts", "unscoped-gateway"]);
    assert.deepEqual(ids(off, {}), ["unguarded-hosts"]);
  });
});

describe("Objects of another namespace", () => {
  const labels = { "istio-injection": "enabled" };
  const other: KubernetesObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "other-team", labels } };
  const networking = "networking.istio.io/v1";

  it("that add a server to the gateway's pods are named, where the mesh applies them", () => {
    const gateway: KubernetesObject = {
      apiVersion: networking,
      kind: "Gateway",
      metadata: { name: "open", namespace: "other-team" },
      spec: {
        selector: { istio: "egressgateway" },
        servers: [
          { port: { number: 15444, name: "tls", protocol: "TLS" }, hosts: ["*"], tls: { mode: "ISTIO_MUTUAL" } },
        ],
      },
    };
    assert.ok(ids({}, unscoped, [other, gateway]).includes("foreign-gateway"));
    assert.ok(!ids({}, {}, [other, gateway]).includes("foreign-gateway"));
  });

  it("that route a database's host are named, where sidecars of a client import them", () => {
    const route = (exportTo: string[]): KubernetesObject => ({
      apiVersion: networking,
      kind: "VirtualService",
      metadata: { name: "orders", namespace: "other-team" },
      spec: { hosts: ["*.example.com"], exportTo, tcp: [{ route: [{ destination: { host: "trap.example.org" } }] }] },
    });
    const foreign = (exportTo: string[], importsFrom?: string) => {
      const namespaces = [{ name: "shop", ...(importsFrom ? { importsFrom } : {}) }, { name: "billing" }];
      const settings = loadSettings({ ...smallStack, namespaces });
      const client: KubernetesObject = {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "client", namespace: "shop" },
        spec: { template: { metadata: { labels: { app: "client" } }, spec: { containers: [{ name: "c" }] } } },
      };
      const objects = [...judgedManifests(blueprintOf(settings)), other, client, route(exportTo)];
      const found = analyse(objects, optionsOfStack(settings)).findings.find(({ id }) => id === "foreign-route");
      return found?.args["namespaces"];
    };
    assert.deepEqual(foreign(["shop"], "all"), ["shop"]);
    assert.deepEqual(foreign(["*"], "all"), ["shop"]);
    assert.equal(foreign(["."], "all"), undefined);
    assert.equal(foreign(["shop"]), undefined);
  });
});

import assert from "node:assert/strict";
import { forwarderOf } from "../../components/egress/forwarder.js";
import { handshakeFirst } from "../../components/gateway/handshakeFirst.js";
import { deployedGateway } from "../../components/gateway/deployedGateway.js";
import { allowKnownCallers, allowNothing } from "../../components/gateway/policies.js";
import { gatewaySchema } from "../../settings/gateway.js";
import type { TrafficMode } from "../../settings/trafficModes.js";
import { analyse, type KubernetesObject } from "mesh-access";
import { gateway as plain, manifestsIn, mesh as facts } from "../components/egress/paths.js";
import { change, read, verdictOf } from "../../access/test/istio/meshScene.js";

const people = read(
  ["shop", "outside", "istio-egress"]
    .map((name) => `{apiVersion: v1, kind: Namespace, metadata: {name: ${name}, labels: {istio-injection: enabled}}}`)
    .join("\n---\n"),
);

function deployment(namespace: string, name: string, serviceAccountName: string): KubernetesObject {
  const template = { metadata: { labels: { app: name } }, spec: { serviceAccountName, containers: [{ name: "app" }] } };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace }, spec: { template } };
}

const shared: typeof plain = { ...plain, callersPolicy: "shared" };
const inChain: typeof plain = { ...plain, callersPolicy: "filterChain" };

/** A gateway, a database in a mode, its client, another service account of its namespace, and a workload of the same name in another namespace. */
function scene(mode: TrafficMode, more: object = {}, gateway = plain): KubernetesObject[] {
  const database = manifestsIn(mode, more, gateway);
  const entry = database.find(({ kind }) => kind === "ServiceEntry")?.spec as { ports: { number: number }[] };
  const port = entry.ports[0]?.number ?? 0;
  const group = forwarderOf({ name: "orders", host: "*.db.example.com", port } as never);
  const forwarders = "via" in more && more.via === "sni-proxy" ? [group] : [];
  const shape = { gateway, settings: gatewaySchema.parse({}), forwarders, statistics: false };
  const policies = [allowNothing(gateway), ...(gateway === plain ? [] : [allowKnownCallers(gateway, facts)])];
  const pods = [...deployedGateway(shape), handshakeFirst(gateway), ...policies];
  const callers = [
    deployment("shop", "orders", "orders"),
    deployment("shop", "other", "default"),
    deployment("outside", "orders", "orders"),
  ];
  // What the network underneath says is tested with the network.
  return [...people, ...callers, ...pods, ...database].filter(({ kind }) => kind !== "NetworkPolicy");
}

const mesh = { outboundTrafficPolicy: "REGISTRY_ONLY" as const, dnsCapture: true };

describe("the traffic modes of this project", () => {
  const host = "orders.db.example.com";
  const modes: [TrafficMode, string, string][] = [
    ["tcp-direct", "direct own-tls-unknown", "direct own-tls-unknown"],
    ["tcp-gateway", "gateway own-tls-unknown,own-tls-unknown", "gateway own-tls-unknown,own-tls-unknown"],
    ["tcp-gateway-mtls", "gateway mutual-tls,own-tls-unknown known", "blocked"],
    ["tls-direct", "direct tls-passthrough", "direct tls-passthrough"],
    ["tls-gateway", "gateway tls-passthrough,tls-passthrough", "gateway tls-passthrough,tls-passthrough"],
    ["tls-gateway-mtls", "gateway mutual-tls+tls-passthrough,tls-passthrough known", "blocked"],
    ["tls-origination", "gateway mutual-tls,tls known", "blocked"],
  ];
  for (const [mode, client, neighbour] of modes) {
    it(`carry the client's connection in ${mode}, and no other namespace's`, () => {
      assert.equal(verdictOf(scene(mode), "shop/orders", host, { mesh }), client);
      assert.equal(verdictOf(scene(mode), "shop/other", host, { mesh }), neighbour);
      assert.equal(verdictOf(scene(mode), "outside/orders", host, { mesh }), "blocked");
      for (const gateway of [shared, inChain]) {
        assert.equal(verdictOf(scene(mode, {}, gateway), "shop/orders", host, { mesh }), client);
        assert.equal(verdictOf(scene(mode, {}, gateway), "shop/other", host, { mesh }), neighbour);
      }
    });
  }

  describe("with a list of clients in the filter chain", () => {
    const clients = [{ namespace: "shop" }, { namespace: "billing", serviceAccounts: ["orders"] }];
    const whole = scene("tcp-gateway-mtls", { clients }, inChain);
    const verdict = (objects: KubernetesObject[], from: string) => verdictOf(objects, from, host, { mesh });

    it("admit every account of a namespace that is a client as a whole", () => {
      assert.match(verdict(whole, "shop/orders"), /^gateway .* known$/);
      assert.match(verdict(whole, "shop/other"), /^gateway .* known$/);
    });

    it("refuse at its first byte a caller that is not on the list, where the handshake lets it in", () => {
      const another = change(whole, "EnvoyFilter", "egressgateway-orders", (_spec, object) => {
        object.spec = JSON.parse(JSON.stringify(object.spec).replace("/ns/shop/sa/", "/ns/shops/sa/")) as object;
      });
      assert.match(verdict(another, "shop/orders"), /^blocked/);
    });

    it("are unknown where the list holds more than names of certificates", () => {
      const odd = change(whole, "EnvoyFilter", "egressgateway-orders", (_spec, object) => {
        object.spec = JSON.parse(JSON.stringify(object.spec).replace('"any":true', '"destination_port":1')) as object;
      });
      assert.equal(verdict(odd, "shop/orders"), "unknown");
    });
  });

  for (const via of ["envoy", "sni-proxy"]) {
    it(`carry any host of a wildcard through the gateway by ${via}, and no host outside it`, () => {
      const objects = scene("tls-wildcard", { via });
      const databases = ["a.db.example.com", "evil.example.org"].map((name) => ({
        host: name,
        port: 443,
        protocol: "tls",
      }));
      const options = { mesh, databases };
      const known = "gateway mutual-tls+tls-passthrough,tls-passthrough known";
      assert.equal(verdictOf(objects, "shop/orders", "a.db.example.com", options), known);
      assert.equal(verdictOf(objects, "shop/orders", "*.db.example.com", options), known);
      assert.equal(verdictOf(objects, "shop/orders", "evil.example.org", options), "blocked");
      assert.equal(verdictOf(objects, "shop/other", "a.db.example.com", options), "blocked");
    });
  }

  it("carry any host of a wildcard straight from the sidecar", () => {
    const databases = [{ host: "a.db.example.com", port: 443, protocol: "tls" }];
    const objects = scene("tls-wildcard-direct");
    assert.equal(verdictOf(objects, "shop/orders", "a.db.example.com", { mesh, databases }), "direct tls-passthrough");
    assert.equal(verdictOf(objects, "outside/orders", "a.db.example.com", { mesh, databases }), "blocked");
  });

  const withoutSni = { mesh, databases: [{ host, port: 443, protocol: "redis", tls: false }] };

  it("carry no client that sends no SNI where the route is by SNI", () => {
    for (const mode of ["tls-direct", "tls-gateway", "tls-gateway-mtls"] as const)
      assert.equal(verdictOf(scene(mode), "shop/orders", host, withoutSni), "blocked", mode);
  });

  it("go by the address that the sidecar's DNS hands out, whatever the SNI, where there is no route", () => {
    const objects = scene("tls-direct").filter(({ kind }) => kind !== "VirtualService");
    assert.equal(verdictOf(objects, "shop/orders", host, withoutSni), "direct own-tls-unknown");
  });
});

describe("a host that two entries of one namespace register, each with its own port", () => {
  it("is unknown, for one of them is cut off", () => {
    const objects = scene("tcp-gateway-mtls");
    const entry = objects.find(({ kind }) => kind === "ServiceEntry");
    const spec = { ...(entry?.spec as object), ports: [{ number: 9000, name: "tcp", protocol: "TCP" }] };
    const second = { ...entry, metadata: { name: "second", namespace: plain.namespace }, spec } as KubernetesObject;
    assert.match(verdictOf([...objects, second], "shop/orders", "orders.db.example.com", { mesh }), /^unknown/);
  });
});

describe("a gateway that connects to the database before the handshake", () => {
  const found = (objects: KubernetesObject[]) =>
    analyse(objects, { mesh: { ...mesh, scopeGatewayToNamespace: true } }).findings.flatMap(({ id }) =>
      id.startsWith("early-connection") ? [id] : [],
    );
  const patched = scene("tcp-gateway-mtls");

  it("is named, unless its proxies are told to wait", () => {
    assert.deepEqual(found(patched), []);
    assert.deepEqual(found(patched.filter(({ kind }) => kind !== "EnvoyFilter")), ["early-connection"]);
  });

  it("is decided about all the same: when it connects changes nothing of where", () => {
    const verdict = (objects: KubernetesObject[]) =>
      verdictOf(objects, "shop/orders", "orders.db.example.com", { mesh });
    assert.equal(verdict(patched), "gateway mutual-tls,own-tls-unknown known");
    const further = change(patched, "EnvoyFilter", "egressgateway-handshake-first", (spec: never) => {
      const [patch] = (spec as { configPatches: { patch: { value: { typed_config: object } } }[] }).configPatches;
      Object.assign(patch?.patch.value.typed_config ?? {}, { cluster: "elsewhere" });
    });
    assert.match(verdict(further), /^unknown/);
  });
});

describe("a namespace that writes mesh configuration of its own", () => {
  /** A server on the gateway's pods without the clients' names, and a route through it to the database. */
  const backDoor = read(`
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: back-door, namespace: outside}
spec: {hosts: [back-door.example], addresses: [240.9.9.9], ports: [{number: 27017, name: tcp, protocol: TCP}], location: MESH_EXTERNAL, resolution: DNS, exportTo: ["."]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: back-door, namespace: outside}
spec:
  host: ${plain.host}
  exportTo: ["."]
  subsets: [{name: back-door, trafficPolicy: {tls: {mode: ISTIO_MUTUAL, sni: back-door.example}}}]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: back-door, namespace: outside}
spec:
  selector: {istio: egressgateway}
  servers: [{port: {number: 15443, name: tls, protocol: TLS}, hosts: [back-door.example], tls: {mode: ISTIO_MUTUAL}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: back-door, namespace: outside}
spec:
  hosts: [back-door.example]
  gateways: [mesh, outside/back-door]
  tcp:
    - match: [{gateways: [mesh], port: 27017}]
      route: [{destination: {host: ${plain.host}, subset: back-door, port: {number: 15443}}}]
    - match: [{gateways: [outside/back-door]}]
      route: [{destination: {host: orders.db.example.com, port: {number: 27017}}}]
`);
  const through = (gateway: typeof plain, scopeGatewayToNamespace: boolean) =>
    verdictOf([...scene("tcp-gateway-mtls", {}, gateway), ...backDoor], "outside/orders", "back-door.example", {
      mesh: { ...mesh, scopeGatewayToNamespace },
      databases: [{ host: "back-door.example", port: 27017, protocol: "mongo" }],
    });

  it("reaches a database through a Gateway of its own where nothing but the handshake refuses it", () => {
    assert.match(through(shared, false), /^misrouted/);
  });

  it("is warned of before it does anything, wherever a handshake's list could be avoided", () => {
    const rules = (scopeGatewayToNamespace: boolean) =>
      analyse(scene("tcp-gateway-mtls"), { mesh: { ...mesh, scopeGatewayToNamespace } }).findings.flatMap(({ id }) =>
        id === "bypass-past-gateway" ? [] : [id],
      );
    assert.deepEqual(rules(false), ["unguarded-hosts", "unscoped-gateway"]);
    assert.deepEqual(rules(true), ["unguarded-hosts"]);
  });

  it("is refused by the databases' own policies, and where Gateways are scoped", () => {
    assert.match(through(plain, false), /^blocked/);
    assert.match(through(shared, true), /^blocked/);
    assert.match(through(plain, true), /^blocked/);
  });
});

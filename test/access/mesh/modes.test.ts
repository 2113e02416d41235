import assert from "node:assert/strict";
import { forwarderOf } from "../../../components/egress/forwarder.js";
import { allowNothing, deployedGateway } from "../../../components/gateway/deployedGateway.js";
import { gatewaySchema } from "../../../settings/gateway.js";
import type { TrafficMode } from "../../../settings/trafficModes.js";
import type { KubernetesObject } from "../../../access/model.js";
import { gateway, manifestsIn } from "../../components/egress/paths.js";
import { read, verdictOf } from "./scene.js";

const people = read(
  ["shop", "outside", "istio-egress"]
    .map((name) => `{apiVersion: v1, kind: Namespace, metadata: {name: ${name}, labels: {istio-injection: enabled}}}`)
    .join("\n---\n"),
);

function deployment(namespace: string, name: string, serviceAccountName: string): KubernetesObject {
  const template = { metadata: { labels: { app: name } }, spec: { serviceAccountName, containers: [{ name: "app" }] } };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace }, spec: { template } };
}

/** A gateway, a database in a mode, its client, a neighbour of another account, and a stranger of the client's name. */
function scene(mode: TrafficMode, more: object = {}): KubernetesObject[] {
  const database = manifestsIn(mode, more) as unknown as KubernetesObject[];
  const entry = database.find(({ kind }) => kind === "ServiceEntry")?.spec as { ports: { number: number }[] };
  const port = entry.ports[0]?.number ?? 0;
  const group = forwarderOf({ name: "orders", host: "*.db.example.com", port } as never);
  const forwarders = "via" in more && more.via === "sni-proxy" ? [group] : [];
  const shape = { gateway, settings: gatewaySchema.parse({}), forwarders };
  const pods = [...deployedGateway(shape), allowNothing(gateway)] as unknown as KubernetesObject[];
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
    ["tcp-direct", "direct plaintext", "direct plaintext"],
    ["tcp-gateway", "gateway plaintext,plaintext", "gateway plaintext,plaintext"],
    ["tcp-gateway-mtls", "gateway mutual-tls,plaintext known", "blocked"],
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
    });
  }

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
});

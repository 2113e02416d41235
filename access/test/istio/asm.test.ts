import assert from "node:assert/strict";
import { analyse } from "../../analyse.js";
import type { KubernetesObject, MeshKind } from "../../model/model.js";

const entry = (host: string, addresses?: string[]) => ({
  apiVersion: "networking.istio.io/v1",
  kind: "ServiceEntry",
  metadata: { name: host.split(".")[0], namespace: "shop" },
  spec: {
    hosts: [host],
    ...(addresses ? { addresses } : {}),
    ports: [{ number: 3306, name: "tcp-mysql", protocol: "TCP" }],
    location: "MESH_EXTERNAL",
    resolution: "DNS",
  },
});

const proxyConfig = (value: string) => ({
  apiVersion: "networking.istio.io/v1beta1",
  kind: "ProxyConfig",
  metadata: { name: "dns-capture", namespace: "istio-system" },
  spec: { environmentVariables: { ISTIO_META_DNS_CAPTURE: value } },
});

const client = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "orders", namespace: "shop" },
  spec: {
    selector: { matchLabels: { app: "orders" } },
    template: { metadata: { labels: { app: "orders" } }, spec: { containers: [{ name: "c", image: "c" }] } },
  },
};

function hosts(kind: MeshKind, ...objects: object[]): unknown[] {
  const spaces = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system" } },
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels: { "istio-injection": "enabled" } } },
  ];
  const { findings } = analyse([...spaces, client, ...objects] as unknown as KubernetesObject[], { mesh: { kind } });
  return findings.filter(({ id }) => id === "unconfirmed-dns-capture").map(({ args }) => args["hosts"]);
}

describe("DNS capture on ASM", () => {
  const two = [entry("orders.db.example.com"), entry("stock.db.example.com")];

  it("is reported with the hosts of one port that only it distinguishes, where a ProxyConfig switches it on", () => {
    assert.deepEqual(hosts("asm", proxyConfig("true"), ...two), [["orders.db.example.com", "stock.db.example.com"]]);
  });

  it("is no concern where hosts have addresses, where it is off, or on Istio", () => {
    assert.deepEqual(hosts("asm", proxyConfig("true"), entry("orders.db.example.com", ["203.0.113.7"])), []);
    assert.deepEqual(hosts("asm", proxyConfig("false"), ...two), []);
    assert.deepEqual(hosts("asm", ...two), []);
    assert.deepEqual(hosts("asm", proxyConfig("true"), entry("orders.db.example.com")), []);
    assert.deepEqual(
      hosts("asm", proxyConfig("true"), entry("orders.db.example.com"), entry("stock.db.example.com", ["203.0.113.7"])),
      [],
    );
    assert.deepEqual(hosts("istio", proxyConfig("true"), ...two), []);
  });
});

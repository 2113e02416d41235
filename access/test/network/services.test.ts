import assert from "node:assert/strict";
import { analyse } from "../../analyse.js";
import type { KubernetesObject } from "../../model/model.js";
import { Network } from "../../network/networkModel.js";
import { app, namespace, outcome, policy, workload, worldOf } from "./networkScene.js";

const service = (name: string, spec: object) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "shop" },
  spec,
});
const slice = (name: string, addresses: string[], ports: object[]) => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name: `${name}-1`, namespace: "shop", labels: { "kubernetes.io/service-name": name } },
  addressType: "IPv4",
  ports,
  endpoints: [{ addresses }],
});
const toAddress = (cidr: string, port: number) =>
  policy("out", {
    podSelector: {},
    policyTypes: ["Egress"],
    egress: [{ to: [{ ipBlock: { cidr } }], ports: [{ port }] }],
  });
const target = { host: "db.shop.svc.cluster.local", addresses: [] };

describe("what is behind a Service", () => {
  it("without selector are the addresses of its EndpointSlices, on their own port", () => {
    const objects = [
      service("db", { ports: [{ name: "sql", port: 3306 }] }),
      slice(
        "db",
        ["198.51.100.7"],
        [
          { name: "other", port: 1 },
          { name: "sql", port: 13306 },
        ],
      ),
    ];
    assert.equal(outcome([...objects, toAddress("198.51.100.7/32", 13306)], target), "open");
    assert.equal(outcome([...objects, toAddress("198.51.100.7/32", 3306)], target), "blocked");
    assert.equal(outcome([...objects, toAddress("203.0.113.0/24", 13306)], target), "blocked");
  });

  it("without selector are the addresses of its Endpoints", () => {
    const endpoints = {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { name: "db", namespace: "shop" },
      subsets: [{ addresses: [{ ip: "198.51.100.7" }], ports: [{ port: 3306 }] }],
    };
    const objects = [service("db", { ports: [{ port: 3306 }] }), endpoints];
    assert.equal(outcome([...objects, toAddress("198.51.100.7/32", 3306)], target), "open");
    assert.equal(outcome([...objects, toAddress("203.0.113.0/24", 3306)], target), "blocked");
  });

  it("without selector or endpoints is not known", () => {
    const objects = [service("db", { ports: [{ port: 3306 }] }), toAddress("198.51.100.7/32", 3306)];
    assert.equal(outcome(objects, target), "unknown");
  });

  it("of type ExternalName is the other name, whose address a ServiceEntry may tell", () => {
    const external = service("db", { type: "ExternalName", externalName: "db.example.com", ports: [{ port: 3306 }] });
    const entry = {
      apiVersion: "networking.istio.io/v1",
      kind: "ServiceEntry",
      metadata: { name: "db", namespace: "shop" },
      spec: {
        hosts: ["db.example.com"],
        resolution: "STATIC",
        endpoints: [{ address: "198.51.100.7" }],
        ports: [{ name: "tcp", number: 3306, protocol: "TCP" }],
      },
    };
    const bypass = (...objects: object[]) => {
      const all = [namespace("shop"), app("web"), external, ...objects] as KubernetesObject[];
      return [...analyse(all, { services: true }).rows].find(({ to }) => to.host === target.host)?.bypass.verdict;
    };
    assert.equal(bypass(entry, toAddress("198.51.100.7/32", 3306)), "open");
    assert.equal(bypass(entry, toAddress("203.0.113.0/24", 3306)), "blocked");
    assert.equal(bypass(toAddress("198.51.100.7/32", 3306)), "unknown");
    const names = { podSelector: {}, egress: [{ matches: [{ name: "db.example.com" }] }] };
    const byName = {
      apiVersion: "networking.gke.io/v1alpha1",
      kind: "FQDNNetworkPolicy",
      metadata: { name: "f", namespace: "shop" },
      spec: names,
    };
    assert.equal(bypass(toAddress("203.0.113.0/24", 3306), byName), "open");
  });

  it("that names another Service, in a circle too, ends", () => {
    const alias = (name: string, other: string) =>
      service(name, { type: "ExternalName", externalName: `${other}.shop.svc.cluster.local`, ports: [{ port: 3306 }] });
    const direct = service("c", { selector: { app: "web" }, ports: [{ port: 3306 }] });
    const closed = policy("in", { podSelector: {}, policyTypes: ["Ingress"] });
    assert.equal(outcome([alias("db", "c"), direct, closed], target), "blocked");
    assert.equal(outcome([alias("db", "e"), alias("e", "db"), closed], target), "open");
  });

  it("is distinguished by protocol", () => {
    const world = worldOf(
      namespace("shop"),
      app("web"),
      app("dns", "shop", {
        ports: [
          { name: "dns", containerPort: 1053, protocol: "UDP" },
          { name: "dns", containerPort: 2053 },
        ],
      }),
      service("dns", {
        selector: { app: "dns" },
        ports: [
          { name: "udp", port: 53, protocol: "UDP", targetPort: "dns" },
          { name: "tcp", port: 53, targetPort: "dns" },
        ],
      }),
      policy("in", {
        podSelector: { matchLabels: { app: "dns" } },
        ingress: [{ ports: [{ port: 1053, protocol: "UDP" }] }],
      }),
    );
    const network = new Network(world);
    const over = (protocol: "TCP" | "UDP" | "SCTP") => {
      const { ends, refused } = network.services.destination(
        { ...target, host: "dns.shop.svc", port: 53, protocol: "tcp", serverSpeaksFirst: false, kind: "service" },
        protocol,
      );
      return refused ? "refused" : network.toEnds(workload(world, "web"), ends, protocol).verdict;
    };
    assert.deepEqual([over("UDP"), over("TCP"), over("SCTP")], ["open", "blocked", "refused"]);
  });
});

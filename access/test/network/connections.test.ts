import assert from "node:assert/strict";
import fc from "fast-check";
import { analyse } from "../../analyse.js";
import { Network } from "../../network/networkModel.js";
import type { PortAnswer } from "../../network/portAnswer.js";
import { PortSet, protocols, type PortRange } from "../../network/portSet.js";
import { app, namespace, policy, worldOf } from "./networkScene.js";

const ranges = fc.array(
  fc
    .tuple(fc.constantFrom(...protocols), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 10 }))
    .map(([protocol, first, more]): PortRange => ({ protocol, first, last: first + more })),
  { maxLength: 4 },
);
const everyPlace = protocols.flatMap((protocol) =>
  Array.from({ length: 45 }, (_, port) => ({ protocol, port: port + 1 })),
);

describe("a set of ports", () => {
  it("has the ports of its operations, and equal sets are one object (property)", () => {
    fc.assert(
      fc.property(ranges, ranges, (one, other) => {
        const [a, b] = [PortSet.ofRanges(one), PortSet.ofRanges(other)];
        for (const { protocol, port } of everyPlace) {
          const [inA, inB] = [a.has(protocol, port), b.has(protocol, port)];
          assert.equal(a.union(b).has(protocol, port), inA || inB);
          assert.equal(a.intersect(b).has(protocol, port), inA && inB);
          assert.equal(a.minus(b).has(protocol, port), inA && !inB);
          assert.equal(a.complement().has(protocol, port), !inA);
        }
        assert.equal(PortSet.ofRanges(a.ranges()), a);
        assert.equal(a.complement().complement(), a);
      }),
    );
  });

  it("is written by protocol and number", () => {
    const set = PortSet.ofRanges([
      { protocol: "UDP", first: 1, last: 65_535 },
      { protocol: "TCP", first: 80, last: 80 },
      { protocol: "TCP", first: 8000, last: 8010 },
    ]);
    assert.equal(String(set), "TCP 80, 8000-8010, UDP");
    assert.equal(String(PortSet.ofRanges([]).complement()), "all");
  });
});

const names = ["a", "b", "c"];
const selector = fc.oneof(
  fc.constant({}),
  fc.constantFrom(...names).map((name) => ({ matchLabels: { app: name } })),
  fc.constant({ matchExpressions: [{ key: "later", operator: "Exists" }] }),
);
const peer = fc.oneof(
  selector.map((podSelector) => ({ podSelector })),
  selector.map((namespaceSelector) => ({ namespaceSelector })),
  fc.constantFrom("10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0").map((cidr) => ({ ipBlock: { cidr } })),
);
const port = fc.oneof(
  fc.record({ protocol: fc.constantFrom(...protocols), port: fc.constantFrom<number | string>(80, 443, "web") }),
  fc.record({ protocol: fc.constantFrom(...protocols) }),
  fc.constant({ port: 8000, endPort: 8010 }),
);
const rules = fc.array(
  fc.record({ peers: fc.array(peer, { maxLength: 2 }), ports: fc.array(port, { maxLength: 2 }) }),
  {
    maxLength: 2,
  },
);
const someAction = fc.constantFrom("Allow", "Deny", "Pass");
const admin = fc.record({
  priority: fc.integer({ min: 1, max: 3 }),
  action: someAction,
  number: fc.constantFrom(80, 443),
});
const network = fc
  .record({
    policies: fc.array(fc.record({ podSelector: selector, ingress: rules, egress: rules }), { maxLength: 4 }),
    admins: fc.array(admin, { maxLength: 2 }),
  })
  .map(({ policies, admins }) => [
    namespace("shop"),
    ...names.map((name, index) => app(name, "shop", { ports: [{ name: "web", containerPort: 80 + index }] })),
    { ...app("stateful"), kind: "StatefulSet", spec: { ...app("stateful").spec, replicas: 2 } },
    ...policies.map(({ podSelector, ingress, egress }, index) =>
      policy(`p${index}`, {
        podSelector,
        policyTypes: ["Ingress", "Egress"],
        ingress: ingress.map(({ peers, ports }) => ({ from: peers, ports })),
        egress: egress.map(({ peers, ports }) => ({ to: peers, ports })),
      }),
    ),
    ...admins.map(({ priority, action, number }, index) => ({
      apiVersion: "policy.networking.k8s.io/v1alpha1",
      kind: "AdminNetworkPolicy",
      metadata: { name: `a${index}` },
      spec: {
        priority,
        subject: { namespaces: {} },
        egress: [{ action, to: [{ namespaces: {} }], ports: [{ portNumber: { port: number, protocol: "TCP" } }] }],
      },
    })),
  ]);
const probes = protocols.flatMap((protocol) =>
  [1, 80, 81, 443, 7999, 8000, 8010, 8011, 65_535].map((number) => ({ protocol, number })),
);

describe("connections on every port", () => {
  it("are what each port by itself is answered (property)", () => {
    fc.assert(
      fc.property(network, (objects) => {
        const world = worldOf(...objects);
        const single = new Network(world);
        const { connections } = analyse(world.objects);
        for (const [from, client] of world.workloads.entries())
          for (const [to, server] of world.workloads.entries()) {
            const found = connections.at(from, to);
            if (!found) continue;
            for (const { protocol, number } of probes) {
              const { open, unknown }: PortAnswer = found.network;
              const answer: string = open.has(protocol, number)
                ? "open"
                : unknown.has(protocol, number)
                  ? "unknown"
                  : "blocked";
              assert.equal(answer, single.betweenPods(client, server, number, protocol).verdict);
            }
          }
      }),
      { numRuns: 60 },
    );
  });

  it("are the same by class and by pair (property)", () => {
    fc.assert(
      fc.property(network, (objects) => {
        const { connections } = analyse(worldOf(...objects).objects);
        const byPair = new Map<string, object>();
        for (const from of connections.ends.keys())
          for (const to of connections.ends.keys()) {
            const found = connections.at(from, to);
            if (found && !(found.answer.open.isEmpty && found.answer.unknown.isEmpty))
              byPair.set(`${from} ${to}`, found);
          }
        const byClass = connections
          .classes()
          .flatMap(({ from, to }) =>
            to.flatMap(({ ends, connection }) =>
              from.flatMap((one) => ends.map((end) => [`${one} ${end}`, connection] as const)),
            ),
          );
        assert.deepEqual(new Map(byClass), byPair);
      }),
      { numRuns: 30 },
    );
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { analyse } from "mesh-access";
import { optionsOfStack } from "../../components/judgement/stackOptions.js";
import { assumptionOf, blueprintOf, judgedManifests } from "../../components/blueprint.js";
import type { Manifest } from "../../components/manifest.js";
import { loadSettings } from "../../settings/load.js";
import { SettingsError } from "../../settings/problem.js";
import type { TrafficMode } from "../../settings/trafficModes.js";
import { database, smallStack } from "../plan/stackFiles.js";
import { platform, team, workload } from "../plan/teams.js";

type Own = Record<string, unknown>;

const blueprint = (own: Own) => blueprintOf(loadSettings(own));
const written = (own: Own): Manifest[] => blueprint(own).manifests;
const identity = ({ apiVersion, kind, metadata }: Manifest) =>
  `${apiVersion.split("/")[0]} ${kind} ${metadata.namespace ?? ""}/${metadata.name}`;

/** Databases in every way a stack can lead one, some with a port of their own, brokers or a credential. */
type Way = (name: string, client: string, at: number) => Own;
const ways: Way[] = [
  (name, client) => database(name, client),
  (name, client, at) => ({ ...database(name, client), gatewayPort: 15500 + at }),
  (name, client) => ({ ...database(name, client), protocol: "kafka", brokers: [`xn--1.${name}.example.com`] }),
  (name, client) => ({
    ...database(name, client),
    protocol: "redis",
    trafficMode: "tls-origination",
    tls: { caCredential: "ca" },
  }),
  (name, client) => tls(name, client, "tls-wildcard", `*.${name}.example.com`),
  (name, client) => tls(name, client, "tls-gateway-mtls", `${name}.tls.example.com`),
  (name, client) => ({ ...database(name, client), trafficMode: "tcp-direct", clients: [{ namespace: client }] }),
];

function tls(name: string, client: string, trafficMode: TrafficMode, host: string): Own {
  return { ...database(name, client), host, protocol: "tls", port: 443, trafficMode, via: "envoy" };
}

/** Few letters, so that names often are parts of each other. */
const names = fc.stringMatching(/^[ab](-?[ab]){0,4}$/);
const databases = fc.uniqueArray(fc.record({ name: names, way: fc.constantFrom(...ways) }), {
  selector: ({ name }) => name,
  maxLength: 5,
});

const stacksOnOne = fc.record({
  tenants: fc.uniqueArray(names, { minLength: 2, maxLength: 2 }),
  platforms: databases,
  teams: fc.tuple(databases, databases),
  callersPolicy: fc.constantFrom("shared", "perDatabase"),
});

const chosen = (list: { name: string; way: Way }[], client: string) =>
  list.map(({ name, way }, at) => way(name, client, at));

describe("Stacks on one gateway", () => {
  it("never write the same object, whatever tenants and databases are called", () => {
    fc.assert(
      fc.property(stacksOnOne, ({ tenants, platforms, teams, callersPolicy }) => {
        const owner = {
          ...platform,
          gateway: { install: true, callersPolicy },
          namespaces: [{ name: "own" }],
          databases: chosen(platforms, "own"),
        };
        const stacks = [
          owner,
          ...tenants.map((tenant, i) =>
            team(tenant, chosen(teams[i] ?? [], tenant), { gateway: { install: false, tenant, callersPolicy } }),
          ),
        ];
        const identities = stacks.flatMap((stack) => legal(stack).map(identity));
        const twice = identities.filter((each, i) => identities.indexOf(each) !== i);
        assert.deepEqual(twice, []);
      }),
      { numRuns: 150 },
    );
  });

  it("leave to the owner all that is neither a database's nor a team's namespace's", () => {
    const outside = written(team("shop")).filter(
      ({ kind, metadata }) => metadata.namespace !== "shop" && kind !== "Namespace",
    );
    assert.deepEqual(outside.map((manifest) => `${manifest.kind} ${manifest.metadata.name}`).sort(), [
      "DestinationRule shop--orders",
      "Gateway shop--orders",
      "NetworkPolicy egressgateway-to-shop--orders",
      "NetworkPolicy flow-gateway-shop-ingress",
      "ServiceEntry shop--orders",
      "VirtualService shop--orders",
    ]);
  });

  it("are refused where a team would write in a namespace that is not its own", () => {
    const everywhere = {
      mutualTls: { namespaces: [{ namespace: "istio-egress", mode: "PERMISSIVE" }] },
      network: { isolation: { namespaces: ["shop", "default"] } },
      rbac: [{ name: "reader", rules: [{ resources: ["pods"], verbs: ["get"] }], subjects: [group] }],
    };
    assert.throws(
      () => written(team("shop", [], everywhere)),
      (error) =>
        error instanceof SettingsError &&
        [
          "PeerAuthentication istio-egress/mutual-tls",
          "NetworkPolicy default/default-deny",
          "ClusterRole /reader",
        ].every((object) => error.problems.some(({ path }) => path === object)),
    );
  });

  it("have the gateway from its owner, though it has no database yet", () => {
    const kinds = written(platform).map(({ kind }) => kind);
    for (const kind of ["Namespace", "Deployment", "Service", "EnvoyFilter", "NetworkPolicy", "PeerAuthentication"])
      assert.ok(kinds.includes(kind), kind);
    assert.ok(!written({ ...platform, gateway: {} }).some(({ kind }) => kind === "Deployment"));
  });

  it("give the gateway its default deny once, and each team its way in", () => {
    const policies = (own: Own) =>
      written(own).flatMap(({ kind, metadata }) =>
        kind === "NetworkPolicy" && metadata.namespace === "istio-egress" ? metadata.name : [],
      );
    assert.deepEqual(policies(platform), ["default-deny", "allow-dns", "allow-control-plane"]);
    assert.deepEqual(policies(team("shop")).sort(), ["egressgateway-to-shop--orders", "flow-gateway-shop-ingress"]);
  });

  it("open a team's way to the collector that its mesh has, though whether to trace is the owner's to say", () => {
    const mesh = { kind: "istio", install: false, tracing: { service: "otel.watch.svc.cluster.local" } };
    const objects = written(team("shop", [], { mesh })).map(identity);
    assert.ok(objects.includes("networking.k8s.io NetworkPolicy shop/flow-traces-shop-egress"));
    assert.ok(!objects.some((object) => object.includes("Telemetry")));
  });

  it("put both sides of a port of a team's own under its name", () => {
    const own = written(team("shop", [{ ...database("orders", "shop"), gatewayPort: 15500 }])).map(identity);
    for (const object of [
      "v1 Service istio-egress/egressgateway-shop--orders",
      "networking.k8s.io NetworkPolicy istio-egress/egressgateway-from-clients-of-shop--orders",
      "networking.k8s.io NetworkPolicy shop/egressgateway-for-shop--orders",
    ])
      assert.ok(own.includes(object), object);
  });
});

const group = { kind: "Group", name: "readers" };

/** A stack's objects; none where its own names collide, which it is told by itself. */
function legal(own: Own): Manifest[] {
  try {
    return written(own);
  } catch (error) {
    assert.ok(error instanceof SettingsError && error.message.includes("two entries of the settings"), String(error));
    return [];
  }
}

describe("The verdict of a team's stack", () => {
  const one = { ...smallStack, gateway: { callersPolicy: "shared" } };
  const workloads = [workload("shop", "orders"), workload("shop", "stock"), workload("billing", "invoices")];
  const rows = (objects: Manifest[], own: Own) =>
    [...analyse(objects, optionsOfStack(loadSettings(own))).rows].map(({ from, to, mesh, bypass }) => ({
      pair: `${from.namespace}/${from.workload} ${to.host}`,
      mesh: [mesh.verdict, mesh.encryption, mesh.identity, mesh.exposes],
      bypass: bypass.verdict,
    }));
  const whole = { ...one, workloads };
  const tenant = {
    ...whole,
    mesh: { kind: "istio", install: false },
    gateway: { install: false, tenant: "team", callersPolicy: "shared" },
  };

  it("is that of one stack with the same databases, before anything stands", () => {
    const expected = rows(judgedManifests(blueprint(whole)), whole);
    assert.ok(expected.some(({ mesh }) => mesh[0] === "gateway"));
    assert.deepEqual(rows(judgedManifests(blueprint(tenant)), tenant), expected);
  });

  it("is that of the platform's and the team's objects together", () => {
    const together = [...written(platform), ...written(tenant)];
    assert.deepEqual(rows(together, tenant), rows(judgedManifests(blueprint(tenant)), tenant));
  });

  it("rests on what the platform writes, object for object", () => {
    assert.deepEqual(blueprint(tenant).assumed.map(identity), written(platform).map(identity));
  });

  it("says what it assumes; an owner's assumes nothing", () => {
    assert.match(
      assumptionOf(blueprint(tenant)) ?? "",
      /^The gateway istio-egress\/egressgateway belongs to another stack\./,
    );
    assert.equal(assumptionOf(blueprint(whole)), undefined);
    assert.equal(assumptionOf(blueprint(platform)), undefined);
  });

  it("tells, with both teams' objects at hand, that of two entries for one host only one is reached", () => {
    const [shop, depot] = [team("shop"), team("depot")];
    const together = [platform, shop, depot].flatMap(written);
    const reached = rows(together, shop).filter(({ mesh }) => mesh[0] === "gateway");
    assert.equal(reached.length, 1);
  });
});

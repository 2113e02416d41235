import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { analyse, checkAssertions, type Analysis, type AnalysisOptions, meshOptionsOf, type Row } from "mesh-access";
import { parseManifests } from "mesh-access/input";
import { adopt } from "../../plan/adopt/adopt.js";
import { effectOf } from "../../plan/adopt/after.js";
import { noteText } from "../../plan/adopt/note.js";
import { loadSettings } from "../../settings/load.js";

const recipe = (name: string) => readFileSync(`access/test/recipes/${name}.yaml`, "utf8");
const bookinfo = (...modes: string[]) =>
  ["bookinfo", ...modes.map((mode) => `bookinfo-${mode}`)].map(recipe).join("\n---\n");
const rds = recipe("rds").replace("action: DENY", "action: ALLOW");

function adopted(text: string, options: AnalysisOptions = {}) {
  const { objects, problems } = parseManifests(text, "cluster.yaml");
  assert.deepEqual(problems, []);
  const before = analyse(objects, options);
  const result = adopt(before, meshOptionsOf(objects, options.mesh) ?? {});
  const { changes, after, notes } = effectOf(result, before, options);
  const databases = (result.config["databases"] ?? []) as {
    name: string;
    host: string;
    trafficMode: string;
    clients: object[];
  }[];
  return { ...result, before, after, databases, changes, notes: [...result.notes, ...notes] };
}

/** Pairs that are allowed today: through the gateway where a route names one, else as a registered host. */
function meant({ rows, workloads }: Analysis, hasGateway: boolean): Set<string> {
  const withSidecar = new Set(workloads.filter(({ sidecar }) => sidecar.present === true).map(({ name }) => name));
  const isMeant = ({ from, mesh }: Row) =>
    mesh.verdict === "gateway" || (!hasGateway && mesh.verdict === "direct" && withSidecar.has(from.workload));
  return new Set([...rows].filter(isMeant).map(pairOf));
}
const pairOf = ({ from, to }: Pick<Row, "from" | "to">) => `${from.namespace}/${from.workload} ${to.host}`;

describe("A stack taken from a cluster", () => {
  for (const [name, text, mode] of [
    ["rds", rds, "tcp-gateway-mtls"],
    ["bookinfo, TCP direct", bookinfo("tcp-direct"), "tcp-gateway-mtls"],
    ["bookinfo, TCP through the gateway", bookinfo("tcp-direct", "tcp-gateway"), "tcp-gateway-mtls"],
    ["bookinfo, TCP in mutual TLS", bookinfo("tcp-direct", "tcp-gateway-mtls"), "tcp-gateway-mtls"],
    ["bookinfo, TLS direct", bookinfo("tls-direct"), "tls-gateway-mtls"],
    ["bookinfo, TLS through the gateway", bookinfo("tls-direct", "tls-gateway"), "tls-gateway-mtls"],
    ["bookinfo, TLS in mutual TLS", bookinfo("tls-direct", "tls-gateway-mtls"), "tls-gateway-mtls"],
  ] as const)
    it(`keeps who reaches what, authenticated, and closes what leaked: ${name}`, () => {
      const { before, after: then, databases, changes = [], config } = adopted(text);
      const allowed = meant(before, /kind: VirtualService/.test(text));
      assert.ok(allowed.size > 0);
      assert.deepEqual(
        databases.map(({ trafficMode }) => trafficMode),
        [mode],
      );
      const after = new Map(changes.map((change) => [pairOf(change), change.after]));
      for (const row of before.rows) {
        const { mesh } = after.get(pairOf(row)) ?? row;
        if (allowed.has(pairOf(row))) assert.deepEqual([mesh.verdict, mesh.identity], ["gateway", true], pairOf(row));
        else if (row.from.workload !== "bare") assert.equal(mesh.verdict, "blocked", pairOf(row));
        else assert.equal(mesh.verdict, row.mesh.verdict, "without a sidecar nothing changes");
      }
      assert.ok(then);
      const { assert: assertions } = loadSettings(config).access;
      for (const { ok, assertion } of checkAssertions(assertions, then.rows, then.targets))
        assert.ok(ok, assertion.name);
    });

  it("names the revision, or the tag, that each client namespace gets its sidecars from", () => {
    const injected = "istio-injection: enabled";
    const text = bookinfo("tcp-direct");
    assert.ok(text.includes(injected));
    const meshOf = (label: string) => {
      const { config } = adopted(text.replaceAll(injected, label));
      loadSettings(config);
      return config["mesh"] as Record<string, unknown>;
    };
    assert.equal(meshOf(injected)["revisions"], undefined);
    assert.deepEqual(meshOf("istio.io/rev: stable")["revisions"], [{ name: "stable" }]);
  });

  it("closes a database that is reached by nobody but past its gateway, and says so", () => {
    const { databases, changes, notes, replaced } = adopted(recipe("rds"));
    assert.deepEqual(databases, []);
    assert.deepEqual(
      changes?.map((change) => [pairOf(change), change.before?.mesh.verdict, change.after?.mesh.verdict]),
      [
        ["demo-other/batch rm-1.mysql.rds.example.com", "direct", "blocked"],
        ["demo-server/k8s-mysql rm-1.mysql.rds.example.com", "blocked", "blocked"],
      ],
    );
    assert.deepEqual(replaced.map(({ kind }) => kind).sort(), ["ServiceEntry", "VirtualService"]);
    assert.deepEqual(notes.map(({ id }) => id).sort(), ["left-out", "managed-mesh", "no-client"]);
  });

  it("names every workload that it leaves out, and why", () => {
    const notes = adopted(bookinfo("tcp-direct", "tcp-gateway-mtls")).notes;
    assert.deepEqual(
      notes.map(({ id, args }) => [id, args["workloads"]]),
      [["no-sidecar", "bookinfo/bare"]],
    );
    for (const one of adopted(rds).notes) assert.doesNotMatch(noteText(one), /\{\w+\}/);
  });

  it("leaves workloads without a sidecar out of what it asserts, one by one where the namespace has others", () => {
    const pod = (name: string, namespace: string) =>
      `{apiVersion: apps/v1, kind: Deployment, metadata: {name: ${name}, namespace: ${namespace}}, spec: {template: {metadata: {labels: {app: ${name}, "sidecar.istio.io/inject": "false"}}, spec: {containers: [{name: c}]}}}}`;
    const bare = [pod("tool", "demo-server"), pod("agent", "monitoring"), pod("second", "monitoring")];
    const { config, after } = adopted([rds, ...bare].join("\n---\n"));
    const { assert: assertions } = loadSettings(config).access;
    assert.deepEqual(assertions.at(-1)?.except, [
      { namespace: "demo-server", serviceAccount: "default" },
      { namespace: "monitoring" },
      { namespace: "demo-server", workload: "tool" },
    ]);
    assert.ok(after);
    for (const { ok, assertion } of checkAssertions(assertions, after.rows, after.targets))
      assert.ok(ok, assertion.name);
  });

  it("writes nothing for others, and asserts what it keeps", () => {
    const { config } = adopted(rds);
    const settings = loadSettings(config);
    assert.equal(settings.mesh.kind === "istio" && settings.mesh.install, false);
    assert.ok(settings.namespaces.every(({ management }) => management === "use"));
    assert.equal(settings.mutualTls.mode, undefined);
    assert.deepEqual(
      settings.access.assert.map(({ expect }) => expect),
      ["gateway", "blocked"],
    );
  });
});

const small = (...documents: string[]) => `
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {istio-injection: enabled}}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: istio, namespace: istio-system}, data: {mesh: "outboundTrafficPolicy: {mode: REGISTRY_ONLY}"}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: cart, namespace: shop}, spec: {template: {metadata: {labels: {app: cart}}, spec: {serviceAccountName: cart, containers: [{name: c}]}}}}
---
${documents.join("\n---\n")}`;
const entry = (name: string, spec: string) =>
  `{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: ${name}, namespace: shop}, spec: {${spec}}}`;
const db = (host: string, ports: string, more = "resolution: DNS") =>
  entry("db", `hosts: [${host}], ports: [${ports}], ${more}`);
const port = (number: number, protocol: string) => `{number: ${number}, name: p${number}, protocol: ${protocol}}`;

describe("A stack for a mesh that lets pass what it does not know", () => {
  const open = (text: string) => text.replaceAll("REGISTRY_ONLY", "ALLOW_ANY");

  it("leaves what keeps a database closed, for its removal would open it", () => {
    const { replaced, notes, changes } = adopted(open(recipe("rds")));
    assert.deepEqual(replaced, []);
    assert.ok(notes.some(({ id }) => id === "no-client-stays"));
    assert.deepEqual(changes, []);
  });

  it("names whom it would let in", () => {
    const routed = open(rds).replace("exportTo: [istio-system, demo-server]", "exportTo: ['*']");
    const { notes } = adopted(routed);
    assert.deepEqual(
      notes.filter(({ id }) => id === "opened").map(({ args }) => args["workloads"]),
      ["demo-other/batch"],
    );
  });
});

describe("What a stack cannot describe", () => {
  for (const [id, what, text] of [
    ["not-a-database", "HTTP", small(db("api.example.com", port(80, "HTTP")))],
    [
      "several-ports",
      "two ports of one host",
      small(db("a.example.com", `${port(5432, "TCP")}, ${port(6432, "TCP")}`)),
    ],
    [
      "wildcard-without-tls",
      "a wildcard without TLS",
      small(db("'*.example.com'", port(3306, "TCP"), "resolution: NONE")),
    ],
    [
      "endpoint-by-name",
      "another name behind a host",
      small(db("a.example.com", port(3306, "TCP"), "resolution: DNS, endpoints: [{address: b.example.com}]")),
    ],
  ] as const)
    it(`is named and left alone: ${what}`, () => {
      const { databases, notes, replaced } = adopted(text);
      assert.deepEqual([databases, replaced], [[], []]);
      assert.ok(notes.some((one) => one.id === id));
    });

  it("keeps an entry that it shares with what is carried over, and is named", () => {
    const hosts = "a.example.com, '*.b.example.com'";
    const { databases, notes, replaced } = adopted(small(db(hosts, port(3306, "TCP"), "resolution: NONE")));
    assert.deepEqual(
      databases.map(({ host }) => host),
      ["a.example.com"],
    );
    assert.ok(notes.some(({ id, args }) => id === "shared-entry" && args["hosts"] === "*.b.example.com"));
    assert.deepEqual(replaced, []);
  });

  it("leaves the effect open where the stack needs a correction", () => {
    const two = small(
      entry("a", `hosts: [a.example.com], ports: [${port(3306, "TCP")}], resolution: NONE`),
      entry("b", `hosts: [b.example.com], ports: [${port(3306, "TCP")}], resolution: NONE`),
    );
    const { changes, notes } = adopted(two);
    assert.equal(changes, undefined);
    assert.ok(notes.some(({ id, args }) => id === "invalid-stack" && /dnsCapture/.test(args["problem"] ?? "")));
  });
});

describe("Of what a cluster has today, a stack keeps", () => {
  const databaseOf = (...documents: string[]) => adopted(small(...documents)).databases[0] as Record<string, unknown>;

  it("the protocol, by its declared name or its port", () => {
    for (const [number, protocol, expected] of [
      [3306, "TCP", "mysql"],
      [15432, "TCP", "tcp"],
      [7000, "REDIS", "redis"],
      [27017, "TLS", "mongo"],
      [5432, "TLS", "tls"],
    ] as const)
      assert.equal(
        databaseOf(db("a.example.com", port(number, protocol)))["protocol"],
        expected,
        `${number} ${protocol}`,
      );
  });

  it("DNS capture, also where a ProxyConfig turns it on", () => {
    const capture =
      '{apiVersion: networking.istio.io/v1beta1, kind: ProxyConfig, metadata: {name: dns, namespace: istio-system}, spec: {environmentVariables: {ISTIO_META_DNS_CAPTURE: "true"}}}';
    const one = small(db("a.example.com", port(3306, "TCP")));
    const captureOf = (text: string) => (adopted(text).config["mesh"] as { dnsCapture?: boolean }).dnsCapture ?? true;
    assert.deepEqual([captureOf(one), captureOf(`${one}\n---\n${capture}`)], [false, true]);
  });

  it("fixed addresses", () => {
    const fixed = db("a.example.com", port(3306, "TCP"), "resolution: STATIC, endpoints: [{address: 192.0.2.7}]");
    assert.deepEqual(databaseOf(fixed)["addresses"], ["192.0.2.7"]);
  });

  it("TLS that proxies open to the database", () => {
    const rule =
      "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: tls, namespace: shop}, spec: {host: a.example.com, trafficPolicy: {tls: {mode: MUTUAL, credentialName: db-cert, sni: x.example.com}}}}";
    const database = databaseOf(db("a.example.com", port(6379, "TCP")), rule);
    assert.deepEqual(
      [database["trafficMode"], database["tls"]],
      ["tls-origination", { sni: "x.example.com", clientCredential: "db-cert" }],
    );
  });

  it("the service accounts of the workloads, and the labels of their namespaces", () => {
    const { config, databases } = adopted(small(db("a.example.com", port(3306, "TCP"))));
    assert.deepEqual(databases[0]?.clients, [{ namespace: "shop", serviceAccounts: ["cart"] }]);
    assert.deepEqual(config["namespaces"], [{ name: "shop", management: "use" }]);
  });
});

import assert from "node:assert/strict";
import { forwarderPort } from "../../settings/forwarderPort.js";
import { loadSettings } from "../../settings/load.js";
import { describeProblem, SettingsError } from "../../settings/problem.js";

const cluster = { cloud: "existing" };
const mesh = { kind: "istio" };
const namespaces = [{ name: "shop" }];
const clients = [{ namespace: "shop", serviceAccounts: ["orders"] }];
const database = { name: "orders", host: "orders.db.example.com", protocol: "mysql", clients };

/** What a user is told of a config. */
function problemsOf(config: Record<string, unknown>): string[] {
  try {
    loadSettings({ cluster, mesh, namespaces, ...config });
    return [];
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.problems.map(describeProblem);
  }
}

describe("Settings", () => {
  it("take the safe mode when none is named", () => {
    const settings = loadSettings({ cluster, mesh, namespaces, databases: [database] });
    assert.equal(settings.databases[0]?.trafficMode, "tcp-gateway-mtls");
    assert.equal(settings.databases[0]?.port, 3306);
    assert.equal(settings.mesh.outboundTrafficPolicy, "REGISTRY_ONLY");
    assert.equal(settings.mutualTls.mode, undefined);
  });

  it("name every mistake at once, each with what to write", () => {
    const problems = problemsOf({
      databases: [{ name: "Orders", host: "db", protcol: "mysql", protocol: "mysq", clients: [] }],
      mesh: { kind: "istio", dnsCaptur: true },
    });
    assert.deepEqual(problems.sort(), [
      "databases[0].clients: [] is empty. Write at least 1.",
      'databases[0].host: "db" is not a host name. Write a full name such as db.example.com, or *.example.com in a wildcard mode.',
      'databases[0].name: "Orders" is not a valid Kubernetes name. Write lower-case letters, digits and hyphens, at most 63 characters.',
      "databases[0].protcol: is not a known key. Did you mean protocol?",
      'databases[0].protocol: "mysq" is not a known value. Did you mean mysql? Write one of mysql, postgres, mongo, redis, kafka, tcp, tls.',
      "mesh.dnsCaptur: is not a known key. Did you mean dnsCapture?",
    ]);
  });

  it("name what is wrong between keys beside what is wrong in one of them", () => {
    const problems = problemsOf({
      databases: [
        { ...database, host: "orders" },
        {
          ...database,
          name: "stock",
          host: "stock.db.example.com",
          trafficMode: "tls-gateway",
          clients: [{ namespace: "shp" }],
        },
      ],
      observabilty: {},
    });
    assert.deepEqual(problems, [
      'databases[0].host: "orders" is not a host name. Write a full name such as db.example.com, or *.example.com in a wildcard mode.',
      "observabilty: is not a known key. Did you mean observability?",
      'databases[1].trafficMode: "tls-gateway" cannot carry mysql: the server speaks first, so there is no SNI to route on. Use tcp-gateway-mtls.',
      'databases[1].clients[0].namespace: "shp" is not among `namespaces`. Did you mean shop? Otherwise list it there.',
    ]);
  });

  it("say nothing of keys that are left out only because they are misspelled", () => {
    const problems = problemsOf({ namespaces: undefined, namespces: namespaces, databases: [database] });
    assert.deepEqual(problems.sort(), ["namespces: is not a known key. Did you mean namespaces?"]);
  });

  it("refuse mysql in every mode that routes by SNI, and say what to use", () => {
    for (const trafficMode of ["tls-direct", "tls-gateway", "tls-gateway-mtls"])
      assert.match(
        problemsOf({ databases: [{ ...database, trafficMode, clients: [{ namespace: "shop" }] }] }).join("\n"),
        /databases\[0\]\.trafficMode: "tls-.*" cannot carry mysql: the server speaks first, so there is no SNI to route on\. Use tcp-gateway-mtls\./,
      );
  });

  it("let Postgres use SNI once its clients open TLS directly", () => {
    const postgres = { ...database, protocol: "postgres", trafficMode: "tls-gateway-mtls" };
    assert.match(problemsOf({ databases: [postgres] }).join("\n"), /tls\.directNegotiation with Postgres 17/);
    assert.deepEqual(problemsOf({ databases: [{ ...postgres, tls: { directNegotiation: true } }] }), []);
  });

  it("refuse a time that Istio refuses, or that Linux would take for none", () => {
    const limits = (given: object) => problemsOf({ databases: [{ ...database, limits: given }] });
    assert.deepEqual(limits({ connectTimeout: "0s", keepalive: { time: "500ms", interval: "soon" } }), [
      'databases[0].limits.connectTimeout: "0s" is not a number of whole milliseconds above zero. Write a time such as 500ms or 10s.',
      'databases[0].limits.keepalive.time: "500ms" is not a number of whole seconds. Write a time such as 75s or 5m.',
      'databases[0].limits.keepalive.interval: "soon" is not a duration. Write a number with a unit: 500ms, 10s, 5m, 1h.',
    ]);
    assert.deepEqual(limits({ connectTimeout: "1.001s", idleTimeout: "0s", keepalive: { time: "1.5m" } }), []);
  });

  it("take a host once, with one port", () => {
    const second = { ...database, name: "reports", port: 3307 };
    assert.deepEqual(problemsOf({ databases: [database, second] }), [
      'databases[1].host: "orders.db.example.com" is registered already (databases[0]). Keep one of them, with one port, and list all its clients there.',
    ]);
  });

  it("take brokers that the mode can route, each once", () => {
    const kafka = { ...database, host: "kafka.example.com", protocol: "kafka" };
    const brokersOf = (...brokers: string[]) => problemsOf({ databases: [{ ...kafka, brokers }] });
    assert.deepEqual(brokersOf("b1.example.com", "b2.example.com"), []);
    assert.deepEqual(brokersOf("*.example.com"), [
      'databases[0].brokers: "*.example.com" is a wildcard, which tcp-gateway-mtls cannot route. Use tls-wildcard.',
    ]);
    assert.deepEqual(brokersOf("b1.example.com", "kafka.example.com"), [
      'databases[0].brokers[1]: "kafka.example.com" is registered already (databases[0]). Keep one of them, with one port, and list all its clients there.',
    ]);
  });

  it("refuse a rule by identity in a mode that carries none", () => {
    const problems = problemsOf({ databases: [{ ...database, trafficMode: "tcp-gateway", gatewayPort: 15500 }] });
    assert.match(problems.join("\n"), /databases\[0\]\.clients: .*carries no identity.* Use tcp-gateway-mtls/);
  });

  it("refuse an EnvoyFilter on managed Cloud Service Mesh", () => {
    const wildcard = {
      name: "any",
      host: "*.example.com",
      protocol: "tls",
      trafficMode: "tls-wildcard",
      via: "envoy",
      clients,
    };
    const problems = problemsOf({
      cluster: { cloud: "gke", project: "example", region: "europe-west3" },
      mesh: { kind: "cloud-service-mesh" },
      databases: [wildcard],
    });
    assert.match(problems.join("\n"), /databases\[0\]\.via: "envoy" needs an EnvoyFilter.* Use sni-proxy\./);
  });

  it("refuse two databases on one port for one namespace, unless something distinguishes them", () => {
    const databases = [database, { ...database, name: "stock", host: "stock.db.example.com" }];
    assert.deepEqual(problemsOf({ databases }), []);
    assert.match(
      problemsOf({ databases, mesh: { kind: "istio", dnsCapture: false } }).join("\n"),
      /databases\[1\]\.port: 3306 is also databases\[0\]'s, .* Set mesh\.dnsCapture to true, or write `addresses` for each\./,
    );
    const addressed = databases.map((db, i) => ({ ...db, addresses: [`203.0.113.${i + 1}`] }));
    assert.deepEqual(problemsOf({ databases: addressed, mesh: { kind: "istio", dnsCapture: false } }), []);
  });

  it("refuse a drain time where ASM makes the gateway's pods", () => {
    const asm = { mesh: { kind: "asm" }, gateway: { drainDuration: "1h" } };
    assert.match(problemsOf(asm).join("\n"), /gateway\.drainDuration: "1h" cannot be set on ASM/);
    const image = { mesh: { kind: "asm" }, gateway: { image: "proxyv2:1.27" } };
    assert.match(problemsOf(image).join("\n"), /gateway\.image: "proxyv2:1\.27" cannot be set on ASM/);
    assert.deepEqual(problemsOf({ gateway: { drainDuration: "1h" } }), []);
  });

  it("refuse what the API server would refuse of the gateway's pods", () => {
    const gateway = { replicas: { min: 10 }, resources: { cpuRequest: "2500m", memoryRequest: "4Gi" } };
    assert.deepEqual(problemsOf({ gateway }), [
      "gateway.replicas.max: 5 is less than replicas.min. Write at least as many.",
      'gateway.resources.cpuLimit: "2" is less than cpuRequest. Write at least as much.',
      'gateway.resources.memoryLimit: "1Gi" is less than memoryRequest. Write at least as much.',
    ]);
    assert.deepEqual(problemsOf({ gateway: { resources: { cpuRequest: "lots" } } }), [
      'gateway.resources.cpuRequest: "lots" is not an amount of CPU. Write a number of CPUs, or of thousandths: 2, 0.5, 500m.',
    ]);
  });

  it("refuse two entries that would write one object, whatever they are", () => {
    const both = <T>(entry: T) => [entry, entry];
    const role = {
      name: "r",
      rules: [{ resources: ["pods"], verbs: ["get"] }],
      subjects: [{ kind: "User", name: "u" }],
    };
    const host = { name: "a", host: "a.example.com", namespace: "shop", service: "s" };
    const cases: [Record<string, unknown>, string][] = [
      [{ namespaces: both({ name: "shop" }) }, "namespaces[1].name"],
      [{ rbac: both(role) }, "rbac[1].name"],
      [{ network: { openEgress: both({ name: "a", namespace: "shop" }) } }, "network.openEgress[1]"],
      [{ ingress: { hosts: [host, { ...host, host: "b.example.com" }] } }, "ingress.hosts[1].name"],
      [
        {
          mutualTls: {
            workloads: [
              { name: "w", namespace: "shop", labels: { a: "b" }, ports: both({ port: 80, mode: "STRICT" }) },
            ],
          },
        },
        "mutualTls.workloads[0].ports[1].port",
      ],
      [
        {
          workloads: [
            {
              kind: "deployment",
              name: "w",
              namespace: "shop",
              image: "i",
              ports: [
                { name: "http", port: 80 },
                { name: "http", port: 81 },
              ],
            },
          ],
        },
        "workloads[0].ports[1].name",
      ],
    ];
    for (const [change, path] of cases)
      assert.deepEqual(
        problemsOf(change).map((text) => text.split(": ")[0]),
        [path],
      );
    const elsewhere = [
      { ...role, namespace: "shop" },
      { ...role, namespace: "other" },
    ];
    assert.deepEqual(problemsOf({ rbac: elsewhere }), []);
  });

  it("ask for the memory that a gateway with many policies will need", () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ ...database, name: `db-${i}`, host: `db-${i}.example.com` }));
    assert.deepEqual(problemsOf({ databases: many(200) }), []);
    const perDatabase = { callersPolicy: "perDatabase" };
    assert.deepEqual(problemsOf({ databases: many(500), gateway: perDatabase }), [
      'gateway.resources.memoryLimit: "1Gi" is too little for 500 databases and 500 policies, each of which stands in every database\'s filter chain. Write 2220Mi, or gateway.callersPolicy filterChain where it can be.',
    ]);
    assert.deepEqual(
      problemsOf({ databases: many(500), gateway: { ...perDatabase, resources: { memoryLimit: "3Gi" } } }),
      [],
    );
    assert.deepEqual(problemsOf({ databases: many(1000) }), []);
    assert.deepEqual(problemsOf({ databases: many(1000), gateway: { callersPolicy: "shared" } }), []);
  });

  it("leave the decision to the handshake only where it can name every client and nobody opens a way around it", () => {
    const shared = { gateway: { callersPolicy: "shared" }, databases: [database] };
    assert.deepEqual(problemsOf(shared), []);
    assert.deepEqual(problemsOf({ ...shared, databases: [{ ...database, clients: [{ namespace: "shop" }] }] }), [
      'databases[0].clients[0]: "shop" is a whole namespace, which the handshake cannot name; with gateway.callersPolicy shared it decides alone. Write its serviceAccounts, give the database a gatewayPort of its own, or use perDatabase.',
    ]);
    const open = { ...mesh, scopeGateways: false };
    assert.match(
      problemsOf({ ...shared, mesh: open }).join(),
      /another namespace opens on these pods with a Gateway of its own/,
    );
    assert.match(problemsOf({ ...shared, mesh: { kind: "asm" } }).join("\n"), /Use perDatabase, or mesh\.kind istio/);
  });

  it("refuse a mesh on a cloud it does not run on, with the reason", () => {
    assert.match(
      problemsOf({ mesh: { kind: "asm" } }).join("\n"),
      /mesh\.kind: "asm" is Alibaba Cloud's mesh.* Use istio/,
    );
    assert.match(problemsOf({ mesh: { kind: "cloud-service-mesh" } }).join("\n"), /Google's managed mesh/);
  });

  it("refuse a client namespace nobody listed, with the nearest one", () => {
    const databases = [{ ...database, clients: [{ namespace: "shpo", serviceAccounts: ["orders"] }] }];
    assert.match(
      problemsOf({ databases }).join("\n"),
      /clients\[0\]\.namespace: "shpo" is not among `namespaces`\. Did you mean shop\?/,
    );
  });

  it("refuse a client namespace without sidecars", () => {
    assert.match(
      problemsOf({ databases: [database], namespaces: [{ name: "shop", injection: false }] }).join("\n"),
      /has no injection/,
    );
  });

  it("refuse two databases of one name, and two on one gateway port", () => {
    const own = { ...database, trafficMode: "tcp-gateway", clients: [{ namespace: "shop" }], gatewayPort: 15500 };
    const problems = problemsOf({ databases: [own, { ...own, host: "stock.db.example.com" }] }).join("\n");
    assert.match(problems, /databases\[1\]\.name: "orders" is the name of another database too/);
    assert.match(problems, /databases\[1\]\.gatewayPort: 15500 is the port of another database/);
  });

  it("refuse two wildcard groups whose forwarders would share a loopback port", () => {
    const group = (name: string) => ({
      ...database,
      name,
      host: `*.${name}.example.com`,
      protocol: "tls",
      trafficMode: "tls-wildcard",
    });
    const names = Array.from({ length: 1000 }, (_, index) => `group-${index}`);
    const colliding = names.find(
      (name, index) => names.findIndex((other) => forwarderPort(other) === forwarderPort(name)) < index,
    );
    const first = names.find((name) => forwarderPort(name) === forwarderPort(String(colliding)));
    assert.deepEqual(problemsOf({ databases: [group(String(first)), group(String(colliding))] }), [
      `databases[1].name: "${colliding}" leads to the loopback port of another wildcard group (databases[0]). Rename one of the two.`,
    ]);
  });

  it("refuse isolation that nothing enforces", () => {
    assert.match(
      problemsOf({ cluster: { cloud: "existing", policyEngine: "none" } }).join("\n"),
      /cluster\.policyEngine: "none" enforces no NetworkPolicy/,
    );
  });
});

import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { type Problem, problemData, SettingsError } from "../../settings/problem.js";
import { loadStackFile } from "../../settings/stackFile.js";

const folder = mkdtempSync(join(tmpdir(), "stack-file-"));

function problemsOf(text: string | Buffer): Problem[] {
  const file = join(folder, "Pulumi.test.yaml");
  writeFileSync(file, text);
  try {
    loadStackFile(file);
    return [];
  } catch (error) {
    assert.ok(error instanceof SettingsError, String(error));
    return error.problems;
  }
}

/** `path @line`, and the remedy where a test is about it. */
const places = (problems: Problem[]) => problems.map(({ path, source }) => `${path} @${source?.line}`).sort();

const head = `config:
  mesh-egress:cluster: { cloud: existing }
  mesh-egress:mesh: { kind: istio }
  mesh-egress:namespaces: [{ name: shop }]
  mesh-egress:databases:
`;
const entry = (lines: string) => `${head}    - name: orders\n${lines}`;
const clients = "      clients: [{ namespace: shop, serviceAccounts: [orders] }]\n";
const withHost = (host: string) => entry(`      host: ${host}\n      protocol: postgres\n${clients}`);

describe("A stack file", () => {
  it("has every mistake reported at once with its line, also where one item has both kinds", () => {
    const problems = problemsOf(
      entry(
        "      host: orders.db.example.com\n      unknownKey: 1\n      port: 99999\n      protocol: mysql\n      trafficMode: tls-gateway\n" +
          "      clients: [{ namespace: nowhere }]\n",
      ),
    );
    assert.deepEqual(places(problems), [
      "databases[0].clients[0].namespace @12",
      "databases[0].port @9",
      "databases[0].trafficMode @11",
      "databases[0].unknownKey @8",
    ]);
  });

  it("has nothing reported that only a stand-in for a wrong value would break", () => {
    const problems = problemsOf(
      entry(
        `      host: orders.db.example.com\n      protocol: oracle\n      trafficMode: tls-gateway\n      clients: [{ namespace: shop }]\n`,
      ),
    );
    assert.deepEqual(
      problems.map(({ path }) => path),
      ["databases[0].protocol"],
    );
  });

  const hosts: [what: string, host: string, remedy: RegExp][] = [
    ["an address", "10.20.0.3", /under addresses/],
    ["a name with a port", "orders.db.example.com:5432", /number under port/],
    ["a URL", "postgres://orders.db.example.com:5432/shop", /protocol/],
    ["a Cloud SQL connection name", "acme-prod:europe-west3:orders", /dnsName/],
    ["a Cloud SQL connection name of a project in a domain", "example.com:acme-prod:europe-west3:orders", /dnsName/],
    ["the socket of Cloud SQL's connector", "/cloudsql/acme:europe-west3:orders", /dnsName/],
    ["a short name", "orders", /full name/],
    ["a JDBC URL", "jdbc:postgresql://orders.example.com:5432/shop", /number under port/],
    ["the URL of an SRV record", "mongodb+srv://cluster0.ab12c.mongodb.net/test", /under srv/],
    ["the name of an SRV record", "_mongodb._tcp.cluster0.ab12c.mongodb.net", /under srv/],
    ["several hosts", '"a.example.com:27017,b.example.com:27017"', /under brokers/],
    ["a connection string", '"host=orders.example.com dbname=shop"', /name alone/],
    ["an address with a port", "10.20.0.3:5432", /address under addresses/],
    ["a range", "10.20.0.0/24", /under ranges/],
    ["an IPv6 address", '"fd00::5"', /IPv4 address under addresses/],
    ["an IPv6 address with a port", '"[fd00::5]:5432"', /IPv4 address under addresses/],
    ["a name with a dot at its end", "orders.db.example.com.", /without the dot/],
    ["a name in capitals", "Orders.DB.example.com", /lower case/],
    ["a name with an underscore", "orders_db.example.com", /CNAME/],
    ["a name with spaces around it", '" orders.example.com "', /without it/],
    ["a name with a wildcard inside", '"db.*.example.com"', /one by one/],
  ];
  for (const [what, host, remedy] of hosts)
    it(`says what to write where the host is ${what}`, () => {
      const [problem, ...others] = problemsOf(withHost(host));
      assert.equal(problem?.path, "databases[0].host");
      assert.match(problem?.instead ?? "", remedy);
      assert.deepEqual(others, []);
    });

  const addresses: [what: string, address: string, remedy: RegExp][] = [
    ["a range", "10.20.0.0/24", /under ranges/],
    ["a name", "orders.example.com", /under host/],
    ["an IPv6 address", '"fd00::5"', /IPv4/],
    ["an address with a port", '"10.0.0.1:5432"', /under port/],
    ["the loopback interface's", "127.0.0.1", /application dials/],
    ["no machine's", "0.0.0.0", /application dials/],
    ["with leading zeros", "010.020.0.3", /four numbers/],
  ];
  for (const [what, address, remedy] of addresses)
    it(`says what to write where the address is ${what}`, () => {
      const [problem, ...others] = problemsOf(
        entry(`      addresses: [${address}]\n      protocol: mysql\n${clients}`),
      );
      assert.equal(problem?.path, "databases[0].addresses[0]");
      assert.match(problem?.instead ?? "", remedy);
      assert.deepEqual(others, []);
    });

  it("repeats no secret, wherever it was written", () => {
    const secret = "hunter2";
    const databases = (lines: string) => entry(`${lines}      protocol: mysql\n${clients}`);
    const workload = (fields: string) =>
      `${head.replace(/ {2}mesh-egress:databases:\n$/, "")}  mesh-egress:workloads: [{ kind: deployment, name: x, namespace: shop, image: a, ${fields} }]\n`;
    for (const text of [
      databases(`      host: postgres://user:${secret}@orders.example.com/shop\n`),
      databases(`      host: postgres://user:p@ss/${secret}@orders.example.com/shop\n`),
      databases(`      host: "user:${secret}@tcp(orders.example.com:3306)/shop"\n`),
      databases(`      host: "host=orders.example.com password=${secret}"\n`),
      databases(`      host: a.example.com\n      password: ${secret}\n`),
      databases(`      host: { name: a.example.com, password: ${secret} }\n`),
      databases(
        `      host: a.example.com\n      tls: { clientCredential: "-----BEGIN PRIVATE KEY----- ${secret}" }\n`,
      ),
      databases(`      host: a.example.com\n      postgres://user:${secret}@a.example.com: 1\n`),
      `${head.replace(/\n$/, "")} { orders: { password: ${secret} } }\n`,
      workload(`env: { DB_PASSWORD: ${secret} }`),
      workload(`env: { MONGO_URL: "mongodb://user:${secret}@a.example.com/x" }`),
      workload(`secretEnv: { DB_PASSWORD: "${secret}!!" }`),
      `${head.replace(/\n.*\n$/, "\n")}  mesh-egress:secrets: { pw: ${secret} }\n`,
    ]) {
      const problems = problemsOf(text);
      assert.ok(problems.length > 0, text);
      const printed = new SettingsError(problems).message + JSON.stringify(problems.map(problemData));
      assert.ok(!printed.includes(secret), printed);
    }
  });

  it("may hold plain variables whose names only sound like secrets", () => {
    const text = `${head.replace(/ {2}mesh-egress:databases:\n$/, "")}  mesh-egress:workloads:
    - { kind: deployment, name: x, namespace: shop, image: a, env: { MYSQL_ALLOW_EMPTY_PASSWORD: "yes", TOKEN_URL: "https://a.example.com/token", PASSWORD_FILE: /run/pw } }
`;
    assert.deepEqual(problemsOf(text), []);
  });

  const otherKinds: [what: string, lines: string, message: RegExp][] = [
    ["a number in quotes", '      port: "3306"\n', /Write 3306 without quotes/],
    ["a word for false", "      tls: { directNegotiation: no }\n", /Write false/],
    ["a value where an object belongs", "      limits: 3\n", /for example \{ maxConnections: \d+ \}/],
  ];
  for (const [what, lines, message] of otherKinds)
    it(`says what to write in the place of ${what}`, () => {
      const problems = problemsOf(entry(`      host: a.example.com\n${lines}      protocol: mysql\n${clients}`));
      assert.equal(problems.length, 1);
      assert.match(new SettingsError(problems).message, message);
    });

  const assertions: [what: string, assertion: string, message: RegExp][] = [
    [
      "a client as a text",
      "from: shop/orders, to: '*'",
      /from: .*Write '\*', or an object, for example \{ namespace: shop \}/,
    ],
    ["a database as a text", "from: '*', to: orders", /to: .*or an object, for example \{ database: /],
    [
      "a word of policies",
      "from: '*', to: '*', expect: deny",
      /expect: .*Did you mean blocked\?.*one of gateway, direct/,
    ],
    ["a word for true", "from: '*', to: '*', encrypted: yes", /encrypted: .*true or false/],
    ["nothing", "name: x", /from: is missing\. Write '\*', or an object[\s\S]*to: is missing/],
  ];
  for (const [what, assertion, message] of assertions)
    it(`says what an assertion may hold in the place of ${what}`, () => {
      const text = `${head.replace("databases:\n", "databases: []\n")}  mesh-egress:access: { assert: [{ ${assertion} }] }\n`;
      assert.match(new SettingsError(problemsOf(text)).message, message);
    });

  it("shows the object that was meant where a text names its kind", () => {
    const text = head.replace("{ kind: istio }", "istio").replace("databases:\n", "databases: []\n");
    assert.match(new SettingsError(problemsOf(text)).message, /for example \{ kind: istio \}/);
  });

  const wholes: [what: string, text: string, message: RegExp][] = [
    ["a list under config", "config: [a]\n", /:1: config: is a list/],
    ["a text under config", "config: hello\n", /:1: config: is a text/],
    ["two documents", `${head}    []\n---\nconfig: {}\n`, /one document/],
    ["an alias that stands for itself", `${head}    - &a [*a]\n`, /without aliases/],
    ["values nested without end", `config: ${"[".repeat(3000)}${"]".repeat(3000)}\n`, /not nested as deep/],
    ["an open quote", 'config:\n  mesh-egress:cluster: "existing\n', /Close the quotes/],
    [
      "a dot after the prefix",
      head.replace("mesh-egress:databases", "mesh-egress.databases"),
      /:5: .*mesh-egress:databases/,
    ],
    [
      "the prefix of no provider",
      `${head}    []\n  shop-infra:clusters: []\n`,
      /shop-infra:clusters.*mesh-egress:cluster/,
    ],
  ];
  for (const [what, text, message] of wholes)
    it(`has one sentence for ${what}`, () => {
      const problems = problemsOf(text);
      assert.equal(problems.length, 1);
      assert.match(new SettingsError(problems).message, message);
    });

  it("is read alike with a byte order mark, Windows line ends, as JSON, and as pulumi config set writes it", () => {
    const good = entry(`      host: a.example.com\n      protocol: mysql\n${clients}`);
    for (const text of [
      `\ufeff${good}`,
      good.replaceAll("\n", "\r\n"),
      JSON.stringify({
        config: { "mesh-egress:cluster": { cloud: "existing" }, "mesh-egress:mesh": { kind: "istio" } },
      }),
      `config:\n  mesh-egress:cluster: '{"cloud":"existing"}'\n  mesh-egress:mesh: '{"kind":"istio"}'\n`,
      `${good}  aws:region: eu-central-1\n  gcp:project: acme\n`,
    ])
      assert.deepEqual(problemsOf(text), [], text);
    const wrong = entry(`      host: a.example.com\n      protocol: mysqll\n${clients}`).replaceAll("\n", "\r\n");
    assert.deepEqual(places(problemsOf(wrong)), ["databases[0].protocol @8"]);
  });

  const words: [written: string, meant: string][] = [
    ["postgresql", "postgres"],
    ["mongodb", "mongo"],
    ["MySQL", "mysql"],
    ["mariadb", "mysql"],
  ];
  for (const [written, meant] of words)
    it(`says ${meant} where somebody writes ${written}`, () => {
      const [problem] = problemsOf(entry(`      host: orders.db.example.com\n      protocol: ${written}\n${clients}`));
      assert.match(problem?.instead ?? "", new RegExp(`^Did you mean ${meant}\\?`));
    });

  it("shows lists and objects by example", () => {
    const [list] = problemsOf(entry("      host: orders.db.example.com\n      protocol: mysql\n      clients: shop\n"));
    assert.equal(list?.instead, "Write a list, for example [{ namespace: shop }]");
    const [object] = problemsOf(head.replace("[{ name: shop }]", "[shop]").replace("  mesh-egress:databases:\n", ""));
    assert.equal(object?.instead, "Write an object, for example { name: shop }");
  });

  it("needs the project's prefix, and says which key was meant", () => {
    const [problem, ...others] = problemsOf(
      "config:\n  cluster: { cloud: existing }\n  mesh-egress:mesh: { kind: istio }\n",
    );
    assert.deepEqual([problem?.instead, others], ["Write mesh-egress:cluster", []]);
    const misspelled = problemsOf(head.replace("mesh-egress:databases:", "mesh-egres:databases: []"));
    assert.deepEqual(places(misspelled), ["mesh-egres:databases @5"]);
    const [outside] = problemsOf("mesh-egress:cluster: { cloud: existing }\n");
    assert.match(outside?.instead ?? "", /`config:` as the first line/);
  });

  it("leaves keys of providers alone, and of the project whose file it is", () => {
    const file = join(mkdtempSync(join(tmpdir(), "project-")), "Pulumi.test.yaml");
    writeFileSync(join(dirname(file), "Pulumi.yaml"), "name: shop-infra\nruntime: nodejs\n");
    const own = `${head}    []\n  gcp:project: acme\n  shop-infra:clusters: []\n`;
    writeFileSync(file, own);
    assert.doesNotThrow(() => loadStackFile(file));
    writeFileSync(file, `${own}  other:thing: 1\n`);
    assert.throws(() => loadStackFile(file), /other:thing: has a prefix that belongs neither/);
  });

  it("never has a secret repeated, wherever it was written", () => {
    const secret = "hunter2 hunter2!";
    const places = [
      `  mesh-egress:secrets: { pw: "${secret}" }\n`,
      `  mesh-egress:workloads: [{ kind: mysql-client, namespace: shop, passwordSecret: "${secret}" }]\n`,
      `  mesh-egress:workloads: [{ kind: mysql-client, namespace: shop, password: "${secret}" }]\n`,
      `  mesh-egress:secrets: "${secret}"\n`,
    ];
    for (const place of places) {
      const problems = problemsOf(head.replace("  mesh-egress:databases:\n", place));
      assert.ok(problems.length > 0, place);
      assert.ok(!new SettingsError(problems).message.includes("hunter2"), place);
    }
  });

  const unreadable: [what: string, text: string | Buffer, reason: RegExp][] = [
    ["tabs", head.replace("  mesh-egress:mesh", "\tmesh-egress:mesh"), /is not valid/],
    ["a line that is indented otherwise", `${entry("   host: a\n")}`, /is not valid/],
    ["an alias without an anchor", "config:\n  a: *foo\n", /unidentified alias/],
    [
      "aliases that stand for millions of values",
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\nconfig: { g: [*f,*f,*f,*f,*f,*f,*f,*f,*f] }\n`,
      /alias/i,
    ],
    ["binary content", Buffer.from([0, 1, 2, 3]), /is not a text file/],
  ];
  for (const [what, text, reason] of unreadable)
    it(`ends in one sentence with ${what}`, () => {
      const problems = problemsOf(text);
      assert.equal(problems.length, 1);
      assert.match(problems[0]?.reason ?? "", reason);
    });

  it("that is a folder, or is not there, is named in one sentence", () => {
    for (const path of [folder, join(folder, "nothing.yaml")])
      assert.throws(
        () => loadStackFile(path),
        (error) => error instanceof SettingsError && error.problems.length === 1,
      );
  });

  it("ends in problems or in settings, whatever it holds", () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: "small" },
        fc.constantFrom(null, true, 3, "x", "shop"),
        fc.array(tie("any")),
        fc.dictionary(fc.constantFrom("name", "kind", "cloud", "clients", "x"), tie("any")),
      ),
    })).any;
    const keys = fc.constantFrom(
      "cluster",
      "mesh",
      "gateway",
      "namespaces",
      "databases",
      "network",
      "access",
      "workloads",
    );
    fc.assert(
      fc.property(fc.dictionary(keys, value), (own) => {
        const config = Object.fromEntries(Object.entries(own).map(([key, item]) => [`mesh-egress:${key}`, item]));
        for (const problem of problemsOf(JSON.stringify({ config }))) assert.ok(problem.reason && problem.instead);
      }),
      { numRuns: 40 },
    );
  });
});

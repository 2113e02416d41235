import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { type Problem, SettingsError } from "../../settings/problem.js";
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
    ["a short name", "orders", /full name/],
  ];
  for (const [what, host, remedy] of hosts)
    it(`says what to write where the host is ${what}`, () => {
      const [problem, ...others] = problemsOf(withHost(host));
      assert.equal(problem?.path, "databases[0].host");
      assert.match(problem?.instead ?? "", remedy);
      assert.deepEqual(others, []);
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

  it("leaves keys of providers and other projects alone", () => {
    assert.deepEqual(
      problemsOf(`${head.replace("  mesh-egress:databases:\n", "")}  gcp:project: example\n  other:thing: 1\n`),
      [],
    );
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

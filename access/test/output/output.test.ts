import { about } from "./about.js";
import { message } from "../../messages/index.js";
import { problemAt } from "../../model/problem.js";
import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import pc from "picocolors";
import { checkAssertions } from "../../assertions.js";
import { diffReach } from "../../diff.js";
import type { Assertion, AssertionResult, Row, Summary } from "../../model/model.js";
import { changesTable } from "../../output/changes.js";
import { checksTable } from "../../output/checks.js";
import { explanationText } from "../../output/explanation.js";
import { sarif } from "../../output/sarif.js";
import { accessTable } from "../../output/table.js";
import { listedRows } from "./listedRows.js";
import { rows } from "./rows.js";

const nothing = { findings: [], problems: [], assumptions: [] };
const noPlaces = { sourceOf: () => undefined, assertionSource: () => undefined };

const plain = pc.createColors(false);
const [client, intruder, lost] = rows;
const summary: Summary = {
  workloads: 2,
  targets: 2,
  rows: 3,
  mesh: { gateway: 1, direct: 0, blocked: 1, misrouted: 1, unknown: 0 },
  bypass: { open: 1, blocked: 1, unknown: 1 },
  exposed: 1,
  bypassable: 1,
};

describe("the matrix in a terminal", () => {
  const text = accessTable({ rows: listedRows(rows), findings: [], summary }, plain);

  it("groups by workload and says verdict, path, identity and bypass in 120 columns", () => {
    const lines = text.split("\n");
    assert.equal(lines[0], "demo/client as client");
    assert.match(
      lines[1] ?? "",
      /● gateway +db\.example\.com:3306 +mutual TLS > plaintext +authenticated +■ bypass blocked/,
    );
    assert.ok(
      lines.every((line) => line.length <= 120 || line.startsWith("  !")),
      text,
    );
  });

  it("keeps the port of a host that is too long for its column", () => {
    assert.ok(client);
    const long = { ...client, to: { host: `${"very-".repeat(12)}long.example.com`, port: 3306 } };
    const [, line = ""] = accessTable({ rows: listedRows([long]), findings: [], summary }, plain).split("\n");
    assert.match(line, /very-very-\S*…:3306 /);
    assert.ok(line.length <= 120);
  });

  it("counts, and names the gravest pairs first", () => {
    assert.match(text, /2 workloads x 2 targets/);
    assert.match(text, /● 1 gateway {3}■ 1 blocked {3}✖ 1 misrouted/);
    const graves = text.split("\n").filter((line) => line.startsWith("  !"));
    assert.match(graves[0] ?? "", /two\.example\.com:3306 is routed to another database/);
    assert.match(graves[1] ?? "", /receives the server's handshake packet/);
  });

  it("distinguishes workloads of one name", () => {
    assert.ok(client);
    const two = [client, { ...client, from: { ...client.from } }];
    const heads = accessTable({ rows: listedRows(two), findings: [], summary }, plain).match(
      /^demo\/client as client$/gm,
    );
    assert.equal(heads?.length, 2);
  });

  it("puts databases with one and the same answer into one line", () => {
    assert.ok(client);
    const many = [1, 2, 3].map((n) => ({ ...client, to: { host: `db${n}.example.com`, port: 3306 } }));
    assert.match(
      accessTable({ rows: listedRows(many), findings: [], summary }, plain),
      /db1\.example\.com:3306 and 2 more/,
    );
  });
});

describe("an explanation in a terminal", () => {
  it("numbers the steps, and says object, field and file of each", () => {
    assert.ok(client);
    const text = explanationText(client, plain, ({ kind }) =>
      kind === "NetworkPolicy" ? { file: "deny.yaml", line: 4 } : undefined,
    );
    assert.equal(
      text,
      [
        "demo/client -> db.example.com:3306",
        "",
        "Through the mesh: ● gateway (mutual TLS > plaintext, authenticated)",
        "  1. VirtualService demo/db spec.tcp[0]",
        "     the gateway accepts plain TCP: it does not authenticate the client",
        "",
        "Sidecar bypass: ■ blocked",
        "  1. NetworkPolicy demo/deny spec.egress  deny.yaml:4",
        "     allows nothing",
      ].join("\n"),
    );
  });
});

describe("a comparison of reach", () => {
  it("holds what came, went and changed, and nothing else", () => {
    assert.ok(client && intruder && lost);
    const changed = { ...intruder, mesh: { ...intruder.mesh, exposes: null } };
    const otherReason = { ...client, mesh: { ...client.mesh, because: [] } };
    const changes = diffReach([client, intruder], [otherReason, changed, lost]);
    assert.deepEqual(
      changes.map(({ to, before, after }) => [to.host, before?.mesh.exposes, after?.mesh.verdict]),
      [
        ["db.example.com", "handshake", "blocked"],
        ["two.example.com", undefined, "misrouted"],
      ],
    );
    assert.deepEqual(
      diffReach([lost], []).map(({ after }) => after),
      [undefined],
    );
  });

  it("distinguishes workloads of one name, of which a namespace may hold several", () => {
    assert.ok(client && intruder && lost);
    const [deployment, cronJob] = [client, { ...client, from: { ...client.from }, mesh: intruder.mesh }];
    const elsewhere = (row: Row): Row => ({ ...row, to: lost.to });
    const both = [deployment, elsewhere(deployment), cronJob, elsewhere(cronJob)];
    assert.deepEqual(diffReach(both, both), []);
    const reach = diffReach(both, [deployment, cronJob]).map(({ to, after }) => `${to.host} ${after?.mesh.verdict}`);
    assert.deepEqual(reach, ["two.example.com undefined", "two.example.com undefined"]);
  });

  it("reads from before to after", () => {
    assert.ok(intruder);
    const changes = diffReach([intruder], [{ ...intruder, bypass: { verdict: "blocked", because: [] } }]);
    assert.match(
      changesTable(changes, plain),
      /^~ other\/intruder -> db\.example\.com:3306\n {4}■ blocked \(handshake exposed\), ○ bypass open {2}-> {2}■ blocked \(handshake exposed\), ■ bypass blocked\n\n1 change in reach: 0 added, 0 removed, 1 changed$/,
    );
    assert.equal(changesTable([], plain), "No change in reach.");
  });
});

describe("assertions in a terminal", () => {
  const away: Assertion = { name: "nobody else", from: { namespace: "other" }, to: "*", bypass: "blocked" };

  it("show what fails, its cause with the file, and the pairs", () => {
    const text = checksTable(checkAssertions([away], rows, []), plain, () => ({ file: "deny.yaml", line: 4 }));
    assert.match(text, /^✖ nobody else \(2 of 2 pairs fail\)$/m);
    assert.match(
      text,
      /expected the sidecar bypass to be blocked, but it is open\n {6}NetworkPolicy {2}deny\.yaml:4\n/,
    );
    assert.match(text, /other\/intruder -> db\.example\.com:3306/);
    assert.match(text, /1 of 1 assertion failed$/);
  });

  it("are one entry for each cause, however many pairs it opens", () => {
    const label = { kind: "Namespace", namespace: "", name: "shop", field: "metadata.labels", ...message("no-tls") };
    const entry = (host: string) => ({ ...label, kind: "ServiceEntry", name: host, field: "spec.ports[0]" });
    const direct = (host: string): Row => ({
      ...(rows[0] as Row),
      to: { host, port: 3306 },
      mesh: {
        verdict: "direct",
        encryption: ["plaintext"],
        identity: false,
        exposes: null,
        because: [label, entry(host)],
      },
    });
    const many = Array.from({ length: 364 }, (_, index) => direct(`db-${index}`));
    const [result] = checkAssertions([{ from: "*", to: "*", expect: "gateway" }], many, []);
    assert.deepEqual(
      result?.failures.map(({ id, cause, pairs }) => [id, cause?.name, pairs]),
      [["assertion-verdict", "shop", 364]],
    );
    const log = sarif([result as AssertionResult], nothing, about, noPlaces) as { runs: SarifRun[] };
    assert.equal(log.runs[0]?.results.length, 1);
  });

  it("are two entries where two causes open pairs of their own", () => {
    const because = (name: string) => [{ kind: "Namespace", namespace: "", name, field: "", ...message("no-tls") }];
    const direct = (name: string): Row => ({
      ...(rows[0] as Row),
      mesh: { verdict: "direct", encryption: [], identity: false, exposes: null, because: because(name) },
    });
    const [result] = checkAssertions([{ from: "*", to: "*", expect: "gateway" }], ["a", "a", "b"].map(direct), []);
    assert.deepEqual(
      result?.failures.map(({ cause, pairs }) => [cause?.name, pairs]),
      [
        ["a", 2],
        ["b", 1],
      ],
    );
  });

  it("are called by what they state when they have no name", () => {
    const unnamed: Assertion = { from: { namespace: "demo" }, to: "*", expect: ["gateway", "blocked"] };
    const text = checksTable(checkAssertions([unnamed], rows, []), plain);
    assert.match(text, /^✔ assertion 1: demo -> \*: expect gateway or blocked \(1 pair\)\n\n1 assertion passed$/);
  });
});

describe("a check as SARIF", () => {
  const log = sarif(
    checkAssertions(
      [
        { from: { namespace: "other" }, to: "*", bypass: "blocked" },
        { from: { namespace: "x" }, to: "*" },
      ],
      rows,
      [],
    ),
    {
      ...nothing,
      findings: [{ ...message("early-connection", { pods: "istio=egress" }), because: [] }],
      problems: [problemAt(message("object-without-name", { kind: "Service" }), { file: "a b.yaml", line: 7 })],
    },
    about,
    {
      sourceOf: ({ kind }) => (kind === "NetworkPolicy" ? { file: "net/policy.yaml", line: 3 } : undefined),
      assertionSource: (index) => ({ file: "stacks/Pulumi.shop.yaml", line: 10 + index }),
    },
  );

  it("has the structure of version 2.1.0", () => {
    const location = {
      type: "object",
      required: ["physicalLocation"],
      properties: {
        physicalLocation: {
          type: "object",
          required: ["artifactLocation", "region"],
          properties: {
            artifactLocation: {
              type: "object",
              required: ["uri"],
              properties: { uri: { type: "string", pattern: "^[^\\s\\\\]+$" } },
            },
            region: {
              type: "object",
              required: ["startLine"],
              properties: { startLine: { type: "integer", minimum: 1 } },
            },
          },
        },
      },
    };
    const result = {
      type: "object",
      required: ["ruleId", "ruleIndex", "level", "message"],
      properties: {
        ruleId: { type: "string" },
        level: { enum: ["none", "note", "warning", "error"] },
        message: { type: "object", required: ["text"] },
        locations: { type: "array", items: location },
      },
    };
    const schema = {
      type: "object",
      required: ["version", "runs"],
      properties: {
        version: { const: "2.1.0" },
        runs: {
          type: "array",
          minItems: 1,
          items: {
            type: "object",
            required: ["tool", "results"],
            properties: {
              tool: {
                type: "object",
                required: ["driver"],
                properties: { driver: { type: "object", required: ["name", "rules"] } },
              },
              results: { type: "array", items: result },
            },
          },
        },
      },
    };
    const validate = new Ajv2020({ allErrors: true, strictRequired: false }).compile(schema);
    assert.ok(validate(log), JSON.stringify(validate.errors));
  });

  it("gives each result a rule of the tool, and a place where one is known", () => {
    const [run] = (log as { runs: SarifRun[] }).runs;
    assert.ok(run);
    for (const { ruleId, ruleIndex } of run.results) assert.equal(run.tool.driver.rules[ruleIndex]?.id, ruleId);
    assert.deepEqual(
      run.results.map(
        ({ ruleId, locations }) => `${ruleId} ${locations?.[0]?.physicalLocation.artifactLocation.uri ?? "-"}`,
      ),
      [
        "assertion-bypass net/policy.yaml",
        "assertion-bypass stacks/Pulumi.shop.yaml",
        "assertion-matches-no-target stacks/Pulumi.shop.yaml",
        "early-connection -",
        "object-without-name a%20b.yaml",
      ],
    );
  });

  it("names a result the same when only lines moved, and differently for another cause", () => {
    const fingerprints = (line: number) => {
      const places = { ...noPlaces, sourceOf: () => ({ file: "f.yaml", line }) };
      const results = checkAssertions([{ from: { namespace: "other" }, to: "*", bypass: "blocked" }], rows, []);
      const { runs } = sarif(results, nothing, about, places) as { runs: SarifRun[] };
      return runs[0]?.results.map(({ partialFingerprints }) => Object.values(partialFingerprints).join());
    };
    assert.deepEqual(fingerprints(1), fingerprints(9));
    assert.equal(new Set(fingerprints(1)).size, 2);
  });
});

interface SarifRun {
  tool: { driver: { rules: { id: string }[] } };
  results: {
    ruleId: string;
    ruleIndex: number;
    partialFingerprints: Record<string, string>;
    locations?: { physicalLocation: { artifactLocation: { uri: string } } }[];
  }[];
}

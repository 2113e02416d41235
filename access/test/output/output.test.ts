import { message } from "../../messages/index.js";
import { problemAt } from "../../model/problem.js";
import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import pc from "picocolors";
import { checkAssertions } from "../../assertions.js";
import { diffReach } from "../../diff.js";
import type { Assertion, Row, Summary } from "../../model/model.js";
import { changesTable } from "../../output/changes.js";
import { checksTable } from "../../output/checks.js";
import { explanationText } from "../../output/explanation.js";
import { sarif } from "../../output/sarif.js";
import { accessTable } from "../../output/table.js";
import { rows } from "./rows.js";

const plain = pc.createColors(false);
const [client, intruder, lost] = rows;
const summary: Summary = {
  workloads: 2,
  targets: 2,
  rows: 3,
  mesh: { gateway: 1, direct: 0, blocked: 1, misrouted: 1, unknown: 0 },
  around: { open: 1, blocked: 1, unknown: 1 },
  greetings: 1,
  bypassable: 1,
};

describe("the matrix in a terminal", () => {
  const lazy = Object.assign([...rows], {});
  const text = accessTable({ rows: lazy, findings: [], summary }, plain);

  it("groups by workload and says verdict, path, identity and the way round in 120 columns", () => {
    const lines = text.split("\n");
    assert.equal(lines[0], "demo/client as client");
    assert.match(
      lines[1] ?? "",
      /● gateway +db\.example\.com:3306 +mutual TLS > plaintext +known caller +■ blocked around/,
    );
    assert.ok(
      lines.every((line) => line.length <= 120 || line.startsWith("  !")),
      text,
    );
  });

  it("counts, and names the gravest pairs first", () => {
    assert.match(text, /2 workloads x 2 targets/);
    assert.match(text, /● 1 gateway {3}■ 1 blocked {3}✖ 1 misrouted/);
    const graves = text.split("\n").filter((line) => line.startsWith("  !"));
    assert.match(graves[0] ?? "", /two\.example\.com:3306 ends at another database/);
    assert.match(graves[1] ?? "", /sees the server's greeting/);
  });

  it("tells workloads of one name apart", () => {
    assert.ok(client);
    const two = [client, { ...client, from: { ...client.from } }];
    const heads = accessTable({ rows: two, findings: [], summary }, plain).match(/^demo\/client as client$/gm);
    assert.equal(heads?.length, 2);
  });

  it("puts databases with one and the same answer into one line", () => {
    assert.ok(client);
    const many = [1, 2, 3].map((n) => ({ ...client, to: { host: `db${n}.example.com`, port: 3306 } }));
    assert.match(accessTable({ rows: many, findings: [], summary }, plain), /db1\.example\.com:3306 and 2 more/);
  });
});

describe("an explanation in a terminal", () => {
  it("numbers the steps, and says object, field and file of each", () => {
    assert.ok(client);
    const text = explanationText(client, plain, ({ kind }) => (kind === "NetworkPolicy" ? "deny.yaml:4" : undefined));
    assert.equal(
      text,
      [
        "demo/client -> db.example.com:3306",
        "",
        "Through the mesh: ● gateway (mutual TLS > plaintext, known caller)",
        "  1. VirtualService demo/db spec.tcp[0]",
        "     sends it to the gateway",
        "",
        "Past the sidecar: ■ blocked",
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
        ["db.example.com", "greeting", "blocked"],
        ["two.example.com", undefined, "misrouted"],
      ],
    );
    assert.deepEqual(
      diffReach([lost], []).map(({ after }) => after),
      [undefined],
    );
  });

  it("tells workloads of one name apart, of which a namespace may hold several", () => {
    assert.ok(client && intruder && lost);
    const [deployment, cronJob] = [client, { ...client, from: { ...client.from }, mesh: intruder.mesh }];
    const elsewhere = (row: Row): Row => ({ ...row, to: lost.to });
    const both = [deployment, elsewhere(deployment), cronJob, elsewhere(cronJob)];
    assert.deepEqual(diffReach(both, both), []);
    const told = diffReach(both, [deployment, cronJob]).map(({ to, after }) => `${to.host} ${after?.mesh.verdict}`);
    assert.deepEqual(told, ["two.example.com undefined", "two.example.com undefined"]);
  });

  it("reads from before to after", () => {
    assert.ok(intruder);
    const changes = diffReach([intruder], [{ ...intruder, around: { verdict: "blocked", because: [] } }]);
    assert.match(
      changesTable(changes, plain),
      /^~ other\/intruder -> db\.example\.com:3306\n {4}■ blocked \(sees the greeting\), ○ open around {2}-> {2}■ blocked \(sees the greeting\), ■ blocked around\n\n1 change in reach: 0 added, 0 removed, 1 changed$/,
    );
    assert.equal(changesTable([], plain), "No change in reach.");
  });
});

describe("promises in a terminal", () => {
  it("are shown with the evidence that breaks them", () => {
    const promise: Assertion = { name: "nobody else", from: { namespace: "other" }, to: "*", around: "blocked" };
    const text = checksTable(checkAssertions([promise], rows, []), plain);
    assert.match(
      text,
      /^✖ nobody else \(2 pairs\)\n {4}other\/intruder -> db\.example\.com:3306: .* sidecar bypass .* open/m,
    );
    assert.match(text, /AuthorizationPolicy gw\/db spec\.rules/);
    assert.match(text, /1 of 1 promise broken$/);
  });

  it("are told with the first of many pairs that break them, and how many more do", () => {
    const [row] = rows;
    assert.ok(row);
    const many = Array.from({ length: 250 }, (_, index) => ({ ...row, to: { host: `db-${index}`, port: 3306 } }));
    const results = checkAssertions([{ from: "*", to: "*", expect: "blocked" }], many, []);
    assert.equal(results[0]?.broken, 250);
    const text = checksTable(results, plain);
    assert.match(text, /demo\/client -> db-99:3306: expected blocked/);
    assert.doesNotMatch(text, /db-100/);
    assert.match(text, /… and 150 more pairs/);
    const log = sarif(results, [], () => undefined) as { runs: SarifRun[] };
    assert.equal(log.runs[0]?.results.length, 101);
  });

  it("are called by what they say when they have no name", () => {
    const promise: Assertion = { from: { namespace: "demo" }, to: "*", expect: ["gateway", "blocked"] };
    const text = checksTable(checkAssertions([promise], rows, []), plain);
    assert.match(text, /^✔ promise 1: demo -> \*: expect gateway or blocked \(1 pair\)\n\n1 promise kept$/);
  });
});

describe("a check as SARIF", () => {
  const log = sarif(
    checkAssertions(
      [
        { from: { namespace: "other" }, to: "*", around: "blocked" },
        { from: { namespace: "x" }, to: "*" },
      ],
      rows,
      [],
    ),
    [problemAt(message("object-without-name", { kind: "Service" }), { file: "a b.yaml", line: 7 })],
    ({ kind }) => (kind === "AuthorizationPolicy" ? { file: "gw/policy.yaml", line: 3 } : undefined),
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
        "access/broken-promise gw/policy.yaml",
        "access/broken-promise -",
        "access/empty-promise -",
        "input/problem a%20b.yaml",
      ],
    );
  });
});

interface SarifRun {
  tool: { driver: { rules: { id: string }[] } };
  results: {
    ruleId: string;
    ruleIndex: number;
    locations?: { physicalLocation: { artifactLocation: { uri: string } } }[];
  }[];
}

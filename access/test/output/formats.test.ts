import assert from "node:assert/strict";
import pc from "picocolors";
import { message } from "../../messages/index.js";
import type { Row } from "../../model/model.js";
import { accessDot } from "../../output/graph.js";
import { accessMarkdown } from "../../output/markdown.js";
import { csv, pairsCsv, pairsJsonLines } from "../../output/pairs.js";
import { ofNamespaces } from "../../output/selection.js";
import { accessTable } from "../../output/table.js";
import { about } from "./about.js";
import { listedRows } from "./listedRows.js";
import { matrix, nothingBeside } from "./matrix.js";

const linesOf = (pieces: Iterable<string>): string[] => [...pieces].join("").trim().split(/\r?\n/);

describe("a report of pairs", () => {
  it("has a line of JSON for each pair, with kind, database, verdict and findings", () => {
    const lines = linesOf(pairsJsonLines(matrix(3, 4))).map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.equal(lines.length, 12);
    assert.deepEqual(Object.keys(lines[0] ?? {}), [
      ...["namespace", "workload", "kind", "serviceAccount", "host", "port", "database"],
      ...["verdict", "encryption", "identity", "exposes", "bypass", "findings"],
    ]);
    assert.equal(lines[1]?.["database"], "orders-1");
    assert.deepEqual(lines[0]?.["findings"], ["port-swallowed"]);
  });

  it("has the same pairs as CSV, under a header", () => {
    const [header, ...lines] = linesOf(pairsCsv(matrix(3, 4)));
    assert.match(header ?? "", /^namespace,workload,kind,serviceAccount,host,port,database,verdict,/);
    assert.equal(lines.length, 12);
  });

  it("writes CSV that no spreadsheet runs, and that quotes what would end a field", () => {
    const lines = linesOf(csv(["a", "b"], [{ a: "=1+1", b: 'x "y", z' }]));
    assert.deepEqual(lines, ["a,b", `'=1+1,"x ""y"", z"`]);
  });

  it("holds only the verdicts and namespaces that were asked for", () => {
    const whole = matrix(15, 8);
    const direct = linesOf(pairsJsonLines(whole, { only: ["direct"] })).map(
      (line) => JSON.parse(line) as { verdict: string },
    );
    assert.ok(direct.length > 0 && direct.every(({ verdict }) => verdict === "direct"));
    const team = ofNamespaces(whole, ["team-1"]);
    const lines = linesOf(pairsCsv(team)).slice(1);
    assert.equal(lines.length, 5 * 8);
    assert.ok(lines.every((line) => line.startsWith("team-1,")));
    assert.equal(team.summary.workloads, 5);
    assert.equal(
      Object.values(team.summary.mesh).reduce((a, b) => a + b),
      40,
    );
  });
});

describe("a report for people", () => {
  it("as Markdown names findings, what was assumed, and the tool; no name ends a cell", () => {
    const odd = { ...matrix(2, 2), assumptions: [message("no-namespaces")] };
    const text = accessMarkdown(odd, { ...about, subject: "a|b" });
    assert.match(text, /^# Who reaches which database: a\\\|b/);
    assert.match(text, /\*\*high\*\* `port-swallowed`/);
    assert.match(text, /Assumed: The input contains no Namespace/);
    assert.match(text, /mesh-access 1\.2\.3$/);
  });

  it("as a graph has one node for workloads, and one for databases, that nothing distinguishes", () => {
    const whole = matrix(4, 6);
    const [first] = whole.rows;
    assert.ok(first);
    const same = {
      ...whole,
      rows: { ...listedRows(Array<Row>(24).fill(first)), at: () => first },
    };
    const text = accessDot({ ...same, ...nothingBeside }, about);
    assert.equal(text.match(/shape=box/g)?.length, 1);
    assert.equal(text.match(/shape=cylinder/g)?.length, 1);
    assert.equal(text.match(/ -> /g)?.length, 1);
  });

  it("in a terminal keeps within its width, narrow and wide", () => {
    const plain = pc.createColors(false);
    for (const width of [60, 80, 100, 140, 200]) {
      const text = accessTable(matrix(12, 8), plain, { width });
      const rows = text.split("\n").slice(
        0,
        text.split("\n").findIndex((line) => / x /.test(line)),
      );
      assert.deepEqual(
        rows.filter((line) => line.length > width),
        [],
        String(width),
      );
      assert.match(text, /db-0\.example\.com:3306/);
    }
  });

  it("with --wide has a line for each pair, and what decides it", () => {
    const text = accessTable(matrix(1, 8), pc.createColors(false), { wide: true });
    assert.equal(text.match(/^ {2}\S \w+ +db-\d\.example\.com:3306 /gm)?.length, 8);
    assert.match(text, /VirtualService gw\/db spec\.tcp\[0\]: declares gateway/);
  });
});

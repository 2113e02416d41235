import { about } from "./about.js";
import { json } from "../../output/written.js";
import { message } from "../../messages/index.js";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { analyse } from "../../analyse.js";
import { loadManifests } from "../../input/load.js";
import type { Analysis, BypassVerdict, Evidence, MeshVerdict, Row } from "../../model/model.js";
import { accessJson } from "../../output/json.js";
import { listedRows } from "./listedRows.js";
import { matrix } from "./matrix.js";

type Referring<Verdict> = Omit<Verdict, "because"> & { because: number[] };

interface AccessDocument {
  summary: object;
  findings: { because: number[] }[];
  targets: Row["to"][];
  callers: { workloads: Row["from"][]; answers: { to: number[]; mesh: number; bypass: number }[] }[];
  mesh: Referring<MeshVerdict>[];
  bypass: Referring<BypassVerdict>[];
  evidence: Evidence[];
}

const text = (analysis: Analysis): string => [...accessJson(analysis, about)].join("");
const documentOf = (analysis: Analysis) => JSON.parse(text(analysis)) as AccessDocument;

function at<T>(list: readonly T[], place: number): T {
  const item = list[place];
  assert.ok(item, `nothing stands at ${place}`);
  return item;
}

/** The rows that a reader gets by following the references. */
function expanded({ targets, callers, mesh, bypass, evidence }: AccessDocument): Row[] {
  const withEvidence = <Verdict>(verdict: Referring<Verdict>) => ({
    ...verdict,
    because: verdict.because.map((place) => at(evidence, place)),
  });
  return callers.flatMap(({ workloads, answers }) =>
    workloads.flatMap((from) =>
      answers.flatMap((answer) =>
        answer.to.map((to) => ({
          from,
          to: at(targets, to),
          mesh: withEvidence(at(mesh, answer.mesh)) as unknown as MeshVerdict,
          bypass: withEvidence(at(bypass, answer.bypass)) as unknown as BypassVerdict,
        })),
      ),
    ),
  );
}

/** Workload kinds and database names stand in the document and not in rows. */
const bare = (rows: readonly Row[]): unknown[] =>
  rows.map(({ from, to, ...row }) => ({
    from: { namespace: from.namespace, workload: from.workload, serviceAccount: from.serviceAccount },
    to: { host: to.host, port: to.port },
    ...row,
  }));

/** Values as documents hold them: messages with their text. */
const written = (items: Iterable<unknown>): unknown[] => JSON.parse(json([...items])) as unknown[];

const sorted = (rows: Iterable<unknown>): string[] => [...rows].map((row) => JSON.stringify(row)).sort();

const evidence = fc
  .record({
    kind: fc.constantFrom("Gateway", "NetworkPolicy"),
    namespace: fc.constantFrom("", "gw"),
    name: fc.constantFrom("a", "b"),
    field: fc.constantFrom("", "spec"),
    text: fc.string({ maxLength: 3 }),
  })
  .map(({ text, ...place }): Evidence => ({ ...place, ...message("declares-host", { host: text }) }));
const because = fc.array(evidence, { maxLength: 3 });
const meshVerdict: fc.Arbitrary<MeshVerdict> = fc.record({
  verdict: fc.constantFrom("gateway" as const, "blocked" as const),
  encryption: fc.constantFrom([], ["mutual-tls" as const, "plaintext" as const]),
  identity: fc.boolean(),
  exposes: fc.constantFrom(null, "handshake" as const),
  because,
});
const bypassVerdict: fc.Arbitrary<BypassVerdict> = fc.record({
  verdict: fc.constantFrom("open" as const, "blocked" as const),
  because,
});

/** Matrices whose rows answer from small pools, so that many are equal; half of the equal ones are no shared objects. */
const analyses = fc
  .record({
    workloads: fc.nat({ max: 6 }),
    targets: fc.nat({ max: 6 }),
    mesh: fc.array(meshVerdict, { minLength: 1, maxLength: 3 }),
    bypass: fc.array(bypassVerdict, { minLength: 1, maxLength: 2 }),
    picks: fc.infiniteStream(fc.nat({ max: 5 })),
  })
  .map(({ workloads, targets, mesh, bypass, picks }): Analysis => {
    const pick = <T>(pool: readonly T[]): T => {
      const choice = picks.next().value as number;
      const value = at(pool, choice % pool.length);
      return choice % 2 ? value : structuredClone(value);
    };
    const whole = matrix(workloads, targets);
    return {
      ...whole,
      rows: listedRows([...whole.rows].map((row) => ({ ...row, mesh: pick(mesh), bypass: pick(bypass) }))),
    };
  });

describe("the analysis as JSON", () => {
  const schema = JSON.parse(readFileSync("docs/access.schema.json", "utf8")) as object;
  const validate = new Ajv2020({ allErrors: true }).compile(schema);

  it("gives the rows of the analysis to whoever follows its references", () => {
    fc.assert(
      fc.property(analyses, (analysis) => {
        const document = documentOf(analysis);
        assert.ok(validate(document), JSON.stringify(validate.errors));
        assert.deepEqual(sorted(bare(expanded(document))), sorted(written(analysis.rows)));
      }),
    );
  });

  it("says nothing twice: no verdict, no evidence, no answers of callers", () => {
    fc.assert(
      fc.property(analyses, (analysis) => {
        const { mesh, bypass, evidence: chain, callers } = documentOf(analysis);
        for (const list of [mesh, bypass, chain, callers.map(({ answers }) => answers)])
          assert.equal(new Set(sorted(list)).size, list.length);
      }),
    );
  });

  it("holds of the vendor's recipe what the analysis found, findings included", async () => {
    const { objects } = await loadManifests(["access/test/recipes/rds.yaml"]);
    const analysis = analyse(objects);
    const document = documentOf(analysis);
    assert.ok(validate(document), JSON.stringify(validate.errors));
    assert.deepEqual(sorted(bare(expanded(document))), sorted(written(analysis.rows)));
    assert.deepEqual(document.summary, analysis.summary);
    assert.deepEqual(
      document.findings.map((finding) => finding.because.map((place) => at(document.evidence, place))),
      written(analysis.findings.map((finding) => finding.because)),
    );
  });

  it("is refused by its schema with a verdict that does not exist", () => {
    const document = documentOf(matrix(2, 2));
    const mesh = document.mesh.map((verdict) => ({ ...verdict, verdict: "maybe" }));
    assert.ok(!validate({ ...document, mesh }));
  });

  it("is handed on in pieces, for as a whole it may be longer than a text can be", () => {
    const longest = (analysis: Analysis) => Math.max(...[...accessJson(analysis, about)].map((piece) => piece.length));
    assert.ok(longest(matrix(400, 40)) < 128 * 1024);
  });

  it("stays small where five million pairs share their answers", function () {
    this.timeout(60_000);
    const { rows: _, ...whole } = { ...matrix(5_000, 1), targets: matrix(1, 1_000).targets };
    const [row] = matrix(1, 1).rows;
    assert.ok(row);
    const rows = listedRows({
      length: 5_000_000,
      *[Symbol.iterator]() {
        for (let index = 0; index < this.length; index++) yield row;
      },
    });
    assert.ok(text({ ...whole, rows }).length < 1_000_000);
  });
});

describe("the commands for jq in docs/access.md", () => {
  const programs = [...readFileSync("docs/access.md", "utf8").matchAll(/\| jq (?<flag>-\w) '(?<program>[^']+)'/g)];
  const rds = async () => text(analyse((await loadManifests(["access/test/recipes/rds.yaml"])).objects));
  const run = (index: number, input: string): string[] => {
    const { flag = "", program = "" } = programs[index]?.groups ?? {};
    const { stdout, stderr, status } = spawnSync("jq", [flag, program], { input, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return stdout.trim().split("\n");
  };

  before(function () {
    if (spawnSync("jq", ["--version"]).status === 0) return;
    process.stderr.write("    skipped: no jq here\n");
    this.skip();
  });

  it("are two", () => assert.equal(programs.length, 2));

  it("list who gets to a database past the gateway", async () => {
    assert.deepEqual(run(0, await rds()), ["demo-other/batch rm-1.mysql.rds.example.com:3306"]);
  });

  it("write a row for each pair, with the evidence in it", async () => {
    const { objects } = await loadManifests(["access/test/recipes/rds.yaml"]);
    const rows = run(1, await rds()).map((line) => JSON.parse(line) as Row);
    assert.deepEqual(sorted(bare(rows)), sorted(written(analyse(objects).rows)));
  });
});

import { textOf } from "../messages/index.js";
import type { AssertionResult, Evidence, Problem, Source } from "../model/model.js";
import { titleOf, untold } from "./checks.js";
import { objectName } from "./words.js";

/** Where evidence stands, for a report that points into files. */
export type SourceOf = (evidence: Evidence) => Source | undefined;

const rules = [
  {
    id: "access/broken-promise",
    shortDescription: { text: "A promise about who reaches which database is broken." },
    help: { text: "Read the evidence, then change the manifest it points to, or the promise in access.assert." },
  },
  {
    id: "access/empty-promise",
    shortDescription: { text: "A promise covers no workload and database." },
    help: { text: "Correct the names in it: a promise about nothing proves nothing." },
  },
  {
    id: "input/problem",
    shortDescription: { text: "A manifest is broken, twice there, or refers to nothing." },
    help: { text: "Correct the manifest; everything else was analysed without it." },
  },
] as const;
type RuleId = (typeof rules)[number]["id"];

/** Broken promises and broken input as SARIF 2.1.0, the form that code hosts and editors read. */
export function sarif(results: readonly AssertionResult[], problems: readonly Problem[], sourceOf: SourceOf): object {
  const broken = results.flatMap((result, index) => {
    const ruleId: RuleId = result.covered ? "access/broken-promise" : "access/empty-promise";
    const title = titleOf(result, index);
    return [
      ...result.failures.map((failure) => {
        const { row } = failure;
        const evidence = row ? [...row.mesh.because, ...row.around.because] : [];
        return entry(ruleId, "error", `${title}: ${textOf(failure)}`, locations(evidence, sourceOf));
      }),
      ...untold(result).map((text) => entry(ruleId, "error", `${title}: ${text}`, [])),
    ];
  });
  const faults = problems.map((problem) => {
    const { severity, source } = problem;
    return entry("input/problem", severity, textOf(problem), source ? [location(source)] : []);
  });
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "mesh-egress", rules } },
        columnKind: "utf16CodeUnits",
        results: [...broken, ...faults],
      },
    ],
  };
}

function entry(ruleId: RuleId, level: "error" | "warning", text: string, found: object[]): object {
  const ruleIndex = rules.findIndex((rule) => rule.id === ruleId);
  return { ruleId, ruleIndex, level, message: { text }, ...(found.length ? { locations: found } : {}) };
}

function locations(evidence: readonly Evidence[], sourceOf: SourceOf): object[] {
  return evidence.flatMap((one) => {
    const source = sourceOf(one);
    return source ? [location(source, `${objectName(one)}: ${textOf(one)}`)] : [];
  });
}

function location({ file, line }: Source, text?: string): object {
  const physicalLocation = {
    artifactLocation: { uri: file.split("\\").join("/").split("/").map(encodeURIComponent).join("/") },
    region: { startLine: line },
  };
  return text === undefined ? { physicalLocation } : { physicalLocation, message: { text } };
}

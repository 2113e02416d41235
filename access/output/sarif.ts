import { objectName } from "../model/objectName.js";
import { createHash } from "node:crypto";
import { adviceOf, textOf } from "../messages/index.js";
import { assertionMessages } from "../messages/assertionMessages.js";
import { findingMessages } from "../messages/findingMessages.js";
import { problemMessages } from "../messages/problemMessages.js";
import type {
  Analysis,
  AssertionFailure,
  AssertionResult,
  Evidence,
  Finding,
  Problem,
  Source,
} from "../model/model.js";
import { type About, assumedOf } from "./about.js";
import { chainOf, pairsText, titleOf } from "./checks.js";
import { findingText, inOrderOfHarm } from "./findingLines.js";
import type { SourceOf } from "./places.js";

type Level = "error" | "warning" | "note";

const levels = { high: "error", medium: "warning", low: "note", info: "note" } as const;

/** Where results are: of objects in files, of planned objects and of assertions in the settings. */
export interface SarifPlaces {
  sourceOf: SourceOf;
  assertionSource: (index: number) => Source | undefined;
  /** The file that results without a place of their own are about: readers of SARIF want one. */
  file?: string;
}

/** Failed assertions, findings and problems of the input as SARIF 2.1.0: one result for each cause. */
export function sarif(
  results: readonly AssertionResult[],
  analysis: Pick<Analysis, "findings" | "problems" | "assumptions">,
  about: About,
  places: SarifPlaces,
): object {
  const found = [
    ...results.flatMap((result, index) =>
      result.failures.map((failure) =>
        ofFailure(failure, titleOf(result, index), places, places.assertionSource(index)),
      ),
    ),
    ...inOrderOfHarm(analysis.findings).map((finding) => ofFinding(finding, places)),
    ...analysis.problems.map(ofProblem),
  ];
  const rules = rulesOf([...new Set(found.map(({ ruleId }) => ruleId))]);
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: about.tool.name, version: about.tool.version, rules } },
        columnKind: "utf16CodeUnits",
        automationDetails: { id: `access/${about.subject}` },
        results: found.map((result) => ({
          ...placed(result, places.file),
          ruleIndex: rules.findIndex(({ id }) => id === result.ruleId),
        })),
        properties: { assumed: assumedOf(about, analysis), options: about.options },
      },
    ],
  };
}

interface Result {
  ruleId: string;
  level: Level;
  message: { text: string };
  locations?: object[];
  relatedLocations?: object[];
  /** The same in the next run, as long as rule, subject and cause are the same, whatever moves in the file. */
  partialFingerprints: Record<string, string>;
}

function ofFailure(
  failure: AssertionFailure,
  title: string,
  { sourceOf }: SarifPlaces,
  assertion: Source | undefined,
): Result {
  const { cause, examples } = failure;
  const because = cause ? ` Cause: ${objectName(cause)}: ${textOf(cause)}.` : "";
  const pairs = failure.pairs > 0 ? ` ${pairsText(failure)}.` : "";
  const text = `${title}: ${textOf(failure)}.${because}${pairs}`;
  const chain = examples[0] ? chainOf(examples[0]) : [];
  const causeSource = cause && sourceOf(cause);
  const related = [...(causeSource && assertion ? [place(assertion, title)] : []), ...placesOf(chain, sourceOf)];
  const here = causeSource ?? assertion;
  return result(failure.id, "error", text, here, related, [title, cause ? objectName(cause) : ""]);
}

function ofFinding(finding: Finding, { sourceOf }: SarifPlaces): Result {
  const { severity, settings, manifests } = adviceOf(finding);
  const text = `${findingText(finding)} Fix: ${settings} In manifests: ${manifests}`;
  const [first] = finding.because.flatMap((link) => sourceOf(link) ?? []);
  const names = finding.because.map(objectName);
  return result(finding.id, levels[severity], text, first, placesOf(finding.because, sourceOf), names);
}

function ofProblem(problem: Problem): Result {
  const name = problem.object ? objectName(problem.object) : "";
  return result(problem.id, problem.severity, textOf(problem), problem.source, [], [name || textOf(problem)]);
}

function result(
  ruleId: string,
  level: Level,
  text: string,
  here: Source | undefined,
  related: object[],
  subject: readonly string[],
): Result {
  const fingerprint = createHash("sha256")
    .update([ruleId, ...subject].join("\0"))
    .digest("hex")
    .slice(0, 32);
  return {
    ruleId,
    level,
    message: { text },
    ...(here ? { locations: [place(here)] } : {}),
    ...(related.length > 0 ? { relatedLocations: related.map((one, id) => ({ id, ...one })) } : {}),
    partialFingerprints: { "subjectHash/v1": fingerprint },
  };
}

function placed(result: Result, file: string | undefined): Result {
  if (result.locations || file === undefined) return result;
  return { ...result, locations: [place({ file, line: 1 })] };
}

function placesOf(because: readonly Evidence[], sourceOf: SourceOf): object[] {
  return because.flatMap((link) => {
    const source = sourceOf(link);
    return source ? [place(source, `${objectName(link)}: ${textOf(link)}`)] : [];
  });
}

function place({ file, line }: Source, text?: string): object {
  const physicalLocation = {
    artifactLocation: { uri: file.split("\\").join("/").split("/").map(encodeURIComponent).join("/") },
    region: { startLine: line },
  };
  return text === undefined ? { physicalLocation } : { physicalLocation, message: { text } };
}

interface Rule {
  id: string;
  shortDescription: { text: string };
  help: { text: string; markdown: string };
}

function rulesOf(ids: readonly string[]): Rule[] {
  const findings = new Map(Object.entries(findingMessages));
  const others = new Map<string, string>([
    ...Object.entries(assertionMessages),
    ...Object.entries(problemMessages).map(([id, { text }]) => [id, text] as const),
  ]);
  return ids.map((id) => {
    const finding = findings.get(id);
    const text = finding ? finding.title : (others.get(id) ?? id);
    const fix = finding
      ? `${finding.settings} In manifests: ${finding.manifests}`
      : "Read the evidence, then change the manifest that it names.";
    const page = `docs/messages.md#${id}`;
    return {
      id,
      shortDescription: { text },
      help: { text: `${fix} See ${page}.`, markdown: `${fix} See [${page}](${page}).` },
    };
  });
}

import { objectName } from "../model/objectName.js";
import { adviceOf, textOf } from "../messages/index.js";
import type { Analysis, AssertionResult, MtlsAuditRow, ReachChange, Row } from "../model/model.js";
import { describePair } from "../assertions.js";
import { type About, assumedOf } from "./about.js";
import { changesSummary, kindOf, reach } from "./changes.js";
import { coverage, pairsText, titleOf } from "./checks.js";
import { findingText, inOrderOfHarm } from "./findingLines.js";
import { placeText, type SourceOf } from "./places.js";
import { eachAnswer, type Selection, selectedWorkloads } from "./selection.js";
import { count, hops, meshSymbols, remark } from "./words.js";

/** Rows of a table that a reader of a change request gets; JSON and CSV hold them all. */
const shownRows = 300;

/** The analysis as Markdown, for a change request or a wiki: equal answers of a workload in one row. */
export function accessMarkdown(
  analysis: Analysis,
  about: About,
  selection: Selection = {},
  connections?: readonly string[][],
): string {
  const { findings, summary } = analysis;
  return document(`Who reaches which database: ${about.subject}`, about, analysis, [
    `${count(summary.workloads, "workload")} × ${count(summary.targets, "database")}`,
    ...(findings.length === 0
      ? []
      : [
          "## Findings",
          inOrderOfHarm(findings)
            .map((finding) => {
              const { severity, settings, manifests } = adviceOf(finding);
              return `- **${severity}** \`${finding.id}\` ${cell(findingText(finding))} Fix: ${cell(settings)} In manifests: ${cell(manifests)}`;
            })
            .join("\n"),
        ]),
    "## Reach",
    table(
      ["Workload", "Database", "Mesh path", "Encryption", "Client", "Sidecar bypass"],
      matrixRows(analysis, selection),
    ),
    ...(connections ? ["## Connections", table(["From", "To", "Ports"], connections)] : []),
  ]);
}

function matrixRows(analysis: Pick<Analysis, "rows">, selection: Selection): string[][] {
  return [...selectedWorkloads(analysis, selection)].flatMap(({ from, answers }) => {
    const groups = new Map<string, { row: Row; databases: number }>();
    eachAnswer(analysis.rows.ends, answers, selection, (to, mesh, bypass) => {
      const key = [mesh.verdict, mesh.encryption, remark(mesh), bypass.verdict].join(" ");
      const group = groups.get(key);
      if (group) group.databases++;
      else groups.set(key, { row: { from, to, mesh, bypass }, databases: 1 });
    });
    return [...groups.values()].map(({ row: { to, mesh, bypass }, databases }) => [
      `${from.namespace}/${from.workload}`,
      `${to.host}:${to.port}${databases > 1 ? ` and ${databases - 1} more` : ""}`,
      `${meshSymbols[mesh.verdict]} ${mesh.verdict}`,
      hops(mesh.encryption),
      remark(mesh),
      bypass.verdict,
    ]);
  });
}

/** Results of assertions as Markdown, one row for each cause. */
export function checksMarkdown(
  results: readonly AssertionResult[],
  about: About,
  analysis: Pick<Analysis, "assumptions">,
  sourceOf: SourceOf,
): string {
  const rows = results.flatMap((result, index) => {
    const head = [result.ok ? "✔" : "✖", titleOf(result, index), coverage(result)];
    if (result.ok) return [[...head, "", ""]];
    return result.failures.map((failure) => {
      const { cause } = failure;
      const place = cause && placeText(sourceOf(cause));
      const because = cause ? `${objectName(cause)}: ${textOf(cause)}${place ? ` (${place})` : ""}` : "";
      return [...head, `${textOf(failure)}. ${pairsText(failure)}`, because];
    });
  });
  return document(`Access assertions: ${about.subject}`, about, analysis, [
    table(["", "Assertion", "Pairs", "Failure", "Cause"], rows),
  ]);
}

/** Changes in reach as Markdown. */
export function changesMarkdown(
  changes: readonly ReachChange[],
  about: About,
  analysis: Pick<Analysis, "assumptions">,
): string {
  const rows = changes.map((change) => [
    kindOf(change),
    describePair(change),
    change.before ? reach(change.before) : "",
    change.after ? reach(change.after) : "",
  ]);
  return document(`Change in reach: ${about.subject}`, about, analysis, [
    changesSummary(changes),
    table(["", "Pair", "Before", "After"], rows),
  ]);
}

/** The audit of mutual TLS as Markdown. */
export function mtlsMarkdown(
  rows: readonly MtlsAuditRow[],
  about: About,
  analysis: Pick<Analysis, "assumptions">,
): string {
  const lines = rows.map(({ namespace, workload, port, mode, plaintext, because }) => [
    `${namespace}/${workload}${port === null ? "" : `:${port}`}`,
    plaintext === "unknown" ? "unknown" : plaintext ? "accepted" : "refused",
    mode,
    `${objectName(because)}: ${textOf(because)}`,
  ]);
  return document(`Mutual TLS: ${about.subject}`, about, analysis, [
    table(["Workload", "Plaintext", "Mode", "Decided by"], lines),
  ]);
}

function document(
  title: string,
  about: About,
  analysis: Pick<Analysis, "assumptions">,
  parts: readonly string[],
): string {
  const assumed = assumedOf(about, analysis).map((text) => `- Assumed: ${cell(text)}`);
  const { tool } = about;
  return [
    `# ${cell(title)}`,
    ...parts,
    ...(assumed.length > 0 ? [assumed.join("\n")] : []),
    `${tool.name} ${tool.version}`,
  ].join("\n\n");
}

function table(heads: readonly string[], rows: readonly string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  const more = rows.length - shownRows;
  return [
    line(heads),
    `|${heads.map(() => " --- ").join("|")}|`,
    ...rows.slice(0, shownRows).map(line),
    ...(more > 0 ? ["", `… and ${count(more, "more row")}: -o json and -o csv hold them all.`] : []),
  ].join("\n");
}

/** Text that ends no cell and starts no markup. */
function cell(text: string): string {
  return text.replace(/[\\|<>*_`[\]]/g, "\\$&").replace(/\s*\n\s*/g, " ");
}

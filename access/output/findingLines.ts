import { adviceOf, textOf } from "../messages/index.js";
import type { Finding } from "../model/model.js";
import type { Colors } from "./colors.js";

const harm = { high: 0, medium: 1, low: 2, info: 3 };

/** The most harmful findings first, and of these the ones about most pairs. */
export function inOrderOfHarm(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(
    (a, b) => harm[adviceOf(a).severity] - harm[adviceOf(b).severity] || (b.pairs ?? 0) - (a.pairs ?? 0),
  );
}

/** The text of a finding, and how many pairs it is about. */
export function findingText(finding: Finding): string {
  const { pairs } = finding;
  return `${textOf(finding)}${pairs === undefined ? "" : ` (${pairs} ${pairs === 1 ? "pair" : "pairs"})`}`;
}

const severityColor = { high: "red", medium: "yellow", low: "cyan", info: "dim" } as const;

/** Findings as a terminal shows them: severity, id, text, and what to change. */
export function findingLines(findings: readonly Finding[], colors: Colors): string[] {
  return inOrderOfHarm(findings).flatMap((finding) => {
    const { severity, settings, manifests } = adviceOf(finding);
    return [
      `  ${colors[severityColor[severity]](severity.toUpperCase().padEnd(6))}  ${colors.bold(finding.id)}  ${findingText(finding)}`,
      `          ${colors.dim(`Fix: ${settings} In manifests: ${manifests}`)}`,
    ];
  });
}

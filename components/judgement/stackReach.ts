import pc from "picocolors";
import type { Settings } from "../../settings/schema.js";
import {
  adviceOf,
  analyse,
  type Analysis,
  checkAssertions,
  describePair,
  type KubernetesObject,
  type Row,
  textOf,
} from "mesh-access";
import { checksTable, inOrderOfHarm, reach } from "mesh-access/output";
import { FailedAssertionsError } from "../../settings/failedAssertions.js";
import { settingsWarnings } from "./warnings.js";
import { optionsOfStack } from "./stackOptions.js";

/** Who reaches what, by pair: a value per line of a preview's output diff. A pair that is not listed reaches nothing. */
export type Reach = Record<string, string>;

/** What a preview shows of the analysis. */
export interface StackReach {
  access: Reach;
  /** What no single pair shows, the most harmful first: `high port-swallowed: ...`. */
  findings: string[];
  /** What is wrong with the manifests themselves. */
  problems: string[];
}

/**
 * Judges a stack by its manifests.
 *
 * @throws {@link FailedAssertionsError} with the cause of every assertion that fails.
 */
export function judgeStack(objects: readonly KubernetesObject[], settings: Settings): Analysis {
  const analysis = analyse({ objects, problems: settingsWarnings(settings) }, optionsOfStack(settings));
  requireAssertions(analysis, settings);
  return analysis;
}

/** @throws {@link FailedAssertionsError} with the cause of every assertion that fails. */
export function requireAssertions({ rows, targets }: Analysis, { access }: Pick<Settings, "access">): void {
  const results = checkAssertions(access.assert, rows, targets);
  if (results.some(({ ok }) => !ok)) throw new FailedAssertionsError(checksTable(results, pc.createColors(false)));
}

/** What a preview shows of an analysis. */
export function reachIn({ rows, findings, problems }: Analysis): StackReach {
  const pairs: [string, string][] = [];
  for (const row of rows) if (reachesAnything(row)) pairs.push([describePair(row), reach(row)]);
  return {
    access: Object.fromEntries(pairs),
    findings: inOrderOfHarm(findings).map((finding) => {
      const { severity, settings: fix } = adviceOf(finding);
      return `${severity} ${finding.id}: ${textOf(finding)} Fix: ${fix}`;
    }),
    problems: problems.map(textOf),
  };
}

/** Pairs that are blocked on both paths are left out: there are as many as workloads times databases. */
function reachesAnything({ mesh, bypass }: Row): boolean {
  return mesh.verdict !== "blocked" || mesh.exposes !== null || bypass.verdict !== "blocked";
}

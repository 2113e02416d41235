import { textOf } from "../messages/index.js";
import type { Analysis, AnalysisOptions } from "../model/model.js";

/** Of what, by what and with which options a report was made. */
export interface About {
  /** Files, stack or cluster. */
  subject: string;
  tool: { name: string; version: string };
  options: AnalysisOptions;
  made: Date;
  /** What the verdicts assume of another stack. */
  assumption?: string;
}

/** Everything that the verdicts assume, a sentence each. */
export function assumedOf(
  { assumption }: Pick<About, "assumption">,
  { assumptions }: Pick<Analysis, "assumptions">,
): string[] {
  return [...(assumption ? [assumption] : []), ...assumptions.map(textOf)];
}

/** Options that differ from the defaults, as a reader would write them. */
export function optionsText({ mesh, databases, existing: _, ...rest }: AnalysisOptions): string {
  const named = Object.entries({ ...mesh, ...rest }).filter(([, value]) => value !== undefined);
  const texts = named.map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(" ") : String(value)}`);
  return [...texts, ...(databases?.length ? [`databases ${databases.length}`] : [])].join(", ") || "defaults";
}

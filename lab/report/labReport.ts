import type { ProbeResult } from "../probes/probe.js";
import type { ScenarioReport } from "../scenarios/runScenario.js";

/** What a run of the lab has shown. */
export interface LabReport {
  /** When the run began, ISO 8601. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly passed: number;
  readonly failed: number;
  /** In what the lab differs from a cluster in a cloud, each with its reason. */
  readonly departures: readonly string[];
  readonly scenarios: readonly ScenarioReport[];
}

/** Adds up the scenarios. */
export function labReport(run: Omit<LabReport, "passed" | "failed">): LabReport {
  const results = run.scenarios.flatMap((scenario) => scenario.results);
  const passed = results.filter((result) => result.passed).length;
  return { ...run, passed, failed: results.length - passed };
}

/** A run's last line, for people and for scripts. */
export function closingLine({ passed, failed }: Pick<LabReport, "passed" | "failed">): string {
  return `${passed} passed, ${failed} failed`;
}

/** Results by what they have in common, in the order they first appear. */
export function groupedBy(
  results: readonly ProbeResult[],
  key: (result: ProbeResult) => string,
): [string, ProbeResult[]][] {
  const groups = new Map<string, ProbeResult[]>();
  for (const result of results) {
    const group = groups.get(key(result));
    if (group) group.push(result);
    else groups.set(key(result), [result]);
  }
  return [...groups];
}

import Table from "cli-table3";
import color from "picocolors";
import { groupedBy, type LabReport } from "./labReport.js";

/** One row for each observation of each scenario, and every failure in full. */
export function reportTable(report: LabReport): string {
  const table = new Table({ head: ["scenario", "", "shown", "probes", "slowest"], style: { head: [], border: [] } });
  for (const { name, results } of report.scenarios) {
    for (const [observation, group] of groupedBy(results, (result) => result.observation)) {
      const failed = group.filter((result) => !result.passed).length;
      const slowest = Math.max(...group.map(({ seconds }) => seconds)).toFixed(1);
      const verdict = failed === 0 ? color.green("yes") : color.red(`${failed} failed`);
      table.push([name, observation, verdict, group.length, `${slowest} s`]);
    }
  }
  return [table.toString(), ...failures(report)].join("\n");
}

function failures({ scenarios }: LabReport): string[] {
  return scenarios
    .flatMap(({ results }) => results.filter((result) => !result.passed))
    .flatMap(({ scenario, observation, title, expected, seen, evidence }) => [
      "",
      `${color.red("FAILED")} ${scenario} ${observation}: ${title}`,
      `  expected ${expected}`,
      `  seen     ${seen}`,
      ...(evidence && evidence !== seen ? [`  ${color.dim(evidence)}`] : []),
    ]);
}

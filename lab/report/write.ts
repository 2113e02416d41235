import { writeFile } from "node:fs/promises";
import { reportPage } from "./html.js";
import type { LabReport } from "./labReport.js";

/** Where a run's report goes, besides the terminal. */
export interface ReportFiles {
  readonly json: string;
  readonly html: string;
}

export async function writeReport(report: LabReport, { json, html }: ReportFiles): Promise<void> {
  await Promise.all([
    writeFile(json, `${JSON.stringify(report, undefined, 2)}\n`),
    writeFile(html, reportPage(report)),
  ]);
}

import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { performancePage } from "./document/performancePage.js";
import type { PartName, PartReport, Report } from "./figures.js";

const files = { report: "bench/report.json", page: "docs/performance.md", images: "docs/images" };

/** What earlier runs found; parts that are run again take the place of their former selves. */
export async function readReport(root: string): Promise<Report> {
  const file = join(root, files.report);
  return existsSync(file) ? (JSON.parse(await readFile(file, "utf8")) as Report) : { parts: {} };
}

/** Writes the report, the page and its plots. */
export async function writeReport(root: string, parts: Partial<Record<PartName, PartReport>>): Promise<void> {
  const report: Report = { parts: { ...(await readReport(root)).parts, ...parts } };
  await writeFormatted(root, files.report, JSON.stringify(report));
  const { text, plots } = await performancePage(report);
  await mkdir(join(root, files.images), { recursive: true });
  for (const [name, svg] of plots) await writeFile(join(root, files.images, name), svg);
  await writeFormatted(root, files.page, text);
}

/** Formatted as the project's checks demand. */
async function writeFormatted(root: string, file: string, text: string): Promise<void> {
  const path = join(root, file);
  await writeFile(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}

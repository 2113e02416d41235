import { readFileSync } from "node:fs";
import { growthOf, mediansBySize } from "../../bench/document/growth.js";
import { formatted } from "../../bench/document/formatted.js";
import type { Growth, Report } from "../../bench/figures.js";
import { ourStyle, recipeStyle, titles } from "../../bench/lab/sidecarReport.js";
import { table } from "./markdown.js";

/** The largest number of databases in the report, and the ways that are set beside each other there. */
const databases = 1_000;
const ways = { "the documents' recipe": recipeStyle, "`callersPolicy: shared`": ourStyle("shared") };

/** What a thousand databases cost, as `bench/report.json` has it. */
export function costTable(): string {
  const { parts } = JSON.parse(readFileSync("bench/report.json", "utf8")) as Report;
  const rows = Object.values(titles).map((title) => {
    const figure = parts.sidecars && growthOf(parts.sidecars, title);
    return [title, ...Object.values(ways).map((way) => toldOf(figure, way))];
  });
  return table([`With ${databases.toLocaleString("en")} databases`, ...Object.keys(ways)], rows);
}

function toldOf(figure: Growth | undefined, way: string): string {
  const value = mediansBySize(figure, way).get(databases);
  return figure && value !== undefined ? formatted([value], figure.unit) : "";
}

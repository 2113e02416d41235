import { readFileSync } from "node:fs";
import { told } from "../../bench/document/told.js";
import type { Figure, Growth, Report } from "../../bench/figures.js";
import { median } from "../../bench/statistics.js";
import { ourStyle, recipeStyle, titles } from "../../bench/lab/sidecarReport.js";
import { table } from "./markdown.js";

/** The largest number of databases in the report, and the ways that are set beside each other there. */
const databases = 1_000;
const ways = { "the documents' recipe": recipeStyle, "`callersPolicy: shared`": ourStyle("shared") };

/** What a thousand databases cost, as `bench/report.json` has it. */
export function costTable(): string {
  const { parts } = JSON.parse(readFileSync("bench/report.json", "utf8")) as Report;
  const rows = Object.values(titles).map((title) => {
    const figure = parts.sidecars?.figures.find((each): each is Growth => isGrowth(each) && each.title === title);
    return [title, ...Object.values(ways).map((way) => (figure ? toldOf(figure, way) : ""))];
  });
  return table([`With ${databases.toLocaleString("en")} databases`, ...Object.keys(ways)], rows);
}

const isGrowth = (figure: Figure): figure is Growth => figure.kind === "growth";

function toldOf({ series, unit }: Growth, way: string): string {
  const points = series.find(({ name }) => name === way)?.points ?? [];
  const samples = points.find(({ size }) => size === databases)?.samples;
  return samples ? told([median(samples)], unit) : "";
}

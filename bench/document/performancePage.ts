import {
  type Comparison,
  type Figure,
  type Goal,
  type Growth,
  partNames,
  type PartName,
  type PartReport,
  type Report,
} from "../figures.js";
import { growthExponent, ratio, spread } from "../statistics.js";
import { mendedSection } from "./mended.js";
import { plot } from "./plots.js";
import { formatted } from "./formatted.js";

/** The page and the plots it shows, by file name. */
export interface Page {
  text: string;
  plots: Map<string, string>;
}

/** What was measured, for people. */
export async function performancePage(report: Report): Promise<Page> {
  const { parts } = report;
  const present = partNames.flatMap((name) => {
    const part = parts[name];
    return part ? [{ name, part }] : [];
  });
  const plots = new Map<string, string>();
  for (const { name, part } of present)
    for (const [index, figure] of part.figures.entries()) plots.set(imageOf(name, index), await plot(figure));
  const text = [
    "# What it costs, and how it grows",
    "",
    "Written by `npm run bench` (`npm run bench -- plan` for one part) from `bench/report.json`, which has every sample.",
    "Absolute figures are of the machine named; ratios and exponents are what carries over to another one. Medians, with",
    "the smallest and the largest sample in brackets. A ratio compares samples taken in turns, pair by pair.",
    "",
    ...goalTable(present.flatMap(({ part }) => part.goals)),
    ...present.flatMap(({ name, part }) => section(name, part)),
    ...mendedSection(report),
  ].join("\n");
  return { text: `${text}\n`, plots };
}

const imageOf = (part: PartName, index: number): string => `performance-${part}-${index + 1}.svg`;

function goalTable(goals: readonly Goal[]): string[] {
  return [
    ...row("goal", "measured", ""),
    ...row("---", "---", "---"),
    ...goals.flatMap(({ text, measured, met }) => row(text, measured, met ? "met" : "**missed**")),
    "",
  ];
}

function section(name: PartName, part: PartReport): string[] {
  const { title, method, machine, takenAt, seconds, loadAtStart, figures, notes } = part;
  const circumstances = Object.entries(machine).map(([what, value]) => `${what} ${value}`);
  return [
    `## ${title}`,
    "",
    method,
    "",
    ...figures.flatMap((figure, index) => [
      `### ${figure.title}`,
      "",
      `![${figure.title}](images/${imageOf(name, index)})`,
      "",
      ...table(figure),
      "",
    ]),
    ...notes.map((note) => `- ${note}`),
    "",
    `Taken on ${takenAt.slice(0, 16).replace("T", " ")} UTC in ${seconds.toFixed(0)} s, with ${loadAtStart.toFixed(1)} processes ` +
      `wanting a core when it began: ${circumstances.join("; ")}.`,
    "",
  ];
}

const table = (figure: Figure): string[] => (figure.kind === "growth" ? growthTable(figure) : comparisonTable(figure));

function growthTable({ size, unit, series }: Growth): string[] {
  const sizes = [...new Set(series.flatMap(({ points }) => points.map((point) => point.size)))].sort((a, b) => a - b);
  return [
    ...row(size, ...series.map(({ name }) => name)),
    ...row("---:", ...series.map(() => "---:")),
    ...sizes.flatMap((each) =>
      row(
        each.toLocaleString("en"),
        ...series.map(({ points }) => formatted(points.find((point) => point.size === each)?.samples ?? [], unit)),
      ),
    ),
    ...row("exponent", ...series.map(({ points }) => growthExponent(points)?.toFixed(2) ?? "")),
  ];
}

function comparisonTable({ baseline, rows }: Comparison): string[] {
  const names = [...new Set(rows.flatMap(({ ways }) => ways.map(({ name }) => name)))];
  return [
    ...row("", ...names),
    ...row("---", ...names.map(() => "---:")),
    ...rows.flatMap(({ name, unit, ways }) => {
      const base = ways.find((way) => way.name === baseline)?.samples ?? [];
      const cell = (each: string): string => {
        const samples = ways.find((way) => way.name === each)?.samples ?? [];
        const comparable = samples.length > 0 && base.length > 0 && base.every((sample) => sample > 0);
        if (!comparable || each === baseline) return formatted(samples, unit);
        return `${formatted(samples, unit)} **×${ratio(samples, base).toFixed(2)}**`;
      };
      return row(name, ...names.map(cell));
    }),
    "",
    `Spread within a way, half the distance from smallest to largest sample: at most ${(worstSpread(rows) * 100).toFixed(0)} % of the median.`,
  ];
}

function worstSpread(rows: Comparison["rows"]): number {
  const spreads = rows.flatMap(({ ways }) =>
    ways.flatMap(({ samples }) => (samples.length > 0 ? [spread(samples)] : [])),
  );
  return Math.max(0, ...spreads);
}

const row = (...cells: string[]): string[] => [`| ${cells.join(" | ")} |`];

import type { Growth, PartReport } from "../figures.js";
import { median } from "../statistics.js";

/** A part's figure of growth, by its title. */
export function growthOf({ figures }: PartReport, title: string): Growth | undefined {
  return figures.find((each): each is Growth => each.kind === "growth" && each.title === title);
}

/** Medians of one of its series, by size. */
export function mediansBySize(figure: Growth | undefined, name: string): Map<number, number> {
  const points = figure?.series.find((series) => series.name === name)?.points ?? [];
  return new Map(points.map(({ size, samples }) => [size, median(samples)]));
}

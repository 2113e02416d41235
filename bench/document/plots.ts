import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { Comparison, Figure, Growth } from "../figures.js";
import { median, quantile, ratios } from "../statistics.js";

const width = 560;
/** Readable on white, and distinguishable for people who see no red or no green (Okabe and Ito, and two more). */
const colors = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999", "#882255"];

const config = {
  background: "white",
  font: "sans-serif",
  axis: { labelFontSize: 12, titleFontSize: 12, gridColor: "#e6e6e6" },
  legend: { labelFontSize: 12, titleFontSize: 12, labelLimit: 320, orient: "bottom" as const, columns: 2 },
  range: { category: colors },
};

/** A figure as an SVG image. */
export async function plot(figure: Figure): Promise<string> {
  const spec = figure.kind === "growth" ? growthSpec(figure) : comparisonSpec(figure);
  const view = new View(parse(compile({ ...spec, config, padding: 12 } as TopLevelSpec).spec), { renderer: "none" });
  return view.toSVG();
}

/** Lines in a log-log plot: a straight line is a power of the size, and its slope the exponent. */
function growthSpec({ title, size, unit, series, limit }: Growth): object {
  const samples = series.flatMap(({ name, points }) =>
    points.flatMap((point) => point.samples.map((value) => ({ name, size: point.size, value }))),
  );
  const medians = series.flatMap(({ name, points }) =>
    points.map((point) => ({ name, size: point.size, value: median(point.samples) })),
  );
  const x = {
    field: "size",
    type: "quantitative",
    scale: { type: "log", nice: false },
    title: size,
    axis: { values: [...new Set(medians.map((point) => point.size))], format: "," },
  };
  const y = {
    field: "value",
    type: "quantitative",
    scale: { type: "log" },
    title: unit || "number",
    axis: { format: "~s" },
  };
  const color = { field: "name", type: "nominal", title: null, sort: null };
  const line = { data: { values: medians }, mark: { type: "line", strokeWidth: 2 }, encoding: { x, y, color } };
  const dots = {
    data: { values: samples },
    mark: { type: "point", filled: true, size: 36, opacity: 0.6 },
    encoding: { x, y, color },
  };
  const rule = {
    data: { values: [{ value: limit }] },
    mark: { type: "rule", strokeDash: [6, 4], color: "#666666" },
    encoding: { y: { field: "value", type: "quantitative" } },
  };
  return { title, width, height: 280, layer: [line, dots, ...(limit === undefined ? [] : [rule])] };
}

/** Bars as multiples of the baseline, which is the line at 1; on each, where the middle half of the turns lies. */
function comparisonSpec({ title, baseline, rows }: Comparison): object {
  const values = rows.flatMap(({ name: row, ways }) => {
    const base = ways.find(({ name }) => name === baseline)?.samples ?? [];
    return ways
      .filter(
        ({ name, samples }) =>
          name !== baseline && samples.length > 0 && base.length > 0 && base.every((sample) => sample > 0),
      )
      .map(({ name, samples }) => {
        const turns = ratios(samples, base);
        return { row, name, value: median(turns), low: quantile(turns, 0.25), high: quantile(turns, 0.75) };
      });
  });
  const place = {
    y: { field: "row", type: "nominal", title: null, sort: null, axis: { labelLimit: 0 } },
    yOffset: { field: "name", sort: null },
  };
  const bars = {
    data: { values },
    mark: { type: "bar" },
    encoding: {
      ...place,
      x: { field: "value", type: "quantitative", title: `multiple of: ${baseline}` },
      color: { field: "name", type: "nominal", title: null, sort: null },
    },
  };
  const middleHalf = {
    data: { values },
    mark: { type: "rule", color: "#333333", strokeWidth: 1 },
    encoding: { ...place, x: { field: "low", type: "quantitative" }, x2: { field: "high" } },
  };
  const one = {
    data: { values: [{ value: 1 }] },
    mark: { type: "rule", color: "#333333" },
    encoding: { x: { field: "value", type: "quantitative" } },
  };
  return { title, width, height: { step: 16 }, layer: [bars, middleHalf, one] };
}

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { performancePage } from "../document/performancePage.js";
import type { Report } from "../figures.js";
import { ourStyle, titles } from "../lab/sidecarReport.js";

const report: Report = {
  parts: {
    plan: {
      title: "Planning",
      method: "By turns.",
      takenAt: "2026-01-02T03:04:05.000Z",
      machine: { processor: "one" },
      seconds: 12,
      loadAtStart: 0.5,
      goals: [{ text: "Fast", measured: "1 s", met: false }],
      notes: ["A note."],
      figures: [
        {
          kind: "growth",
          title: "Time",
          size: "databases",
          unit: "s",
          limit: 20,
          series: [
            {
              name: "plan",
              points: [
                { size: 10, samples: [1, 1.2, 0.9] },
                { size: 1_000, samples: [10, 12, 9] },
              ],
            },
          ],
        },
        {
          kind: "comparison",
          title: "Latency",
          baseline: "recipe",
          rows: [
            {
              name: "connect",
              unit: "ms",
              ways: [
                { name: "recipe", samples: [2, 4] },
                { name: "ours", samples: [1, 2] },
              ],
            },
          ],
        },
      ],
    },
  },
};

describe("the benchmark's page", () => {
  it("shows goals, medians with their range, exponents, ratios and the machine", async () => {
    const { text, plots } = await performancePage(report);
    for (const part of ["**missed**", "1 s (0.9–1.2)", "| exponent | 0.50 |", "×0.50", "processor one", "- A note."])
      assert.ok(text.includes(part), `${part} is missing:\n${text}`);
    assert.deepEqual([...plots.keys()], ["performance-plan-1.svg", "performance-plan-2.svg"]);
    for (const svg of plots.values()) assert.match(svg, /^<svg[^]*<\/svg>$/);
  });

  it("sets either policy of callers beside the other at the largest size both were measured at", async () => {
    const series = (sizes: number[], each: number) => sizes.map((size) => ({ size, samples: [size * each] }));
    const figure = (title: string) => ({
      kind: "growth" as const,
      title,
      size: "databases",
      unit: "KiB" as const,
      series: [
        { name: ourStyle("perDatabase"), points: series([10, 100], 2048) },
        { name: ourStyle("shared"), points: series([10, 100, 1_000], 1024) },
      ],
    });
    const { plan } = report.parts;
    assert.ok(plan);
    const sidecars = { ...plan, figures: [figure(titles.gatewayConfiguration), figure(titles.gatewayMemory)] };
    const { text } = await performancePage({ parts: { sidecars } });
    assert.match(text, /Gateway, 100 databases: .* \| 200\.0 MiB of configuration.* \| 100\.0 MiB of configuration/);
  });

  it("says what the committed report says", async function () {
    if (!existsSync("bench/report.json")) this.skip();
    const { text } = await performancePage(JSON.parse(readFileSync("bench/report.json", "utf8")) as Report);
    const words = (page: string) => page.replace(/[\s|*-]+/g, " ").trim();
    const isSame = words(readFileSync("docs/performance.md", "utf8")) === words(text);
    assert.ok(isSame, "docs/performance.md is not what bench/report.json says: run npm run bench, and commit both.");
  });
});

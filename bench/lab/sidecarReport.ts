import type { GatewaySettings } from "../../settings/gateway.js";
import type { Comparison, Findings, Goal, Growth, Unit } from "../figures.js";
import { growthExponent, median } from "../statistics.js";
import type { Change } from "./oneMore.js";
import type { ProxySize } from "./proxy.js";

/** Titles of figures that other pages look up. */
export const titles = {
  clientConfiguration: "Configuration of a client's sidecar",
  bystanderConfiguration: "Configuration of a bystander's sidecar",
  gatewayConfiguration: "Configuration of the gateway",
  gatewayMemory: "Memory of the gateway",
  usable: "One more database: until it is usable",
};
export const recipeStyle = "recipe";

export const ourStyle = (callersPolicy: GatewaySettings["callersPolicy"]): string =>
  `ours, callersPolicy ${callersPolicy}`;

/** Exponents of growth that count as none, and as linear. */
const [flat, linear] = [0.1, 1.1];

/** What was found at one number of databases. */
export interface Measurement {
  size: number;
  member: ProxySize;
  bystander: ProxySize;
  gateway: ProxySize;
  changes: Change[];
  /** Memory of the gateway's proxy at its most, while it took over the changes. */
  gatewayPeakMiB: number;
}

/** By name of the style. */
export type Results = Map<string, Measurement[]>;

/** @param left what was not measured, and should have been */
export function findingsOf(results: Results, left: readonly string[]): Findings {
  return {
    figures: [...sizeFigures(results), changeFigure(results)],
    goals: goals(results),
    notes: [...notes(results), ...(left.length > 0 ? [`Not measured: ${left.join("; ")}.`] : [])],
  };
}

function growth(results: Results, title: string, unit: Unit, values: (measurement: Measurement) => number[]): Growth {
  const series = [...results].map(([name, measurements]) => ({
    name,
    points: measurements.map((measurement) => ({ size: measurement.size, samples: values(measurement) })),
  }));
  return { kind: "growth", title, size: "databases", unit, series };
}

function sizeFigures(results: Results): Growth[] {
  const of = (who: "member" | "bystander" | "gateway", what: keyof ProxySize) => (each: Measurement) => [
    each[who][what],
  ];
  return [
    growth(results, titles.clientConfiguration, "KiB", of("member", "configKiB")),
    growth(results, "Clusters of a client's sidecar", "", of("member", "clusters")),
    growth(results, "Listeners of a client's sidecar", "", of("member", "listeners")),
    growth(results, "Memory of a client's sidecar", "MiB", of("member", "memoryMiB")),
    growth(results, titles.bystanderConfiguration, "KiB", of("bystander", "configKiB")),
    growth(results, titles.gatewayConfiguration, "KiB", of("gateway", "configKiB")),
    growth(results, titles.gatewayMemory, "MiB", of("gateway", "memoryMiB")),
    growth(results, "Memory of the gateway at its most, while one more database comes and goes", "MiB", (each) => [
      each.gatewayPeakMiB,
    ]),
    growth(results, titles.usable, "s", changesOf("usableSeconds")),
    growth(results, "One more database: CPU of istiod", "s", changesOf("istiodCpuSeconds")),
  ];
}

const changesOf =
  (what: keyof Change) =>
  ({ changes }: Measurement): number[] =>
    changes.flatMap((change) => change[what] ?? []);

function changeFigure(results: Results): Comparison {
  const aspects: [keyof Change, string][] = [
    ["bystanderUpdates", "updates sent to a bystander's sidecar"],
    ["servicesTouched", "Services changed"],
    ["restarts", "proxies restarted"],
    ["cut", "open connections to other databases cut, of one"],
  ];
  return {
    kind: "comparison",
    title: "What one more database does to others",
    baseline: recipeStyle,
    rows: aspects.map(([what, name]) => ({
      name,
      unit: "",
      ways: [...results].map(([style, measurements]) => ({
        name: style,
        samples: measurements.flatMap(changesOf(what)),
      })),
    })),
  };
}

function goals(results: Results): Goal[] {
  const own = (["perDatabase", "shared"] as const).flatMap((policy) => results.get(ourStyle(policy)) ?? []);
  const ofShared = results.get(ourStyle("shared")) ?? [];
  const changes = own.flatMap((each) => each.changes);
  const sum = (what: keyof Change, all = changes) => all.reduce((total, change) => total + (change[what] ?? 0), 0);
  const [updates, restarts, services] = [sum("bystanderUpdates"), sum("restarts"), sum("servicesTouched")];
  const cut = sum(
    "cut",
    ofShared.flatMap((each) => each.changes),
  );
  return [
    growthGoal("A sidecar's configuration does not grow with other people's databases", ofShared, {
      value: ({ bystander }) => bystander.configKiB,
      most: flat,
    }),
    growthGoal("The gateway's configuration grows no worse than linearly, callersPolicy shared", ofShared, {
      value: ({ gateway }) => gateway.configKiB,
      most: linear,
    }),
    {
      text: "One more database sends nothing to proxies that may not use it",
      measured: `${updates} updates in ${changes.length} changes`,
      met: updates === 0,
    },
    {
      text: "One more database leaves open connections to others alone, callersPolicy shared",
      measured: `${cut} cut of ${ofShared.flatMap(changesOf("cut")).length}`,
      met: cut === 0,
    },
    { text: "One more database restarts no proxy", measured: `${restarts}`, met: restarts === 0 },
    { text: "One more database touches no Service", measured: `${services}`, met: services === 0 },
  ].flat();
}

/** No goal where one size was measured: it says nothing of growth. */
function growthGoal(
  text: string,
  measured: readonly Measurement[],
  { value, most }: { value: (each: Measurement) => number; most: number },
): Goal[] {
  // Of the largest sizes alone: at small ones what every proxy holds hides the growth.
  const exponent = growthExponent(measured.slice(-2).map((each) => ({ size: each.size, samples: [value(each)] })));
  if (exponent === undefined) return [];
  const values = measured.map((each) => `${value(each).toFixed(0)} KiB at ${each.size.toLocaleString("en")}`);
  return [{ text, measured: `exponent ${exponent.toFixed(2)}: ${values.join(", ")}`, met: exponent <= most }];
}

/** How the gateway grows is what tells the two policies apart. */
function notes(results: Results): string[] {
  const reported = [...results].flatMap(([name, measured]) => {
    const [first, last] = [measured[0], measured.at(-1)];
    if (!first || !last) return [];
    const usable = median(changesOf("usableSeconds")(last)).toFixed(2);
    const cut = measured.flatMap(changesOf("cut"));
    return [
      `${name}: from ${first.size} to ${last.size.toLocaleString("en")} databases the gateway's configuration grows from ` +
        `${mebibytes(first.gateway.configKiB)} to ${mebibytes(last.gateway.configKiB)}, its memory from ` +
        `${first.gateway.memoryMiB.toFixed(0)} to ${last.gateway.memoryMiB.toFixed(0)} MiB (at most ` +
        `${last.gatewayPeakMiB.toFixed(0)} MiB during a change); one more database is usable ` +
        `after ${usable} s, and ${cut.includes(1) ? "cuts open connections to others" : "leaves open connections to others alone"}.`,
    ];
  });
  return [...reported, ...besideRecipe(results)];
}

/** Ours and the recipe where both were measured. */
function besideRecipe(results: Results): string[] {
  const theirs = results.get(recipeStyle)?.at(-1);
  const own = results.get(ourStyle("shared"))?.find(({ size }) => size === theirs?.size);
  if (!own || !theirs) return [];
  const times = (theirs.member.configKiB / own.member.configKiB).toFixed(0);
  return [`At ${own.size} databases a client's sidecar holds ${times} times less than with the recipe.`];
}

const mebibytes = (kibibytes: number): string => `${(kibibytes / 1024).toFixed(1)} MiB`;

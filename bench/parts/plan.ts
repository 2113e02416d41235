import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Goal, Growth, Point } from "../figures.js";
import { generatedStack } from "../generatedStack.js";
import { measured, repeated, type Cost } from "../measuredProcess.js";
import type { Bench, Part } from "../part.js";
import { growthExponent, median } from "../statistics.js";

const allSizes = [10, 100, 1_000];
const rounds = 3;
const limits = { seconds: 20, peakMiB: 1_024, startSeconds: 4, exponent: 1.2 };

/** Planning a stack, from the start of the command to its last line. */
export const planPart: Part = {
  name: "plan",
  title: "Planning a stack",
  method:
    "`mesh-egress plan` on generated stacks, their databases spread over up to a hundred namespaces with a workload " +
    `each, as a process of its own, from a clone. Each size is planned ${rounds} times, the sizes by turns.`,
  run: async (bench) => {
    const costs = await planAll(bench);
    const start = await repeated(rounds, () => measured("npm", ["start"], bench.root));
    bench.tell(`npm start: ${median(start.map(({ seconds }) => seconds)).toFixed(1)} s`);
    const time = growth("Time to plan", "s", costs, ({ seconds }) => seconds, limits.seconds);
    const cpu = growth("CPU time of planning", "s", costs, ({ cpuSeconds }) => cpuSeconds);
    const memory = growth("Peak memory of planning", "MiB", costs, ({ peakMiB }) => peakMiB, limits.peakMiB);
    return { figures: [time, cpu, memory], goals: goals(time, cpu, memory, start), notes: [] };
  },
};

async function planAll({ root, folder, largest, tell }: Bench): Promise<Map<number, Cost[]>> {
  const sizes = allSizes.filter((size) => size <= largest);
  const costs = new Map<number, Cost[]>(sizes.map((size) => [size, []]));
  for (const databases of sizes) await writeFile(join(folder, `${databases}.yaml`), generatedStack({ databases }));
  for (let round = 1; round <= rounds; round++) {
    for (const size of sizes) {
      const args = ["bin/mesh-egress.js", "plan", "--config", join(folder, `${size}.yaml`)];
      const cost = await measured(process.execPath, args, root);
      costs.get(size)?.push(cost);
      tell(`${size} databases, ${round} of ${rounds}: ${cost.seconds.toFixed(1)} s, ${cost.peakMiB.toFixed(0)} MiB`);
    }
  }
  return costs;
}

function growth(
  title: string,
  unit: Growth["unit"],
  costs: Map<number, Cost[]>,
  value: (cost: Cost) => number,
  limit?: number,
): Growth {
  const points: Point[] = [...costs].map(([size, samples]) => ({ size, samples: samples.map(value) }));
  return {
    kind: "growth",
    title,
    size: "databases",
    unit,
    ...(limit === undefined ? {} : { limit }),
    series: [{ name: "mesh-egress plan", points }],
  };
}

function goals(time: Growth, cpu: Growth, memory: Growth, start: Cost[]): Goal[] {
  const largest = (figure: Growth) => median(figure.series[0]?.points.at(-1)?.samples ?? []);
  const [seconds, peakMiB] = [largest(time), largest(memory)];
  const startSeconds = median(start.map((cost) => cost.seconds));
  const exponent = growthExponent(cpu.series[0]?.points.slice(1) ?? []) ?? NaN;
  return [
    {
      text: `A thousand databases are planned in under ${limits.seconds} s and ${limits.peakMiB} MiB`,
      measured: `${seconds.toFixed(1)} s, ${peakMiB.toFixed(0)} MiB`,
      met: seconds < limits.seconds && peakMiB < limits.peakMiB,
    },
    {
      text: "From a hundred to a thousand databases CPU time grows close to linearly",
      measured: `exponent ${exponent.toFixed(2)}`,
      met: exponent < limits.exponent,
    },
    {
      text: `\`npm start\` on an installed clone answers in under ${limits.startSeconds} s`,
      measured: `${startSeconds.toFixed(1)} s`,
      met: startSeconds < limits.startSeconds,
    },
  ];
}

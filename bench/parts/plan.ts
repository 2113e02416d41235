import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Comparison, Goal, Growth, Point } from "../figures.js";
import { generatedStack } from "../generatedStack.js";
import { measured, repeated, type Cost } from "../measuredProcess.js";
import type { Bench, Part } from "../part.js";
import { growthExponent, median, ratio } from "../statistics.js";

const allSizes = [10, 100, 1_000];
const rounds = 3;
const limits = { seconds: 20, peakMiB: 1_024, startSeconds: 4, exponent: 1.2 };

/** How much more than `access` a command may take of the same stack: `plan` runs the whole program besides. */
const mostOfAccess = { render: 1.5, plan: 3 };
const commands = ["access", "render", "plan"] as const;
type Command = (typeof commands)[number];

/** Planning a stack, from the start of the command to its last line. */
export const planPart: Part = {
  name: "plan",
  title: "Planning a stack",
  method:
    "`mesh-egress plan` on generated stacks, their databases spread over up to a hundred namespaces with a workload " +
    `each, as a process of its own, from a clone. Each size is planned ${rounds} times, the sizes by turns. The largest is ` +
    "also analysed (`access`) and rendered (`render`), the commands by turns.",
  run: async (bench) => {
    const costs = await planAll(bench);
    const start = await repeated(rounds, () => measured("npm", ["start"], bench.root));
    bench.tell(`npm start: ${median(start.map(({ seconds }) => seconds)).toFixed(1)} s`);
    const time = growth("Time to plan", "s", costs, ({ seconds }) => seconds, limits.seconds);
    const cpu = growth("CPU time of planning", "s", costs, ({ cpuSeconds }) => cpuSeconds);
    const memory = growth("Peak memory of planning", "MiB", costs, ({ peakMiB }) => peakMiB, limits.peakMiB);
    const compared = comparison(await compareCommands(bench, Math.max(...costs.keys())));
    return {
      figures: [time, cpu, memory, compared],
      goals: [...goals(time, cpu, memory, start), ...ratioGoals(compared)],
      notes: [],
    };
  },
};

async function planAll({ root, folder, largest, tell }: Bench): Promise<Map<number, Cost[]>> {
  const sizes = allSizes.filter((size) => size <= largest);
  const costs = new Map<number, Cost[]>(sizes.map((size) => [size, []]));
  for (const databases of sizes) await writeFile(join(folder, `${databases}.yaml`), generatedStack({ databases }));
  for (let round = 1; round <= rounds; round++) {
    for (const size of sizes) {
      const cost = await measured(process.execPath, commandLine("plan", folder, size), root);
      costs.get(size)?.push(cost);
      tell(`${size} databases, ${round} of ${rounds}: ${cost.seconds.toFixed(1)} s, ${cost.peakMiB.toFixed(0)} MiB`);
    }
  }
  return costs;
}

function commandLine(command: Command, folder: string, size: number): string[] {
  return ["bin/mesh-egress.js", command, "--config", join(folder, `${size}.yaml`)];
}

/** What each command takes of one stack. Turn by turn, so that all of them share what the machine is doing. */
async function compareCommands({ root, folder, tell }: Bench, size: number): Promise<Map<Command, Cost[]>> {
  const costs = new Map<Command, Cost[]>(commands.map((command) => [command, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const command of commands) {
      const cost = await measured(process.execPath, commandLine(command, folder, size), root);
      costs.get(command)?.push(cost);
      tell(`${command} of ${size} databases, ${round} of ${rounds}: ${cost.cpuSeconds.toFixed(1)} s of CPU time`);
    }
  }
  return costs;
}

function comparison(costs: Map<Command, Cost[]>): Comparison {
  const ways = (value: (cost: Cost) => number) =>
    [...costs].map(([name, samples]) => ({ name, samples: samples.map(value) }));
  return {
    kind: "comparison",
    title: "Commands on the same stack",
    baseline: "access",
    rows: [
      { name: "CPU time", unit: "s", ways: ways(({ cpuSeconds }) => cpuSeconds) },
      { name: "time", unit: "s", ways: ways(({ seconds }) => seconds) },
      { name: "peak memory", unit: "MiB", ways: ways(({ peakMiB }) => peakMiB) },
    ],
  };
}

function ratioGoals({ rows: [cpu] }: Comparison): Goal[] {
  const samplesOf = (command: Command) => cpu?.ways.find(({ name }) => name === command)?.samples ?? [];
  return Object.entries(mostOfAccess).map(([command, most]) => {
    const times = ratio(samplesOf(command as Command), samplesOf("access"));
    return {
      text: `\`${command}\` takes at most ${most} times the CPU time of \`access\` on the same stack`,
      measured: `${times.toFixed(1)} times`,
      met: times <= most,
    };
  });
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

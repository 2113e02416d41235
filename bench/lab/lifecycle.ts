import type { Goal, Growth } from "../figures.js";
import { growthExponent, median } from "../statistics.js";
import { type Testbed, testbedConfig } from "./testbed.js";
import type { TestbedBench, TestbedPart } from "./testbedPart.js";
import { operationNames, operationsTitle } from "./operations.js";
import { databasesFor, TeamStacks, type Took } from "./teamStacks.js";
import { cpuByProgram, type ProgramName, programNames } from "./programClock.js";

const allSizes = [1, 10, 100];
const rounds = 2;
const linear = 1.1;
/** The operation of which every program's share is told. */
const clocked = operationNames.up;

const operations = Object.values(operationNames);
type Operation = (typeof operations)[number];
type Times = Map<Operation, Map<number, number[]>>;
/** CPU seconds of one operation, by program. */
type Cpu = Map<ProgramName, Map<number, number[]>>;

/** What the engine does when databases come and go. */
export const lifecyclePart: TestbedPart = {
  name: "lifecycle",
  title: "Databases come and go: the engine's operations",
  minutes: 18,
  method:
    "The real engine on a real API server, on a cluster with mesh and gateway: this many databases are added by one " +
    "`pulumi up`, previewed without a change, joined by one more, and removed again; then added and removed once more " +
    "with the engine told to write its state at the end only (`PULUMI_SKIP_CHECKPOINTS`), which shows what writing it " +
    "after every step costs; and in stacks of ten on the same gateway (`gateway.install: false`), one after the other, " +
    `as teams would have them. Up to ${rounds} times each; the engine's own start and the stack's other resources, ` +
    "looked at in every operation, are part of the figures. The engine keeps its state in files.",
  run: async (testbed, bench) => {
    const times: Times = new Map(operations.map((operation) => [operation, new Map()]));
    const cpu: Cpu = new Map(programNames.map((name) => [name, new Map()]));
    const left: string[] = [];
    const stacks = { testbed, teams: new TeamStacks(testbed) };
    for (let round = 1; round <= bench.repeats(rounds); round++)
      for (const size of allSizes.filter((each) => each <= bench.largest))
        if (!(await isMeasured(stacks, size, { times, cpu }, bench))) left.push(`${size} databases, round ${round}`);
    const figure = growth(operationsTitle, times);
    const unmeasured = left.length > 0 ? [`Not measured in full: ${left.join("; ")}.`] : [];
    return {
      figures: [figure, growth(`CPU of ${clocked}, by program`, cpu)],
      goals: goals(figure),
      notes: [...notes(times), ...advice, ...unmeasured],
    };
  },
};

function growth(title: string, values: ReadonlyMap<string, ReadonlyMap<number, number[]>>): Growth {
  const series = [...values].map(([name, bySize]) => ({
    name,
    points: [...bySize].map(([size, samples]) => ({ size, samples })),
  }));
  return { kind: "growth", title, size: "databases", unit: "s", series };
}

const withDatabases = (count: number) => testbedConfig({ databases: databasesFor("shop", 0, count) });

interface Measured {
  times: Times;
  cpu: Cpu;
}

interface Stacks {
  testbed: Testbed;
  teams: TeamStacks;
}

/** What was measured before something failed is reported all the same. */
async function isMeasured(stacks: Stacks, size: number, measured: Measured, bench: TestbedBench): Promise<boolean> {
  try {
    return await measureSize(stacks, size, measured, bench);
  } catch (error) {
    bench.tell(`${size} databases failed: ${String(error)}`);
    await stacks.testbed.configure();
    return false;
  }
}

/** Runs every operation at one size. False when there is no time for it, or none is left in the midst of it. */
async function measureSize(
  { testbed, teams }: Stacks,
  size: number,
  { times, cpu }: Measured,
  { budget, tell }: TestbedBench,
): Promise<boolean> {
  if (!budget.allows({ seconds: expectedSeconds(times, size) })) return false;
  const { stack } = testbed;
  const to = async (count: number): Promise<Took> => {
    await stack.configure(withDatabases(count));
    return stack.up();
  };
  const steps: [Operation, () => Promise<Took>][] = [
    [operationNames.up, () => to(size)],
    [operationNames.preview, () => stack.preview()],
    [operationNames.oneMore, () => to(size + 1)],
    [operationNames.removal, () => to(0)],
    [operationNames.upOnce, () => writingOnce(() => to(size))],
    [operationNames.removalOnce, () => writingOnce(() => to(0))],
    [operationNames.upInTens, () => teams.up(size)],
    [operationNames.removalInTens, () => teams.destroy(size)],
  ];
  for (const [operation, run] of steps) {
    const { result: done, cpu: used } = await cpuByProgram(() => stoppedAfter(budget.secondsLeft(), testbed, run));
    if (!done) {
      await testbed.configure();
      return false;
    }
    note(times.get(operation), size, done.seconds);
    if (operation === clocked) used.forEach((seconds, program) => note(cpu.get(program), size, seconds));
    tell(`${size} databases, ${operation}: ${done.seconds.toFixed(1)} s, ${budget.secondsLeft().toFixed(0)} s left`);
  }
  return true;
}

function note(bySize: Map<number, number[]> | undefined, size: number, value: number): void {
  bySize?.set(size, [...(bySize.get(size) ?? []), value]);
}

/** What all operations will take together, by what they took at this size before, or at the one below, were growth linear. */
function expectedSeconds(times: Times, size: number): number {
  const sizes = [...(times.get(operationNames.removalInTens)?.keys() ?? [])];
  const known = Math.max(0, ...sizes.filter((each) => each <= size));
  if (known === 0) return 0;
  const together = operations.reduce((sum, each) => sum + (times.get(each)?.get(known)?.at(-1) ?? 0), 0);
  return size > known ? together * (size / known) * startShare : together;
}

/** The engine's start and the stack's other resources are most of what a few databases take. */
const startShare = 0.3;

/** Runs an operation, and kills the engine when the time is over; the stack is then as after any crash of the engine. */
async function stoppedAfter<T>(seconds: number, { stack }: Testbed, run: () => Promise<T>): Promise<T | undefined> {
  let isLate = false;
  const timer = setTimeout(
    () => {
      isLate = true;
      void stack.kill();
    },
    Math.max(seconds, 1) * 1000,
  );
  try {
    return await run();
  } catch (error) {
    if (!isLate) throw error;
    await stack.recover();
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** The engine takes it from this process. */
const writeOnce = "PULUMI_SKIP_CHECKPOINTS";

async function writingOnce<T>(run: () => Promise<T>): Promise<T> {
  process.env[writeOnce] = "true";
  try {
    return await run();
  } finally {
    Reflect.deleteProperty(process.env, writeOnce);
  }
}

function goals({ series }: Growth): Goal[] {
  return series
    .filter(({ points }) => points.length > 1)
    .map(({ name, points }) => {
      // Of the largest sizes alone: at small ones the engine's start hides the growth.
      const exponent = growthExponent(points.slice(-2)) ?? NaN;
      const last = median(points.at(-1)?.samples ?? []);
      return {
        text: `No growth worse than linear: ${name}`,
        measured: `exponent ${exponent.toFixed(2)}, ${last.toFixed(1)} s at ${points.at(-1)?.size} databases`,
        met: exponent <= linear,
      };
    });
}

/** What a reader can do about it. */
const advice = [
  "With the state in files or in a bucket, a stack for each team on one gateway makes it grow linearly. Or, when " +
    "many databases are added at once, with `PULUMI_SKIP_CHECKPOINTS=true`; if the engine is killed meanwhile, `pulumi refresh` and " +
    "`pulumi import` must tell it what it had created.",
  "The Kubernetes provider sends at most 50 requests a second unless its `kubeClientSettings.qps` says otherwise.",
];

/** Where the time goes. */
function notes(times: Times): string[] {
  return [
    [operationNames.up, operationNames.upOnce] as const,
    [operationNames.removal, operationNames.removalOnce] as const,
  ].flatMap(([operation, written]) => {
    const [size, samples] = [...(times.get(operation) ?? [])].at(-1) ?? [];
    const once = size && times.get(written)?.get(size);
    if (!size || !samples || !once) return [];
    const share = 1 - median(once) / median(samples);
    return [
      `${operation}, ${size} databases: ${(share * 100).toFixed(0)} % of the time is the engine writing its whole state, twice for each resource.`,
    ];
  });
}

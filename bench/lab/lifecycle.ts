import type { Goal, Growth } from "../figures.js";
import { databaseName } from "../generatedStack.js";
import { growthExponent, median } from "../statistics.js";
import { type Bed, bedConfig } from "./bed.js";
import type { BedPart } from "./bedPart.js";

const allSizes = [1, 10, 100];
const rounds = 2;
const linear = 1.1;

const operations = ["up", "preview without a change", "one more database", "removal"] as const;
type Operation = (typeof operations)[number];
type Times = Map<Operation, Map<number, number[]>>;

/** What the engine does when databases come and go. */
export const lifecyclePart: BedPart = {
  name: "lifecycle",
  title: "Databases come and go: the engine's operations",
  method:
    "The real engine on a real API server, on a cluster with mesh and gateway: this many databases are added by one " +
    `\`pulumi up\`, previewed without a change, joined by one more, and removed again. ${rounds} times each; the ` +
    "engine's own start and the stack's other resources, looked at in every operation, are part of the figures.",
  run: async (bed, { largest, tell }) => {
    const sizes = allSizes.filter((size) => size <= largest);
    const times: Times = new Map(operations.map((operation) => [operation, new Map(sizes.map((size) => [size, []]))]));
    for (let round = 1; round <= rounds; round++)
      for (const size of sizes) await measureSize(bed, size, times, (line) => tell(`${line}, ${round} of ${rounds}`));
    const figure: Growth = {
      kind: "growth",
      title: "Time of operations",
      size: "databases",
      unit: "s",
      series: [...times].map(([name, bySize]) => ({
        name,
        points: [...bySize].map(([size, samples]) => ({ size, samples })),
      })),
    };
    return { figures: [figure], goals: goals(figure), notes: [] };
  },
};

const withDatabases = (count: number) =>
  bedConfig({
    databases: Array.from({ length: count }, (_, index) => ({
      name: databaseName(index),
      host: `${databaseName(index)}.example.com`,
      protocol: "mysql",
      clients: [{ namespace: "shop", serviceAccounts: ["buyer"] }],
    })),
  });

async function measureSize(bed: Bed, size: number, times: Times, tell: (line: string) => void): Promise<void> {
  const { stack } = bed;
  const note = async (operation: Operation, run: () => Promise<{ seconds: number }>): Promise<void> => {
    const { seconds } = await run();
    times.get(operation)?.get(size)?.push(seconds);
    tell(`${size} databases, ${operation}: ${seconds.toFixed(1)} s`);
  };
  await stack.configure(withDatabases(size));
  await note("up", () => stack.up());
  await note("preview without a change", () => stack.preview());
  await stack.configure(withDatabases(size + 1));
  await note("one more database", () => stack.up());
  await stack.configure(bedConfig());
  await note("removal", () => stack.up());
}

function goals({ series }: Growth): Goal[] {
  return series.map(({ name, points }) => {
    const exponent = growthExponent(points) ?? NaN;
    const last = median(points.at(-1)?.samples ?? []);
    return {
      text: `No growth worse than linear: ${name}`,
      measured: `exponent ${exponent.toFixed(2)}, ${last.toFixed(1)} s at ${points.at(-1)?.size} databases`,
      met: exponent <= linear,
    };
  });
}

import type { Who } from "../../lab/scenarios/stage.js";
import type { Comparison, Unit } from "../figures.js";
import type { Address } from "./addresses.js";
import type { Testbed } from "./testbed.js";
import type { TestbedBench } from "./testbedPart.js";
import type { Proxy } from "./proxy.js";

/** Short, so that what else the machine does falls on all ways alike. */
export const sliceMs = 500;
/** A slice with its start and its end. */
const sliceSeconds = 0.7;
/** Longest wait for a slice, on a machine that does other things too. */
const patienceMs = 30_000;

/** A way to the database. */
export interface Way {
  name: string;
  from: Who;
  /** Where it finds the database, by the work's protocol. */
  addresses: Partial<Record<Protocol, Address>>;
  /** Whose proxies work for it, beside the client's sidecar. */
  gateway?: Who;
  hasSidecar: boolean;
}

type Protocol = "mysql" | "mongo" | "mongo over TLS";

/** What is done over and over. */
export interface Work {
  name: string;
  protocol: Protocol;
  options: string[];
  /** What one turn is counted in for the CPU's cost. */
  per: { name: string; amount: number };
}

/** Ways that do the same works, and which of them the others are compared with. */
export interface Race {
  title: string;
  works: readonly Work[];
  ways: readonly Way[];
  baseline: Way;
}

interface Slice {
  count: number;
  seconds: number;
  p50Ms: number;
  p99Ms: number;
  proxyCpuSeconds: number;
}

/** What was measured of each way at each work, one slice for each turn. */
export type Slices = Map<Work, Map<Way, Slice[]>>;

const per = {
  connection: { name: "connection", amount: 1 },
  answers: { name: "1,000 answers", amount: 1_000 },
  gibibyte: { name: "GiB", amount: 1_024 },
};

export const mysqlWorks: Work[] = [
  { name: "MariaDB: connect, one row", options: ["-work", "connect"], per: per.connection },
  { name: "MariaDB: one row", options: ["-work", "row"], per: per.answers },
  { name: "MariaDB: 1 MiB", options: ["-work", "megabyte"], per: per.gibibyte },
  { name: "MariaDB: one row, 16 at once", options: ["-work", "row", "-connections", "16"], per: per.answers },
].map((work) => ({ ...work, protocol: "mysql" }));

export const mongoWorks = (protocol: "mongo" | "mongo over TLS", server: string): Work[] => [
  { name: `${server}: connect, one find`, protocol, options: ["-work", "connect"], per: per.connection },
  { name: `${server}: one find`, protocol, options: ["-work", "row"], per: per.answers },
];

/** Runs all races side by side: in each turn every way does every work once. Returns how many turns there was time for. */
export async function runRaces(
  testbed: Testbed,
  races: readonly Race[],
  turns: number,
  { budget, tell }: Pick<TestbedBench, "budget" | "tell">,
): Promise<{ slices: Map<Race, Slices>; turns: number }> {
  const slices = new Map(races.map((race) => [race, emptySlices(race)]));
  const turnSeconds = sliceSeconds * races.reduce((sum, { works, ways }) => sum + works.length * ways.length, 0);
  for (let turn = 0; turn < turns; turn++) {
    // The first turn is run in any case: a report without a figure would say nothing.
    if (turn > 0 && !budget.allows({ seconds: turnSeconds })) return { slices, turns: turn };
    try {
      for (const race of races) await runTurn(testbed, race, slices.get(race), turn % 2 === 1);
    } catch (error) {
      if (turn === 0) throw error;
      tell(`turn ${turn + 1} failed, those before it count: ${String(error)}`);
      return { slices, turns: turn };
    }
    tell(`turn ${turn + 1} of ${turns}, ${budget.secondsLeft().toFixed(0)} s left`);
  }
  return { slices, turns };
}

const emptySlices = ({ works, ways }: Race): Slices =>
  new Map(works.map((work) => [work, new Map(ways.map((way) => [way, []]))]));

async function runTurn(testbed: Testbed, race: Race, slices: Slices | undefined, backwards: boolean): Promise<void> {
  const order = backwards ? [...race.ways].reverse() : race.ways;
  for (const work of race.works)
    for (const way of order) {
      const slice = await measureSlice(testbed, work, way);
      slices?.get(work)?.get(way)?.push(slice);
    }
}

async function measureSlice(testbed: Testbed, { options, protocol }: Work, way: Way): Promise<Slice> {
  const address = way.addresses[protocol];
  if (!address) throw new Error(`The way ${way.name} has no address for ${protocol}.`);
  const proxies = proxiesOf(testbed, way);
  const before = cpuSeconds(proxies);
  const text = await testbed.client(way.from, address, [...options, "-for", `${sliceMs}ms`], patienceMs);
  const measured = JSON.parse(text) as Omit<Slice, "proxyCpuSeconds">;
  return { ...measured, proxyCpuSeconds: cpuSeconds(proxies) - before };
}

function proxiesOf(testbed: Testbed, { from, gateway, hasSidecar }: Way): Proxy[] {
  return [...(hasSidecar ? [testbed.proxyOf(from)] : []), ...(gateway ? testbed.proxiesOf(gateway) : [])];
}

const cpuSeconds = (proxies: readonly Proxy[]): number => proxies.reduce((sum, proxy) => sum + proxy.cpuSeconds(), 0);

interface Aspect {
  title: string;
  unit: Unit;
  value: (slice: Slice, work: Work) => number;
  isOfProxies?: boolean;
}

const aspects = {
  latency: { title: "median latency, less is better", unit: "ms", value: ({ p50Ms }) => p50Ms },
  slowest: { title: "99th percentile of latency, less is better", unit: "ms", value: ({ p99Ms }) => p99Ms },
  throughput: { title: "throughput, more is better", unit: "per s", value: ({ count, seconds }) => count / seconds },
  cpu: {
    title: "CPU of the proxies, less is better",
    unit: "ms",
    value: ({ proxyCpuSeconds, count }, { per }) => ((proxyCpuSeconds * 1_000) / count) * per.amount,
    isOfProxies: true,
  },
} satisfies Record<string, Aspect>;
export type AspectName = keyof typeof aspects;

/** What one way measured at one work, one value for each turn. */
export function samplesOf(slices: Slices, work: Work, way: Way, name: AspectName): number[] {
  return (slices.get(work)?.get(way) ?? []).map((slice) => aspects[name].value(slice, work));
}

/** One figure for each aspect, all ways as multiples of the baseline. */
export function raceFigures(race: Race, slices: Slices, names: readonly AspectName[]): Comparison[] {
  return names.map((name) => {
    const aspect: Aspect = aspects[name];
    return {
      kind: "comparison",
      title: `${race.title}: ${aspect.title}`,
      baseline: race.baseline.name,
      rows: race.works.map((work) => ({
        name: aspect.isOfProxies ? `${work.name}, per ${work.per.name}` : work.name,
        unit: aspect.unit,
        ways: race.ways
          .filter(({ hasSidecar }) => hasSidecar || !aspect.isOfProxies)
          .map((way) => ({ name: way.name, samples: samplesOf(slices, work, way, name) })),
      })),
    };
  });
}

import type { Comparison, Goal, Unit } from "../figures.js";
import { median, ratio } from "../statistics.js";
import { type Bed, bedConfig, clients, gateways, hosts } from "./bed.js";
import type { BedPart } from "./bedPart.js";
import type { Proxy } from "./proxy.js";
import type { Who } from "../../lab/scenarios/stage.js";

const rounds = 12;
/** Short, so that what else the machine does falls on all ways alike. */
const sliceMs = 500;
/** Longest wait for a slice, on a machine that does other things too. */
const patienceMs = 30_000;
const tolerance = 1.05;

/** A way to the database. */
interface Way {
  name: string;
  from: Who;
  host: string;
  /** Whose proxies work for it, beside the client's sidecar. */
  gateway?: Who;
  hasSidecar: boolean;
}

const recipe: Way = {
  name: "recipe",
  from: clients.recipe,
  host: hosts.recipe,
  gateway: gateways.recipe,
  hasSidecar: true,
};
const guarded = { from: clients.ours, gateway: gateways.ours, hasSidecar: true };
const mtls: Way = { name: "tcp-gateway-mtls", host: hosts.mtls, ...guarded };
const ways: Way[] = [
  recipe,
  mtls,
  { name: "tcp-gateway", host: hosts.plain, ...guarded },
  { name: "tcp-direct", from: clients.direct, host: hosts.direct, hasSidecar: true },
  { name: "no mesh", from: clients.bare, host: hosts.direct, hasSidecar: false },
];
const twoGateways: Way = { ...mtls, name: "tcp-gateway-mtls, two gateways" };

/** What is done over and over, and how often at once. */
interface Work {
  name: string;
  options: string[];
  /** What one turn is counted in for the CPU's cost. */
  per: { name: string; amount: number };
}

const works: Work[] = [
  { name: "connect and read one row", options: ["-work", "connect"], per: { name: "connection", amount: 1 } },
  { name: "one row, connection open", options: ["-work", "row"], per: { name: "1,000 rows", amount: 1_000 } },
  { name: "1 MiB, connection open", options: ["-work", "megabyte"], per: { name: "GiB", amount: 1_024 } },
  {
    name: "one row, 16 connections",
    options: ["-work", "row", "-connections", "16"],
    per: { name: "1,000 rows", amount: 1_000 },
  },
];

interface Slice {
  count: number;
  seconds: number;
  p50Ms: number;
  p99Ms: number;
  proxyCpuSeconds: number;
}

type Slices = Map<Work, Map<Way, Slice[]>>;

/** The path of a connection: what it costs to go through sidecar and gateway. */
export const datapathPart: BedPart = {
  name: "datapath",
  title: "The path of a connection",
  method:
    "A MariaDB server outside the mesh and one client program in every way to it: the documents' recipe, our traffic " +
    "modes, a sidecar without a gateway, no mesh. The recipe's gateway is a Deployment like ours, so that what differs " +
    `is how traffic is led. Each kind of work runs for ${sliceMs} ms on each way in turn, ${rounds} times over, and ` +
    "the order of the ways is turned round each time; ratios compare slices of one turn. Proxy CPU is that of sidecar " +
    "and gateway together. Two gateways share the machine's cores with everything else, so they cannot show more " +
    "throughput here, only that a second pod costs nothing.",
  run: async (bed, { tell }) => {
    const slices = await measureWays(bed, ways, tell);
    await bed.stack.configure(bedConfig({ gateways: 2 }));
    await bed.stack.up();
    await bed.stage.agent.waitReady(gateways.ours.namespace, gateways.ours.labels, { replicas: 2 });
    const doubled = await measureWays(bed, [mtls, twoGateways], tell);
    await bed.stack.configure(bedConfig());
    await bed.stack.up();
    return {
      figures: [...figures(slices, recipe.name), ...figures(doubled, mtls.name)],
      goals: goals(slices),
      notes: [],
    };
  },
};

async function measureWays(bed: Bed, compared: readonly Way[], tell: (line: string) => void): Promise<Slices> {
  const slices: Slices = new Map(works.map((work) => [work, new Map(compared.map((way) => [way, []]))]));
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? compared : [...compared].reverse();
    for (const work of works)
      for (const way of order)
        slices
          .get(work)
          ?.get(way)
          ?.push(await measureSlice(bed, work, way));
    tell(`${compared.length} ways, turn ${round + 1} of ${rounds}`);
  }
  return slices;
}

async function measureSlice(bed: Bed, { options }: Work, way: Way): Promise<Slice> {
  const proxies = proxiesOf(bed, way);
  const before = cpuSeconds(proxies);
  const text = await bed.connect(way.from, way.host, [...options, "-for", `${sliceMs}ms`], patienceMs);
  const measured = JSON.parse(text) as Omit<Slice, "proxyCpuSeconds">;
  return { ...measured, proxyCpuSeconds: cpuSeconds(proxies) - before };
}

function proxiesOf(bed: Bed, { from, gateway, hasSidecar }: Way): Proxy[] {
  return [...(hasSidecar ? [bed.proxyOf(from)] : []), ...(gateway ? bed.proxiesOf(gateway) : [])];
}

const cpuSeconds = (proxies: readonly Proxy[]): number => proxies.reduce((sum, proxy) => sum + proxy.cpuSeconds(), 0);

interface Aspect {
  title: string;
  unit: Unit;
  value: (slice: Slice, work: Work) => number;
  isOfProxies?: boolean;
}

const aspects: Aspect[] = [
  { title: "Median latency", unit: "ms", value: ({ p50Ms }) => p50Ms },
  { title: "99th percentile of latency", unit: "ms", value: ({ p99Ms }) => p99Ms },
  { title: "Turns per second", unit: "per s", value: ({ count, seconds }) => count / seconds },
  {
    title: "CPU of the proxies",
    unit: "s",
    value: ({ proxyCpuSeconds, count }, { per }) => (proxyCpuSeconds / count) * per.amount,
    isOfProxies: true,
  },
];

function figures(slices: Slices, baseline: string): Comparison[] {
  const names = [...(slices.values().next().value?.keys() ?? [])].map(({ name }) => name);
  const suffix = names.includes(twoGateways.name) ? ", one gateway and two" : "";
  return aspects.map((aspect) => ({
    kind: "comparison",
    title: `${aspect.title}${suffix}`,
    baseline,
    rows: [...slices].map(([work, byWay]) => ({
      name: aspect.isOfProxies ? `${work.name}, per ${work.per.name}` : work.name,
      unit: aspect.unit,
      ways: [...byWay]
        .filter(([{ hasSidecar }]) => hasSidecar || !aspect.isOfProxies)
        .map(([{ name }, samples]) => ({ name, samples: samples.map((slice) => aspect.value(slice, work)) })),
    })),
  }));
}

function goals(slices: Slices): Goal[] {
  return works.map((work) => {
    const latencies = (way: Way) => (slices.get(work)?.get(way) ?? []).map(({ p50Ms }) => p50Ms);
    const [ours, theirs] = [latencies(mtls), latencies(recipe)];
    const times = ratio(ours, theirs);
    return {
      text: `tcp-gateway-mtls is not slower than the recipe, within 5 %: ${work.name}`,
      measured: `×${times.toFixed(2)} (${median(ours).toFixed(2)} ms, recipe ${median(theirs).toFixed(2)} ms)`,
      met: times <= tolerance,
    };
  });
}

import { existsSync } from "node:fs";
import { join } from "node:path";
import { locateServers } from "../../lab/servers/servers.js";
import type { Comparison, Goal, Growth, Samples } from "../figures.js";
import { generatedManifests, type MeshSize, writeByNamespace } from "../generatedManifests.js";
import { measured, type Cost } from "../measuredProcess.js";
import { compiledCommand } from "../packageCopy.js";
import type { Bench, Part } from "../part.js";
import { growthExponent, median } from "../statistics.js";

const small: MeshSize = { workloads: 100, databases: 50, policies: 100 };
const large: MeshSize = { workloads: 5_000, databases: 1_000, policies: 5_000 };
const growing: MeshSize[] = [{ ...large, workloads: 1_000 }, { ...large, workloads: 2_500 }, large];
const rounds = 3;
const limits = { small: { seconds: 0.7 }, large: { seconds: 5, peakMiB: 1_024 }, exponent: 1.2 };

/** One way to look at a folder of manifests. */
interface Way {
  name: string;
  command: string;
  args: (folder: string) => string[];
}

type Costs = Map<string, Map<MeshSize, Cost[]>>;

const [packaged, clone, analyze] = [
  "mesh-egress access, as published",
  "mesh-egress access, clone",
  "istioctl analyze",
];

/** The access analysis of a mesh, all pairs, from YAML files to the matrix. */
export const accessPart: Part = {
  name: "access",
  title: "Who reaches what: the access analysis",
  method:
    "`mesh-egress access -f` on a folder of YAML with a mesh's whole configuration, a file for each namespace: every " +
    "workload with every database, the mesh path and the sidecar bypass. Beside it `istioctl analyze --use-kube=false --all-namespaces` " +
    "the same files, which is compiled to machine code, checks objects for mistakes and computes no reach. Each is run " +
    `${rounds} times as a process of its own, by turns; start-up and parsing are part of every figure.`,
  run: async (bench) => {
    bench.tell("compiling, and writing manifests");
    const ways = await waysOf(bench);
    const bytes = [small, ...growing].map((size) => writeByNamespace(generatedManifests(size), folderOf(bench, size)));
    const costs = await measureAll(bench, ways);
    const figures = [smallFigure(costs), ...growthFigures(costs)];
    const mebibytes = (index: number) => ((bytes.at(index) ?? 0) / 2 ** 20).toFixed(1);
    const notes = [`The YAML of the smallest mesh is ${mebibytes(0)} MiB, of the largest ${mebibytes(-1)} MiB.`];
    if (!ways.some(({ name }) => name === analyze))
      notes.push("istioctl was not built: `npm run lab` builds it, and the next run of this part has its figures.");
    return { figures, goals: goals(costs), notes };
  },
};

const folderOf = ({ folder }: Bench, { workloads }: MeshSize): string => join(folder, `mesh-${workloads}`);

async function waysOf({ root, folder }: Bench): Promise<Way[]> {
  const compiled = await compiledCommand(root, folder);
  const access = (command: string) => (manifests: string) => [command, "access", "-f", manifests];
  const ways: Way[] = [
    { name: packaged, command: process.execPath, args: access(compiled) },
    { name: clone, command: process.execPath, args: access(join(root, "bin", "mesh-egress.js")) },
  ];
  const { istioctl } = locateServers().programs;
  const args = (manifests: string) => ["analyze", "--use-kube=false", "--all-namespaces", manifests];
  return existsSync(istioctl) ? [...ways, { name: analyze, command: istioctl, args }] : ways;
}

async function measureAll(bench: Bench, ways: Way[]): Promise<Costs> {
  const costs: Costs = new Map(ways.map(({ name }) => [name, new Map()]));
  for (let round = 1; round <= rounds; round++) {
    for (const size of [small, ...growing]) {
      for (const { name, command, args } of ways) {
        const cost = await measured(command, args(folderOf(bench, size)), bench.root);
        const bySize = costs.get(name);
        bySize?.set(size, [...(bySize.get(size) ?? []), cost]);
        const what = `${size.workloads} x ${size.databases}, ${name}, ${round} of ${rounds}`;
        bench.tell(`${what}: ${cost.seconds.toFixed(2)} s, ${cost.peakMiB.toFixed(0)} MiB`);
      }
    }
  }
  return costs;
}

function smallFigure(costs: Costs): Comparison {
  const ways = (value: (cost: Cost) => number) =>
    [...costs].map(([name, bySize]) => ({ name, samples: (bySize.get(small) ?? []).map(value) }));
  return {
    kind: "comparison",
    title: `${small.workloads} workloads, ${small.databases} databases, ${small.policies} policies and more`,
    baseline: packaged,
    rows: [
      { name: "time", unit: "s", ways: ways(({ seconds }) => seconds) },
      { name: "CPU time", unit: "s", ways: ways(({ cpuSeconds }) => cpuSeconds) },
      { name: "peak memory", unit: "MiB", ways: ways(({ peakMiB }) => peakMiB) },
    ],
  };
}

function growthFigures(costs: Costs): Growth[] {
  const what = `${large.databases} databases and ${large.policies} policies`;
  const series = (value: (cost: Cost) => number) =>
    [...costs].map(([name, bySize]) => ({
      name,
      points: growing.map((size) => ({ size: size.workloads, samples: (bySize.get(size) ?? []).map(value) })),
    }));
  const common = { kind: "growth", size: "workloads" } as const;
  const time = { title: `Time, ${what}`, unit: "s", limit: limits.large.seconds } as const;
  const memory = { title: `Peak memory, ${what}`, unit: "MiB", limit: limits.large.peakMiB } as const;
  return [
    { ...common, ...time, series: series(({ seconds }) => seconds) },
    { ...common, title: `CPU time, ${what}`, unit: "s", series: series(({ cpuSeconds }) => cpuSeconds) },
    { ...common, ...memory, series: series(({ peakMiB }) => peakMiB) },
  ];
}

function goals(costs: Costs): Goal[] {
  const of = (size: MeshSize): Cost[] => costs.get(packaged)?.get(size) ?? [];
  const middle = (size: MeshSize, value: (cost: Cost) => number): number => median(of(size).map(value));
  const [smallSeconds, seconds] = [small, large].map((size) => middle(size, (cost) => cost.seconds)) as [
    number,
    number,
  ];
  const peakMiB = middle(large, (cost) => cost.peakMiB);
  const samples = (size: MeshSize): Samples => of(size).map((cost) => cost.cpuSeconds);
  const exponent = growthExponent(growing.map((size) => ({ size: size.workloads, samples: samples(size) }))) ?? NaN;
  return [
    {
      text: `${small.workloads} workloads and ${small.databases} databases in under ${limits.small.seconds} s`,
      measured: `${smallSeconds.toFixed(2)} s`,
      met: smallSeconds < limits.small.seconds,
    },
    {
      text: `${large.workloads} workloads, ${large.databases} databases and ${large.policies} policies in under ${limits.large.seconds} s and ${limits.large.peakMiB} MiB`,
      measured: `${seconds.toFixed(1)} s, ${peakMiB.toFixed(0)} MiB`,
      met: seconds < limits.large.seconds && peakMiB < limits.large.peakMiB,
    },
    {
      text: "CPU time grows no faster than close to linearly with workloads",
      measured: `exponent ${exponent.toFixed(2)}`,
      met: exponent < limits.exponent,
    },
  ];
}

import { gravity } from "../../output/words.js";
import { type Answer, answerOf, callersOf, data, targetAt, workloadAt } from "./pageAnswers.js";

/** Lines of the matrix: a workload or a database, together with those that nothing distinguishes. */
export interface Line {
  /** Places among the workloads or targets; the first stands for all. */
  members: readonly [number, ...number[]];
}

/** What the reader chose to see. */
export interface Filter {
  text: string;
  namespace: string;
  only: ReadonlySet<string>;
  problems: boolean;
  fold: boolean;
}

export interface View {
  rows: readonly Line[];
  columns: readonly Line[];
}

/** More lines than a screen shows are folded unless the reader wants them apart. */
export const foldsByDefault = data.workloads.length > 40 || data.targets.length > 24;

/** Whether a pair passes the filter of verdicts. */
export function isWanted({ mesh, bypass }: Answer, { problems, only }: Filter): boolean {
  if (problems && gravity({ mesh, bypass }) === 0) return false;
  return only.size === 0 || only.has(mesh.verdict) || (only.has("open") && bypass.verdict === "open");
}

/** Names as people sort them: app-2 before app-10. */
const { compare } = new Intl.Collator("en", { numeric: true });
const sortedWorkloads = [...data.workloads.keys()].sort((a, b) => {
  const [x, y] = [workloadAt(a), workloadAt(b)];
  return compare(x[0], y[0]) || compare(x[1], y[1]);
});
const sortedTargets = [...data.targets.keys()].sort((a, b) => {
  const [x, y] = [targetAt(a), targetAt(b)];
  return compare(x[2] || x[0], y[2] || y[0]) || x[1] - y[1];
});

/** The lines that a filter leaves. */
export function viewOf(filter: Filter): View {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (text: string) => words.every((word) => text.toLowerCase().includes(word));
  const hitsWorkload = sortedWorkloads.filter((place) => {
    const [namespace, name, account] = workloadAt(place);
    return matches(`${namespace}/${name} ${account}`);
  });
  const hitsTarget = sortedTargets.filter((place) => {
    const [host, port, database] = targetAt(place);
    return matches(`${host}:${port} ${database}`);
  });
  if (words.length > 0 && hitsWorkload.length === 0 && hitsTarget.length === 0) return { rows: [], columns: [] };
  const found = hitsWorkload.length > 0 ? hitsWorkload : sortedWorkloads;
  const workloads = found.filter((place) => !filter.namespace || workloadAt(place)[0] === filter.namespace);
  const targets = hitsTarget.length > 0 ? hitsTarget : sortedTargets;
  return folded(withVerdicts({ workloads, targets }, filter), filter.fold);
}

interface Places {
  workloads: readonly number[];
  targets: readonly number[];
}

/** Workloads and targets with at least one pair that passes the filter of verdicts. */
function withVerdicts({ workloads, targets }: Places, filter: Filter): Places {
  if (!filter.problems && filter.only.size === 0) return { workloads, targets };
  const seen = new Set<number>();
  const passes = new Map<number, boolean>();
  const kept = workloads.filter((workload) => {
    const callers = callersOf(workload);
    let isKept = passes.get(callers);
    if (isKept === undefined) {
      const wanted = targets.filter((target) => isWanted(answerOf(workload, target), filter));
      for (const target of wanted) seen.add(target);
      passes.set(callers, (isKept = wanted.length > 0));
    }
    return isKept;
  });
  return { workloads: kept, targets: targets.filter((target) => seen.has(target)) };
}

/** Lines with equal answers as one: workloads of a namespace, and databases. */
function folded({ workloads, targets }: Places, isFolded: boolean): View {
  if (!isFolded) return { rows: workloads.map(alone), columns: targets.map(alone) };
  const callers = [...new Map(workloads.map((workload) => [callersOf(workload), workload])).values()];
  const column = (target: number) => callers.map((workload) => kindOf(answerOf(workload, target))).join();
  const row = (workload: number) => `${workloadAt(workload)[0]} ${workloadAt(workload)[3]} ${callersOf(workload)}`;
  const isQuick = callers.length * targets.length <= mostCompared;
  return { rows: grouped(workloads, row), columns: isQuick ? grouped(targets, column) : targets.map(alone) };
}

/** Pairs that are compared to fold columns: beyond it the page would be slow to open. */
const mostCompared = 2_000_000;

const kinds = new Map<string, number>();
const kindsOfAnswers = new Map<Answer["mesh"], Map<Answer["bypass"], number>>();

/** A number for answers that read the same, whatever decides them. */
function kindOf({ mesh, bypass }: Answer): number {
  const byBypass = kindsOfAnswers.get(mesh) ?? new Map<Answer["bypass"], number>();
  kindsOfAnswers.set(mesh, byBypass);
  let kind = byBypass.get(bypass);
  if (kind === undefined) {
    const text = `${mesh.verdict} ${mesh.encryption.join("+")} ${mesh.identity} ${mesh.exposes} ${bypass.verdict}`;
    kind = kinds.get(text) ?? kinds.size;
    kinds.set(text, kind);
    byBypass.set(bypass, kind);
  }
  return kind;
}

function alone(place: number): Line {
  return { members: [place] };
}

function grouped(places: readonly number[], keyOf: (place: number) => string): Line[] {
  const lines = new Map<string, [number, ...number[]]>();
  for (const place of places) {
    const key = keyOf(place);
    const members = lines.get(key);
    if (members) members.push(place);
    else lines.set(key, [place]);
  }
  return [...lines.values()].map((members) => ({ members }));
}

/** The pair that a reader should look at first. */
export function gravestPair(): [workload: number, target: number] {
  let best: { pair: [number, number]; weight: number } = { pair: [0, 0], weight: -1 };
  const seen = new Set<number>();
  for (const workload of sortedWorkloads) {
    if (seen.has(callersOf(workload))) continue;
    seen.add(callersOf(workload));
    for (const target of sortedTargets) {
      const weight = gravity(answerOf(workload, target));
      if (weight > best.weight) best = { pair: [workload, target], weight };
    }
  }
  return best.pair;
}

import type { Answers, BypassVerdictName, MeshVerdictName, Summary, WorkloadAnswers } from "./model/model.js";

/** Counts pairs. */
export function summaryOf(byWorkload: Iterable<WorkloadAnswers>, workloads: number, targets: number): Summary {
  const counter = new Counter(workloads, targets);
  for (const { answers } of byWorkload) counter.add(answers);
  return counter.summary;
}

/** Adds up the answers of workloads. Those that workloads share are counted once. */
export class Counter {
  readonly summary: Summary;
  readonly #counts = new WeakMap<Answers, Counts>();

  constructor(workloads: number, targets: number) {
    this.summary = { workloads, targets, rows: workloads * targets, ...none() };
  }

  add(answers: Answers): void {
    let counts = this.#counts.get(answers);
    if (!counts) this.#counts.set(answers, (counts = countsOf(answers)));
    addTo(this.summary, counts);
  }
}

type Counts = Pick<Summary, "mesh" | "bypass" | "exposed" | "bypassable">;

function none(): Counts {
  return {
    mesh: { gateway: 0, direct: 0, blocked: 0, misrouted: 0, unknown: 0 },
    bypass: { open: 0, blocked: 0, unknown: 0 },
    exposed: 0,
    bypassable: 0,
  };
}

function countsOf({ mesh, bypass }: Answers): Counts {
  const counts = none();
  for (const [index, { verdict, exposes }] of mesh.entries()) {
    const below = bypass[index]?.verdict;
    if (!below) continue;
    counts.mesh[verdict]++;
    counts.bypass[below]++;
    if (exposes === "handshake") counts.exposed++;
    if (below === "open" && (verdict === "blocked" || verdict === "gateway")) counts.bypassable++;
  }
  return counts;
}

function addTo(sum: Counts, more: Counts): void {
  for (const verdict in more.mesh) sum.mesh[verdict as MeshVerdictName] += more.mesh[verdict as MeshVerdictName];
  for (const verdict in more.bypass)
    sum.bypass[verdict as BypassVerdictName] += more.bypass[verdict as BypassVerdictName];
  sum.exposed += more.exposed;
  sum.bypassable += more.bypassable;
}

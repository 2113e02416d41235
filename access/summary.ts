import type { Answers, AroundVerdict, MeshVerdict, Summary, WorkloadAnswers } from "./model/model.js";

/** Counts pairs: answers that workloads share are counted once and multiplied. */
export function summaryOf(byWorkload: Iterable<WorkloadAnswers>, workloads: number, targets: number): Summary {
  const summary: Summary = {
    workloads,
    targets,
    rows: workloads * targets,
    mesh: { gateway: 0, direct: 0, blocked: 0, misrouted: 0, unknown: 0 },
    around: { open: 0, blocked: 0, unknown: 0 },
    greetings: 0,
    bypassable: 0,
  };
  const times = new Map<Answers, number>();
  for (const { answers } of byWorkload) times.set(answers, (times.get(answers) ?? 0) + 1);
  for (const [{ mesh, around }, count] of times)
    for (const [index, verdict] of mesh.entries()) {
      const below = around[index];
      if (below) add(summary, verdict, below, count);
    }
  return summary;
}

function add(summary: Summary, mesh: MeshVerdict, around: AroundVerdict, count: number): void {
  summary.mesh[mesh.verdict] += count;
  summary.around[around.verdict] += count;
  if (mesh.exposes === "greeting") summary.greetings += count;
  if (around.verdict === "open" && (mesh.verdict === "blocked" || mesh.verdict === "gateway"))
    summary.bypassable += count;
}

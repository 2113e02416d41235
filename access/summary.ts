import type { Answers, BypassVerdict, MeshVerdict, Summary, WorkloadAnswers } from "./model/model.js";

/** Counts pairs: answers that workloads share are counted once and multiplied. */
export function summaryOf(byWorkload: Iterable<WorkloadAnswers>, workloads: number, targets: number): Summary {
  const summary: Summary = {
    workloads,
    targets,
    rows: workloads * targets,
    mesh: { gateway: 0, direct: 0, blocked: 0, misrouted: 0, unknown: 0 },
    bypass: { open: 0, blocked: 0, unknown: 0 },
    exposed: 0,
    bypassable: 0,
  };
  const times = new Map<Answers, number>();
  for (const { answers } of byWorkload) times.set(answers, (times.get(answers) ?? 0) + 1);
  for (const [{ mesh, bypass }, count] of times)
    for (const [index, verdict] of mesh.entries()) {
      const below = bypass[index];
      if (below) add(summary, verdict, below, count);
    }
  return summary;
}

function add(summary: Summary, mesh: MeshVerdict, bypass: BypassVerdict, count: number): void {
  summary.mesh[mesh.verdict] += count;
  summary.bypass[bypass.verdict] += count;
  if (mesh.exposes === "handshake") summary.exposed += count;
  if (bypass.verdict === "open" && (mesh.verdict === "blocked" || mesh.verdict === "gateway"))
    summary.bypassable += count;
}

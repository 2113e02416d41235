import type { Row, Summary } from "./model/model.js";

/** Counts pairs, each with how often it occurs. */
export function summaryOf(
  pairs: Iterable<readonly [Pick<Row, "mesh" | "around">, number]>,
  workloads: number,
  targets: number,
): Summary {
  const summary: Summary = {
    workloads,
    targets,
    rows: workloads * targets,
    mesh: { gateway: 0, direct: 0, blocked: 0, misrouted: 0, unknown: 0 },
    around: { open: 0, blocked: 0, unknown: 0 },
    greetings: 0,
    bypassable: 0,
  };
  for (const [{ mesh, around }, count] of pairs) {
    summary.mesh[mesh.verdict] += count;
    summary.around[around.verdict] += count;
    if (mesh.exposes === "greeting") summary.greetings += count;
    if (around.verdict === "open" && (mesh.verdict === "blocked" || mesh.verdict === "gateway"))
      summary.bypassable += count;
  }
  return summary;
}

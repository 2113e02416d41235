import type {
  Analysis,
  Answers,
  BypassVerdict,
  BypassVerdictName,
  MeshVerdict,
  MeshVerdictName,
  Row,
  Rows,
  WorkloadAnswers,
} from "../model/model.js";
import { summaryOf } from "../summary.js";

/** Verdicts that `--only` can name: of the mesh path, and of the sidecar bypass. */
export const selectable = ["gateway", "direct", "blocked", "misrouted", "unknown", "open"] as const;
export type Selectable = (typeof selectable)[number];

/** Which part of an analysis a report shows. */
export interface Selection {
  /** Namespaces of clients. @default all */
  namespaces?: readonly string[];
  /** Pairs with one of these verdicts; `open` is an open sidecar bypass. @default all */
  only?: readonly Selectable[];
}

/** Whether a report shows a pair. */
export function isSelected({ namespaces, only }: Selection, { from, mesh, bypass }: Row): boolean {
  if (namespaces && !namespaces.includes(from.namespace)) return false;
  return !only || isNamed(only, mesh.verdict, bypass.verdict);
}

function isNamed(only: readonly Selectable[], mesh: MeshVerdictName, bypass: BypassVerdictName): boolean {
  return only.includes(mesh) || (only.includes("open") && bypass === "open");
}

/** The workloads a report shows, with all their answers: {@link eachAnswer} leaves out those it does not show. */
export function* selectedWorkloads(
  { rows }: Pick<Analysis, "rows">,
  { namespaces }: Selection,
): Generator<WorkloadAnswers> {
  for (const one of rows.byWorkload()) if (!namespaces || namespaces.includes(one.from.namespace)) yield one;
}

/** Calls with every answer of a workload that a report shows. */
export function eachAnswer(
  ends: Rows["ends"],
  { mesh, bypass }: Answers,
  { only }: Selection,
  visit: (to: Row["to"], mesh: MeshVerdict, bypass: BypassVerdict) => void,
): void {
  for (const [index, to] of ends.entries()) {
    const [path, below] = [mesh[index], bypass[index]];
    if (path && below && (!only || isNamed(only, path.verdict, below.verdict))) visit(to, path, below);
  }
}

/** The analysis of the chosen namespaces' workloads alone. */
export function ofNamespaces(analysis: Analysis, namespaces: readonly string[] | undefined): Analysis {
  if (!namespaces) return analysis;
  const places = [...analysis.workloads.keys()].filter((place) => {
    const workload = analysis.workloads[place];
    return workload !== undefined && namespaces.includes(workload.namespace);
  });
  const { targets } = analysis;
  const rows: Rows = {
    length: places.length * targets.length,
    at: (workload, target) => analysis.rows.at(places[workload] ?? -1, target),
    ends: analysis.rows.ends,
    byWorkload: () => selectedWorkloads(analysis, { namespaces }),
    *[Symbol.iterator]() {
      for (const row of analysis.rows) if (namespaces.includes(row.from.namespace)) yield row;
    },
  };
  const workloads = places.flatMap((place) => analysis.workloads[place] ?? []);
  // Getters of the whole stay getters: a spread would compute them all.
  return Object.create(analysis, {
    rows: { value: rows },
    workloads: { value: workloads },
    summary: { get: () => summaryOf(rows.byWorkload(), workloads.length, targets.length) },
  }) as Analysis;
}

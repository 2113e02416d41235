import type { Analysis, Row } from "../model/model.js";
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
export function isSelected({ namespaces, only }: Selection, { from, mesh, around }: Row): boolean {
  if (namespaces && !namespaces.includes(from.namespace)) return false;
  if (!only) return true;
  return only.includes(mesh.verdict) || (only.includes("open") && around.verdict === "open");
}

/** The pairs a report shows, made while iterating. */
export function selectedRows({ rows }: { rows: Iterable<Row> }, selection: Selection): Iterable<Row> {
  const showsAll = !selection.namespaces && !selection.only;
  return showsAll ? rows : filtered(rows, selection);
}

function* filtered(rows: Iterable<Row>, selection: Selection): Generator<Row> {
  for (const row of rows) if (isSelected(selection, row)) yield row;
}

/** The analysis of the chosen namespaces' workloads alone. */
export function ofNamespaces(analysis: Analysis, namespaces: readonly string[] | undefined): Analysis {
  if (!namespaces) return analysis;
  const places = [...analysis.workloads.keys()].filter((place) => {
    const workload = analysis.workloads[place];
    return workload !== undefined && namespaces.includes(workload.namespace);
  });
  const { targets } = analysis;
  const at = (workload: number, target: number) => analysis.rows.at(places[workload] ?? -1, target);
  const rows = {
    length: places.length * targets.length,
    at,
    *[Symbol.iterator](): Generator<Row> {
      for (const workload of places.keys()) {
        for (const target of targets.keys()) {
          const row = at(workload, target);
          if (row) yield row;
        }
      }
    },
  };
  const workloads = places.flatMap((place) => analysis.workloads[place] ?? []);
  // Getters of the whole stay getters: a spread would compute them all.
  return Object.create(analysis, {
    rows: { value: rows },
    workloads: { value: workloads },
    summary: { get: () => summaryOf(eachOnce(rows), workloads.length, targets.length) },
  }) as Analysis;
}

function* eachOnce(rows: Iterable<Row>): Generator<readonly [Row, number]> {
  for (const row of rows) yield [row, 1];
}

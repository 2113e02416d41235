import type { MeshVerdict, ReachChange, Row } from "./model.js";

/**
 * What changes in reach: rows whose verdicts differ, and rows that only one side has. Evidence alone is no change: the
 * same reach for another reason is the same reach.
 */
export function diffReach(before: Iterable<Row>, after: Iterable<Row>): ReachChange[] {
  const old = new Map<string, Row>();
  for (const row of before) old.set(keyOf(row), row);
  const changes: ReachChange[] = [];
  for (const row of after) {
    const key = keyOf(row);
    const known = old.get(key);
    old.delete(key);
    if (!known) changes.push({ from: row.from, to: row.to, after: verdicts(row) });
    else if (!sameReach(known, row)) {
      changes.push({ from: row.from, to: row.to, before: verdicts(known), after: verdicts(row) });
    }
  }
  for (const row of old.values()) changes.push({ from: row.from, to: row.to, before: verdicts(row) });
  return changes.sort((a, b) => compare(orderOf(a), orderOf(b)));
}

function keyOf({ from, to }: Pick<Row, "from" | "to">): string {
  return `${from.namespace}/${from.workload} ${to.host}:${to.port}`;
}

function orderOf({ from, to }: ReachChange): string {
  // Ports are padded to their five digits, so that text sorts them as numbers.
  return [from.namespace, from.workload, to.host, String(to.port).padStart(5, "0")].join("\0");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function verdicts({ mesh, around }: Row): Pick<Row, "mesh" | "around"> {
  return { mesh, around };
}

function sameReach(a: Row, b: Row): boolean {
  return (
    a.around.verdict === b.around.verdict &&
    a.from.serviceAccount === b.from.serviceAccount &&
    (a.mesh === b.mesh || summary(a.mesh) === summary(b.mesh))
  );
}

function summary({ verdict, encryption, identity, exposes }: MeshVerdict): string {
  return [verdict, encryption.join("+"), identity, exposes].join(" ");
}

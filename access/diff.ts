import type { MeshVerdict, ReachChange, Row } from "./model/model.js";
import { ascending } from "./model/order.js";

/**
 * What changes in reach: rows whose verdicts differ, and rows that only one side has. Evidence alone is no change: the
 * same reach for another reason is the same reach. Both sides are in the order of an analysis, and so is the answer.
 */
export function diffReach(before: Iterable<Row>, after: Iterable<Row>): ReachChange[] {
  const changes: ReachChange[] = [];
  const [earlier, later] = [placed(before), placed(after)];
  let old = earlier.next().value;
  let current = later.next().value;
  while (old ?? current) {
    const order = !old ? 1 : !current ? -1 : compare(old, current);
    const [gone, come] = [order <= 0 ? old?.row : undefined, order >= 0 ? current?.row : undefined];
    if (!gone || !come || !sameReach(gone, come)) changes.push(changeOf(gone, come));
    if (gone) old = earlier.next().value;
    if (come) current = later.next().value;
  }
  return changes;
}

/** A row, and how many workloads of that name come before its own. */
interface Placed {
  row: Row;
  namesake: number;
}

function* placed(rows: Iterable<Row>): Generator<Placed, undefined> {
  let last: Placed | undefined;
  for (const row of rows) {
    const again = last && compareCallers(last.row, row) === 0;
    const namesake: number = !last || !again ? 0 : last.namesake + Number(row.from !== last.row.from);
    yield (last = { row, namesake });
  }
}

function compare(a: Placed, b: Placed): number {
  return compareCallers(a.row, b.row) || a.namesake - b.namesake || compareTargets(a.row, b.row);
}

function compareCallers({ from: a }: Row, { from: b }: Row): number {
  return ascending(a.namespace, b.namespace) || ascending(a.workload, b.workload);
}

function compareTargets({ to: a }: Row, { to: b }: Row): number {
  return ascending(a.host, b.host) || a.port - b.port;
}

function changeOf(before: Row | undefined, after: Row | undefined): ReachChange {
  const { from, to } = (after ?? before) as Row;
  return { from, to, ...(before ? { before: verdicts(before) } : {}), ...(after ? { after: verdicts(after) } : {}) };
}

function verdicts({ mesh, bypass }: Row): Pick<Row, "mesh" | "bypass"> {
  return { mesh, bypass };
}

function sameReach(a: Row, b: Row): boolean {
  return (
    a.bypass.verdict === b.bypass.verdict &&
    a.from.serviceAccount === b.from.serviceAccount &&
    (a.mesh === b.mesh || summary(a.mesh) === summary(b.mesh))
  );
}

function summary({ verdict, encryption, identity, exposes }: MeshVerdict): string {
  return [verdict, encryption.join("+"), identity, exposes].join(" ");
}

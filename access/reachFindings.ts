import { message } from "./messages/index.js";
import type { Answers, Evidence, Finding, Rows, Target, Workload } from "./model/model.js";
import { ascending } from "./model/order.js";

/** Names that a sentence holds; of more it says how many. */
const most = 6;

/** Databases behind a gateway that workloads reach past it: what a list of clients at the gateway is worth without network policy. */
export function reachFindings(workloads: readonly Workload[], targets: readonly Target[], rows: Rows): Finding[] {
  const answers = [...rows.byWorkload()].map((each) => each.answers);
  const groups = new Set(answers);
  const guarded = targets.map(
    ({ kind }, index) => kind === "database" && [...groups].some(({ mesh }) => mesh[index]?.verdict === "gateway"),
  );
  const open = new Map([...groups].map((group) => [group, openTargets(group, guarded)]));
  const past = (hasSidecar: boolean) =>
    workloads.flatMap((workload, index) => {
      const answer = answers[index];
      const to = (answer && open.get(answer)) ?? [];
      if (!answer || workload.existing || workload.sidecar.present !== hasSidecar || to.length === 0) return [];
      return [{ workload, to, because: answer.bypass[to[0] as number]?.because ?? [] }];
    });
  return [
    ...finding("no-sidecar-past-gateway", past(false), targets),
    ...finding("bypass-past-gateway", past(true), targets),
  ];
}

function openTargets({ bypass }: Answers, guarded: readonly boolean[]): number[] {
  return bypass.flatMap(({ verdict }, index) => (guarded[index] && verdict === "open" ? [index] : []));
}

interface Past {
  workload: Workload;
  to: readonly number[];
  because: readonly Evidence[];
}

function finding(
  id: "no-sidecar-past-gateway" | "bypass-past-gateway",
  past: readonly Past[],
  targets: readonly Target[],
): Finding[] {
  const [first] = past;
  if (!first) return [];
  const reached = [...new Set(past.flatMap(({ to }) => to))].flatMap((index) => targets[index]?.host ?? []);
  const args = {
    workloads: named(past.map(({ workload: { namespace, name } }) => `${namespace}/${name}`)),
    hosts: named(reached),
  };
  const pairs = past.reduce((sum, { to }) => sum + to.length, 0);
  return [{ ...message(id, args), pairs, because: first.because }];
}

function named(names: readonly string[]): string[] {
  const sorted = [...new Set(names)].sort(ascending);
  const more = sorted.length - most;
  return more > 0 ? [...sorted.slice(0, most), `and ${more} more`] : sorted;
}

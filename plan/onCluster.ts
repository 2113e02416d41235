import { type Analysis, makesPods, type Workload } from "mesh-access";
import type { WrittenChange } from "./changesForOthers.js";
import type { Plan } from "./stack.js";
import { reachIn, requireAssertions } from "../components/judgement/stackReach.js";

/**
 * A plan as it is judged on a cluster: who reaches what there, and which workloads the changes for others concern.
 *
 * @param analysis of the stack on the cluster
 * @throws `FailedAssertionsError` where an assertion fails there.
 */
export function planOnCluster(plan: Plan, analysis: Analysis, cluster: string): Plan {
  requireAssertions(analysis, plan.settings);
  const own = new Set(plan.analysis.objects.filter(makesPods).map(({ metadata }) => nameOf(metadata)));
  const others = analysis.workloads.filter((one) => one.name !== "*" && !own.has(nameOf(one)));
  const changes = plan.changes.map((change) => ({ ...change, concerns: concerned(change, others) }));
  return { ...plan, ...reachIn(analysis), analysis, changes, cluster, assumption: undefined };
}

const nameOf = ({ namespace = "", name }: { namespace?: string; name: string }): string => `${namespace}/${name}`;

/** Workloads that a line names; of more it says how many. */
const named = 3;

/** The workloads of the change's namespace; of all namespaces where it has none. */
function concerned({ namespace }: WrittenChange, others: readonly Workload[]): string {
  const all = others.filter((one) => namespace === undefined || one.namespace === namespace);
  if (all.length === 0) return "no workload that is there now";
  const more = all.length - named;
  const names = all.slice(0, named).map(nameOf).join(", ");
  return more > 0 ? `${names} and ${more} more` : names;
}

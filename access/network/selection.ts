import { append } from "../model/append.js";
import type { NamespaceFacts, Workload, World } from "../model/model.js";
import { inOrder, type Selected } from "./decide.js";
import { no } from "./match.js";
import { defaultTier, type Direction, type Policy } from "./policy.js";

/** The policies that govern each workload, by direction, tier by tier in the order they are judged. */
export type PoliciesOf = (workload: Workload, direction: Direction) => readonly (readonly Selected[])[];

const none: readonly (readonly Selected[])[] = [];

/** Asks each policy only about the pods that carry the label it demands: five thousand policies meet five thousand workloads. */
export function selectPolicies(
  world: World,
  policies: readonly Policy[],
  tierOrder: ReadonlyMap<string, number>,
): PoliciesOf {
  const byLabel = new Map<string, Workload[]>();
  const byNamespace = new Map<string, Workload[]>();
  for (const workload of world.workloads) {
    append(byNamespace, workload.namespace, workload);
    for (const [key, value] of Object.entries(workload.labels)) {
      append(byLabel, `${key}=${value}`, workload);
      append(byLabel, `${workload.namespace}/${key}=${value}`, workload);
    }
  }
  const found = new Map<Workload, Selected[]>();
  for (const policy of policies) {
    for (const workload of candidates(policy)) {
      const selects = policy.selects(workload, factsOf(world, workload.namespace));
      if (selects !== no) append(found, workload, { policy, selects });
    }
  }
  return cached(found, tierOrder);

  function candidates({ required, scope }: Policy): readonly Workload[] {
    if (required) return byLabel.get(`${scope === undefined ? "" : `${scope}/`}${required[0]}=${required[1]}`) ?? [];
    return scope === undefined ? world.workloads : (byNamespace.get(scope) ?? []);
  }
}

function cached(found: ReadonlyMap<Workload, Selected[]>, tierOrder: ReadonlyMap<string, number>): PoliciesOf {
  const tiersOf = (workload: Workload, direction: Direction) => {
    const governing = (found.get(workload) ?? []).filter(({ policy }) => policy[direction]);
    if (governing.length === 0) return none;
    const names = [...new Set(governing.map(({ policy }) => policy.tier))];
    names.sort((one, other) => position(one) - position(other) || (one < other ? -1 : 1));
    return names.map((name) => governing.filter(({ policy }) => policy.tier === name).sort(inOrder));
  };
  const position = (tier: string) => tierOrder.get(tier) ?? (tier === defaultTier ? 1_000_000 : Infinity);
  const cache: Record<Direction, Map<Workload, readonly (readonly Selected[])[]>> = {
    ingress: new Map(),
    egress: new Map(),
  };
  return (workload, direction) => {
    const known = cache[direction].get(workload);
    if (known) return known;
    const tiers = tiersOf(workload, direction);
    cache[direction].set(workload, tiers);
    return tiers;
  };
}

/** What is known of a namespace; of one that nothing names, its name. */
export function factsOf(world: World, namespace: string): NamespaceFacts {
  return (
    world.namespaces.get(namespace) ?? {
      name: namespace,
      labels: { "kubernetes.io/metadata.name": namespace },
      annotations: {},
      declared: false,
    }
  );
}

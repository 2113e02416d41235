import { append } from "../model/append.js";
import type { NamespaceFacts, World } from "../model/model.js";
import { inOrder, type Selected } from "./decideByPolicies.js";
import type { Direction, PodPeer, Policy } from "./policy.js";

/** The policies that govern pods, by direction, tier by tier in the order they are judged. */
export type PoliciesOf = (pod: PodPeer, direction: Direction) => readonly (readonly Selected[])[];

const none: readonly (readonly Selected[])[] = [];

/** Asks each policy only about the pods that have the label it demands: five thousand policies meet five thousand workloads. */
export function selectPolicies(pods: readonly PodPeer[], policies: readonly Policy[]): PoliciesOf {
  const index = new PodIndex(pods);
  const found = new Map<PodPeer, Selected[]>();
  for (const policy of policies) {
    for (const pod of index.candidates(policy)) {
      const selects = policy.selects(pod);
      if (selects !== false) append(found, pod, { policy, selects });
    }
  }
  return cached(found);
}

class PodIndex {
  readonly #byLabel = new Map<string, PodPeer[]>();
  readonly #byNamespace = new Map<string, PodPeer[]>();
  /** Pods with labels that the input does not show. */
  readonly #open: PodPeer[] = [];

  constructor(readonly all: readonly PodPeer[]) {
    for (const pod of all) {
      const { namespace, group } = pod;
      append(this.#byNamespace, namespace.name, pod);
      for (const key in group.labels) {
        const pair = `${key}=${group.labels[key]}`;
        append(this.#byLabel, pair, pod);
        append(this.#byLabel, `${namespace.name}/${pair}`, pod);
      }
      if (group.moreLabels || group.unknownValues.length > 0) this.#open.push(pod);
    }
  }

  candidates({ required, scope }: Policy): readonly PodPeer[] {
    if (!required) return scope === undefined ? this.all : (this.#byNamespace.get(scope) ?? []);
    const [key, value] = required;
    const known = this.#byLabel.get(`${scope === undefined ? "" : `${scope}/`}${key}=${value}`) ?? [];
    const open = this.#opened(key).filter(({ namespace }) => scope === undefined || namespace.name === scope);
    return open.length > 0 ? [...known, ...open] : known;
  }

  readonly #byUnknownKey = new Map<string, PodPeer[]>();

  #opened(key: string): readonly PodPeer[] {
    let pods = this.#byUnknownKey.get(key);
    if (!pods) {
      pods = this.#open.filter(
        ({ group }) => group.labels[key] === undefined && (group.moreLabels || group.unknownValues.includes(key)),
      );
      this.#byUnknownKey.set(key, pods);
    }
    return pods;
  }
}

function cached(found: ReadonlyMap<PodPeer, Selected[]>): PoliciesOf {
  const tiersOf = (pod: PodPeer, direction: Direction) => {
    const governing = (found.get(pod) ?? []).filter(({ policy }) => policy[direction]);
    if (governing.length === 0) return none;
    const tiers = new Map<string, Selected[]>();
    for (const selected of governing) append(tiers, selected.policy.tier.name, selected);
    return [...tiers.values()].map((tier) => tier.sort(inOrder)).sort(inTierOrder);
  };
  const cache: Record<Direction, Map<PodPeer, readonly (readonly Selected[])[]>> = {
    ingress: new Map(),
    egress: new Map(),
  };
  return (pod, direction) => {
    const known = cache[direction].get(pod);
    if (known) return known;
    const tiers = tiersOf(pod, direction);
    cache[direction].set(pod, tiers);
    return tiers;
  };
}

function inTierOrder([one]: readonly Selected[], [other]: readonly Selected[]): number {
  const [first, second] = [one?.policy.tier, other?.policy.tier];
  if (!first || !second) return 0;
  return first.order === second.order ? (first.name < second.name ? -1 : 1) : first.order - second.order;
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

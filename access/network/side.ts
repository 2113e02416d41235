import { decide, doubtOf, type Applicable, type PortDecision, type Selected } from "./decideByPolicies.js";
import type { BypassVerdict } from "../model/model.js";
import type { Direction, Ends, Policy, Protocol, Rule } from "./policy.js";

/** What decides about some pods' connections in one direction. */
export interface Side {
  /** Counts up: stands for the side in keys. Pods that nothing tells apart in this direction share one. */
  readonly number: number;
  /** The policies that have a say. */
  readonly policies: readonly Policy[];
  /** The answer on every port. Peers that nothing tells apart share it. */
  onEveryPort(ends: Ends): readonly PortDecision[];
}

/** The same answer for all connections. */
export function constantSide(number: number, decision: PortDecision): Side {
  const decisions = [decision];
  return { number, policies: [], onEveryPort: () => decisions };
}

/** What is decided on one port. */
export function onPort(decisions: readonly PortDecision[], protocol: Protocol, port: number): BypassVerdict {
  const found = decisions.find(({ ports }) => ports.has(protocol, port)) ?? decisions.at(-1);
  if (!found) throw new RangeError("A side decides on every port.");
  return found.decision;
}

/** What policies make of connections in one direction. Kept by what tells peers apart, not by peer. */
export class PolicySide implements Side {
  readonly policies: readonly Policy[];
  readonly #rules: readonly { rule: Rule; selects: Selected["selects"] }[];
  readonly #known = new Map<string, readonly PortDecision[]>();

  /** @param tiers The policies that govern the pods in this direction. */
  constructor(
    readonly number: number,
    private readonly direction: Direction,
    private readonly tiers: readonly (readonly Selected[])[],
  ) {
    this.policies = tiers.flat().map(({ policy }) => policy);
    this.#rules = tiers
      .flat()
      .flatMap(({ policy, selects }) => rulesOf(policy, direction).map((rule) => ({ rule, selects })));
  }

  onEveryPort(ends: Ends): readonly PortDecision[] {
    const applicable: Applicable[] = [];
    let key = "";
    for (const [place, { rule, selects }] of this.#rules.entries()) {
      const joins = rule.joins(ends);
      if (joins === false) continue;
      const [ports, unclearPorts] = [rule.ports(ends), rule.unclearPorts?.(ends)];
      if (ports.isEmpty) continue;
      applicable.push({ rule, joins, ports, ...(unclearPorts?.isEmpty === false ? { unclearPorts } : {}) });
      key += `${place}:${ports.number}:${unclearPorts?.number ?? ""} `;
      if (joins !== true || selects !== true || unclearPorts?.isEmpty === false)
        key += `${joins} ${JSON.stringify(doubtOf(rule, ends, selects))} `;
    }
    let decisions = this.#known.get(key);
    if (!decisions) this.#known.set(key, (decisions = decide(this.direction, this.tiers, ends, applicable)));
    return decisions;
  }
}

function rulesOf(policy: Policy, direction: Direction): readonly Rule[] {
  return (policy[direction] ?? []).filter(({ action }) => action !== "Log");
}

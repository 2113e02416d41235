import { textOf, wording } from "../messages/index.js";
import type { Evidence } from "../model/model.js";
import { maybe, no, or, yes, type Match } from "./match.js";
import type { Connection, Direction, Policy, Rule } from "./policy.js";

/** A policy and whether it selects the pod in question; policies that surely do not are left out. */
export interface Selected {
  policy: Policy;
  selects: Match;
}

/** What the network does with a connection, and the policies and rules that say so. */
export interface Decision {
  outcome: "allowed" | "denied" | "unknown";
  because: readonly Evidence[];
}

type Step = { action: "Allow" | "Deny"; evidence: Evidence; certain: boolean };

/** How many policies, or rules of one action, a verdict names: the rest says nothing new. */
const namedPolicies = 4;

/** Policies in the order they are judged in: tier by tier is the caller's to keep, within a tier by order and name. */
export function inOrder(one: Selected, other: Selected): number {
  const { order, sortName } = one.policy;
  if (order !== other.policy.order) return order - other.policy.order;
  return sortName < other.policy.sortName ? -1 : sortName > other.policy.sortName ? 1 : 0;
}

/**
 * Judges one side of a connection. The first rule that matches decides; a pod that some policy governs in this direction
 * is cut off from what no rule allows; a pod that none governs is free. Rules that may or may not match leave every
 * outcome they lead to possible, and outcomes that differ are an honest unknown.
 */
export function decide(
  direction: Direction,
  tiers: readonly (readonly Selected[])[],
  connection: Connection,
): Decision {
  const steps = [...walk(direction, tiers, connection)];
  const last = steps.at(-1);
  const actions = new Set(steps.map((step) => step.action));
  if (!last) return { outcome: "allowed", because: [] };
  if (actions.size > 1) return { outcome: "unknown", because: told(steps) };
  const outcome = last.action === "Allow" ? "allowed" : "denied";
  const decisive = steps.filter((step) => step.certain);
  return { outcome, because: told(decisive.length ? decisive : steps) };
}

/** The first of each action: a gateway's pods have a policy for each of a thousand databases. */
function told(steps: readonly Step[]): Evidence[] {
  const ofAction = { Allow: 0, Deny: 0 };
  const number = (action: Step["action"]) => steps.filter((step) => step.action === action).length;
  return steps.flatMap(({ action, evidence }) => {
    if (++ofAction[action] > namedPolicies) return [];
    const more = ofAction[action] === namedPolicies ? andMore(number(action), "rule") : "";
    return [{ ...evidence, ...wording(`${textOf(evidence)}${more}`) }];
  });
}

function andMore(number: number, noun: "policy" | "rule"): string {
  const more = number - namedPolicies;
  const plural = noun === "policy" ? "policies" : "rules";
  return more > 0 ? ` (and ${more} more ${more === 1 ? noun : plural})` : "";
}

/** The steps that can decide, in their order, up to and with the first that surely does. */
function* walk(direction: Direction, tiers: readonly (readonly Selected[])[], connection: Connection): Generator<Step> {
  let governed: Match = no;
  for (const tier of tiers) {
    const { steps, passes, ends, governs } = judgeTier(direction, tier, connection);
    yield* steps;
    governed = or(governed, governs);
    if (ends) return;
    if (tier.some(({ policy }) => policy.tierPasses)) continue;
    if (passes === no && governs !== no) {
      const certain = governs === yes;
      yield* denials(direction, tier, certain);
      if (certain) return;
    } else if (passes === maybe) yield* denials(direction, tier, false);
  }
  if (governed === no) return;
  yield { action: "Allow", certain: true, evidence: freeByDefault(direction) };
}

interface TierOutcome {
  steps: Step[];
  /** A rule hands the connection to the next tier. */
  passes: Match;
  /** A rule surely decides, so nothing after it is asked. */
  ends: boolean;
  /** Whether any policy of the tier governs the direction for this pod. */
  governs: Match;
}

function judgeTier(direction: Direction, tier: readonly Selected[], connection: Connection): TierOutcome {
  const outcome: TierOutcome = { steps: [], passes: no, ends: false, governs: no };
  for (const { policy, selects } of tier) {
    outcome.governs = or(outcome.governs, selects);
    for (const rule of policy[direction] ?? []) {
      if (rule.action === "Log") continue;
      const matches = rule.matches(connection);
      if (matches === no) continue;
      const certain = matches === yes && selects === yes;
      if (rule.action === "Pass") {
        outcome.passes = certain ? yes : or(outcome.passes, maybe);
        if (certain) return outcome;
        continue;
      }
      outcome.steps.push({
        action: rule.action,
        certain,
        evidence: ofRule(policy, rule, connection, certain, selects),
      });
      if (certain) return { ...outcome, ends: true };
    }
  }
  return outcome;
}

function ofRule(policy: Policy, rule: Rule, connection: Connection, certain: boolean, selects: Match): Evidence {
  const doubt = certain
    ? ""
    : `; whether that is this connection cannot be told: ${doubtOf(rule, connection, selects)}`;
  return { ...identity(policy), field: rule.field, ...wording(`${rule.text}${doubt}`) };
}

function doubtOf(rule: Rule, { source, destination }: Connection, selects: Match): string {
  if (rule.doubt) return rule.doubt;
  const undeclared = [source, destination].find((peer) => peer.namespace?.declared === false)?.namespace?.name;
  if (undeclared !== undefined) return `the labels of namespace ${undeclared} are not in the input`;
  if (selects === maybe) return "the policy may or may not select the pods";
  return [source, destination].some((peer) => peer.addresses.length === 0)
    ? "an address is not known"
    : "only some of its addresses are covered, or this network engine may not match pods by address";
}

function* denials(direction: Direction, tier: readonly Selected[], certain: boolean): Generator<Step> {
  const governing = tier.filter(({ policy }) => policy[direction]);
  for (const { policy } of governing.slice(0, namedPolicies)) {
    const rules = policy[direction] ?? [];
    const allowed = rules.filter((rule) => rule.action === "Allow").map((rule) => rule.text.replace(/^allows /, ""));
    const only = allowed.length ? `allows only ${allowed.join("; ")}` : "allows nothing";
    const more = andMore(governing.length, "policy");
    const evidence = { ...identity(policy), field: `spec.${direction}`, ...wording(`${only}${more}`) };
    yield { action: "Deny", certain, evidence };
  }
}

function identity({ kind, namespace, name }: Policy): Pick<Evidence, "kind" | "namespace" | "name"> {
  return { kind, namespace, name };
}

/** Evidence for the absence of policies: nothing selects the pods, so the network lets everything through. */
export function freeByDefault(direction: Direction): Evidence {
  const text =
    direction === "egress"
      ? "no policy limits what these pods may connect to"
      : "no policy limits who may connect to these pods";
  return { kind: "NetworkPolicy", namespace: "", name: "", field: "", ...wording(text) };
}

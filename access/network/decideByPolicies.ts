import { message, type Message } from "../messages/index.js";
import { once } from "../model/once.js";
import type { BypassVerdict, Evidence } from "../model/model.js";
import { and, or, type Trilean } from "../model/trilean.js";
import type { Direction, Ends, Policy, Rule } from "./policy.js";
import { everyPort, type PortSet } from "./portSet.js";

/** A policy and whether it selects the pod in question; policies that surely do not are left out. */
export interface Selected {
  policy: Policy;
  selects: Exclude<Trilean, false>;
}

/** Ports that nothing tells apart, and what one side of a connection decides on them. */
export interface PortDecision {
  readonly ports: PortSet;
  readonly decision: BypassVerdict;
}

/** The verdict of steps. Its evidence is made when it is asked for. */
function decisionOf(steps: readonly Step[]): BypassVerdict {
  const action = steps.at(-1)?.action;
  const differ = steps.some((step) => step.action !== action);
  const certain = differ ? [] : steps.filter((step) => step.certain);
  const because = once(() => evidenceOf(certain.length > 0 ? certain : steps));
  return {
    verdict: differ ? "unknown" : action === "Allow" ? "open" : "blocked",
    get because() {
      return because();
    },
  };
}

interface Step {
  action: "Allow" | "Deny";
  certain: boolean;
  evidence: () => Evidence;
}

/** How many policies, or rules of one action, a verdict names: the rest says nothing new. */
const namedPolicies = 4;

/** Policies in the order they are judged in: tier by tier is the caller's to keep, within a tier by order and name. */
export function inOrder(one: Selected, other: Selected): number {
  const { order, sortName } = one.policy;
  if (order !== other.policy.order) return order - other.policy.order;
  return sortName < other.policy.sortName ? -1 : sortName > other.policy.sortName ? 1 : 0;
}

/** Rules that may be about two ends, and on which ports. */
export interface Applicable {
  rule: Rule;
  joins: Exclude<Trilean, false>;
  ports: PortSet;
  unclearPorts?: PortSet;
}

/**
 * Judges one side of all connections between two ends: ports that no rule tells apart together. The first rule that
 * matches decides; a pod that some policy governs in this direction is cut off from what no rule allows; a pod that none
 * governs is free. Rules that may or may not match leave every outcome they lead to possible, and outcomes that differ
 * are an honest unknown.
 */
export function decide(
  direction: Direction,
  tiers: readonly (readonly Selected[])[],
  ends: Ends,
  applicable: readonly Applicable[],
): PortDecision[] {
  return toldApart(applicable).map((ports) => {
    const matching = new Map<Rule, Trilean>();
    for (const one of applicable) {
      if (ports.intersect(one.ports).isEmpty) continue;
      const unclear = one.unclearPorts && !ports.intersect(one.unclearPorts).isEmpty;
      matching.set(one.rule, unclear ? "unknown" : one.joins);
    }
    return { ports, decision: decisionOf([...walk(direction, tiers, { ends, matching })]) };
  });
}

/** Divides all ports by the rules that are about them; those that none is about come last. */
function toldApart(applicable: readonly Applicable[]): PortSet[] {
  const sets = new Set(applicable.flatMap(({ ports, unclearPorts }) => (unclearPorts ? [ports, unclearPorts] : ports)));
  let parts = [everyPort];
  for (const set of sets) {
    if (set === everyPort) continue;
    parts = parts.flatMap((part) => [part.intersect(set), part.minus(set)]).filter((part) => !part.isEmpty);
  }
  return parts;
}

/** Connections on ports that no rule tells apart, and the rules that match them. */
interface Connection {
  ends: Ends;
  matching: ReadonlyMap<Rule, Trilean>;
}

/** The first of each action: a gateway's pods have a policy for each of a thousand databases. */
function evidenceOf(steps: readonly Step[]): Evidence[] {
  const ofAction = { Allow: 0, Deny: 0 };
  const number = (action: Step["action"]) => steps.filter((step) => step.action === action).length;
  return steps.flatMap(({ action, evidence }) => {
    if (++ofAction[action] > namedPolicies) return [];
    const made = evidence();
    return [ofAction[action] === namedPolicies ? andMore(made, number(action), "and-more-rules") : made];
  });
}

function andMore(evidence: Evidence, number: number, id: "and-more-rules" | "and-more-policies"): Evidence {
  const count = number - namedPolicies;
  if (count <= 0) return evidence;
  const { id: text, args } = evidence;
  return { ...evidence, ...message(id, { text: { id: text, args }, count }) };
}

/** The steps that can decide, in their order, up to and with the first that surely does. */
function* walk(direction: Direction, tiers: readonly (readonly Selected[])[], connection: Connection): Generator<Step> {
  for (const tier of tiers) {
    const { steps, passes, ends, isolates } = judgeTier(direction, tier, connection);
    yield* steps;
    if (ends) return;
    if (passes === true || tier[0]?.policy.tier.passes) continue;
    if (isolates !== false) {
      const certain = isolates === true && passes === false;
      yield* denials(direction, tier, certain);
      if (certain) return;
    }
  }
  yield { action: "Allow", certain: true, evidence: () => freeByDefault(direction) };
}

interface TierOutcome {
  steps: Step[];
  /** A rule hands the connection to the next tier. */
  passes: Trilean;
  /** A rule surely decides, so nothing after it is asked. */
  ends: boolean;
  /** Whether some policy cuts the pod off from what no rule allows. */
  isolates: Trilean;
}

function judgeTier(direction: Direction, tier: readonly Selected[], connection: Connection): TierOutcome {
  const outcome: TierOutcome = { steps: [], passes: false, ends: false, isolates: false };
  for (let at = 0; at < tier.length;) {
    const together = ofOnePriority(tier, at);
    at += together.length;
    const answers = together.map((selected) => judgePolicy(direction, selected, connection));
    const decided = answers.filter(({ ends, passes }) => ends || passes === true);
    const differ = decided.length > 1 && new Set(decided.map(lastAction)).size > 1;
    for (const answer of answers) {
      outcome.steps.push(...(differ ? answer.steps.map(doubtful) : answer.steps));
      outcome.passes = or(outcome.passes, differ && answer.passes === true ? "unknown" : answer.passes);
      outcome.isolates = or(outcome.isolates, answer.isolates);
    }
    if (decided.length === 0) continue;
    const ends = differ ? decided.every((answer) => answer.ends) : decided.some((answer) => answer.ends);
    return { ...outcome, ends };
  }
  return outcome;
}

/** A policy, and those of the same priority where the API leaves open which of them is applied. */
function ofOnePriority(tier: readonly Selected[], at: number): readonly Selected[] {
  const first = tier[at];
  if (!first?.policy.tiesOpen) return tier.slice(at, at + 1);
  let end = at + 1;
  while (tier[end]?.policy.order === first.policy.order) end++;
  return tier.slice(at, end);
}

function lastAction({ steps, ends }: TierOutcome): string {
  return ends ? (steps.at(-1)?.action ?? "") : "Pass";
}

function doubtful(step: Step): Step {
  const evidence = () => {
    const { id, args, ...rest } = step.evidence();
    return { ...rest, ...message("may-match", { rule: { id, args }, reason: message("same-priority") }) };
  };
  return step.certain ? { ...step, certain: false, evidence } : step;
}

/** The rules of one policy, up to and with the first that surely matches. */
function judgePolicy(direction: Direction, { policy, selects }: Selected, connection: Connection): TierOutcome {
  const outcome: TierOutcome = { steps: [], passes: false, ends: false, isolates: false };
  for (const rule of policy[direction] ?? []) {
    if (rule.action === "Log") continue;
    const matches = connection.matching.get(rule) ?? false;
    if (matches === false) continue;
    const certain = matches === true && selects === true;
    if (rule.action === "Pass") {
      outcome.passes = or(outcome.passes, certain ? true : "unknown");
    } else {
      const evidence = () => ofRule(policy, rule, connection.ends, certain, selects);
      outcome.steps.push({ action: rule.action, certain, evidence });
    }
    // If the policy selects the pod, this rule decides: nothing after it counts, and it does not cut off by default.
    if (matches === true) return { ...outcome, ends: certain && rule.action !== "Pass" };
  }
  return { ...outcome, isolates: policy.tier.passes ? false : and(selects, isolates(policy, direction)) };
}

function isolates({ isolates: stated }: Policy, direction: Direction): Trilean {
  return stated?.[direction] ?? true;
}

function ofRule(policy: Policy, rule: Rule, ends: Ends, certain: boolean, selects: Trilean): Evidence {
  const says = message(rule.action === "Allow" ? "rule-allows" : "rule-denies", { traffic: rule.traffic });
  const text = certain ? says : message("may-match", { rule: says, reason: doubtOf(rule, ends, selects) });
  return { ...identity(policy), field: rule.field, ...text };
}

/** Why it is not known whether a rule matches. */
export function doubtOf(rule: Rule, { source, destination }: Ends, selects: Trilean): Message {
  if (rule.doubt) return rule.doubt;
  const peers = [source, destination];
  const undeclared = peers.find(({ pod }) => pod?.namespace.declared === false)?.pod?.namespace.name;
  if (undeclared !== undefined) return message("namespace-labels-unknown", { namespace: undeclared });
  if (peers.some(({ pod }) => pod?.group.moreLabels ?? pod?.group.unknownValues?.length))
    return message("pod-labels-unknown");
  if (selects !== true) return message("selection-unknown");
  return message(peers.some(({ addresses }) => addresses.length === 0) ? "address-unknown" : "address-unclear");
}

function* denials(direction: Direction, tier: readonly Selected[], certain: boolean): Generator<Step> {
  const governing = tier.filter(({ policy }) => policy[direction] && isolates(policy, direction) !== false);
  for (const [index, { policy }] of governing.slice(0, namedPolicies).entries()) {
    const evidence = () => {
      const made = { ...identity(policy), field: fieldOf(policy, direction), ...onlyAllows(policy[direction] ?? []) };
      return index === namedPolicies - 1 ? andMore(made, governing.length, "and-more-policies") : made;
    };
    yield { action: "Deny", certain, evidence };
  }
}

function onlyAllows(rules: readonly Rule[]): Message {
  const allowed = rules.filter((rule) => rule.action === "Allow").map((rule) => rule.traffic);
  return allowed.length > 0 ? message("allows-only", { traffic: allowed }) : message("allows-nothing");
}

function fieldOf({ specField = "spec" }: Policy, direction: Direction): string {
  return `${specField}.${direction}`;
}

function identity({ kind, namespace, name }: Policy): Pick<Evidence, "kind" | "namespace" | "name"> {
  return { kind, namespace, name };
}

/** Evidence for the absence of policies: nothing selects the pods, so the network lets everything through. */
function freeByDefault(direction: Direction): Evidence {
  const text = message(direction === "egress" ? "egress-not-limited" : "ingress-not-limited");
  return { kind: "NetworkPolicy", namespace: "", name: "", field: "", ...text };
}

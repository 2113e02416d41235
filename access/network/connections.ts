import type { ConnectionEnd } from "../model/connections.js";
import type { BypassVerdictName, PodGroup, Workload } from "../model/model.js";
import type { PortDecision } from "./decideByPolicies.js";
import { sameNode } from "./hostNetwork.js";
import type { Network, PodsPeer } from "./networkModel.js";
import { addressClasses } from "./outside.js";
import { distinctBlocks, type Direction } from "./policy.js";
import { everythingOpen, isClosed, openByAny, openByBoth, portAnswer, type PortAnswer } from "./portAnswer.js";
import { everyPort, unionOf } from "./portSet.js";

const verdictsOf = new WeakMap<readonly PortDecision[], PortAnswer>();

/** What one side decides, as an answer. */
function ofSide(decisions: readonly PortDecision[] | undefined): PortAnswer {
  if (!decisions) return everythingOpen;
  let answer = verdictsOf.get(decisions);
  if (!answer) {
    const portsWith = (wanted: BypassVerdictName) =>
      unionOf(decisions.filter(({ decision }) => decision.verdict === wanted).map(({ ports }) => ports));
    verdictsOf.set(decisions, (answer = portAnswer(portsWith("open"), portsWith("unknown"))));
  }
  return answer;
}

/** The connections of a network: for each pair of ends the answer on every port of TCP, UDP and SCTP. */
export class NetworkConnections {
  readonly workloads: readonly ConnectionEnd[];
  readonly outside: readonly ConnectionEnd[];
  readonly newPods: readonly ConnectionEnd[];

  constructor(
    private readonly network: Network,
    workloads: readonly Workload[],
  ) {
    const classes = addressClasses(distinctBlocks(network.policies));
    this.outside = classes.map((addresses) => ({ kind: "outside", addresses }));
    this.workloads = workloads.map((workload) => ({
      kind: "workload",
      workload,
      policies: { ingress: this.#policiesOf(workload, "ingress"), egress: this.#policiesOf(workload, "egress") },
    }));
    this.newPods = network.newPods.map((workload) => ({ kind: "new-pod", workload }));
  }

  /** What network policies of both sides make of a pair. Of the pods of a workload, one that may connect is enough. */
  between(from: ConnectionEnd, to: ConnectionEnd): PortAnswer {
    const [sources, destinations] = [podsOf(from), podsOf(to)];
    const [source, destination] = [sources[0], destinations[0]];
    if (source && destination && sources.length === 1 && destinations.length === 1)
      return this.#ofPods(source, destination);
    const all = sources.flatMap((one) => destinations.map((other) => this.#ofPods(one, other)));
    return openByAny(all);
  }

  #policiesOf(workload: Workload, direction: Direction): string[] {
    const policies = workload.pods.flatMap((group) => this.network.side(direction, workload, group).policies);
    return [
      ...new Set(policies.map(({ kind, namespace, name }) => `${kind} ${namespace ? `${namespace}/` : ""}${name}`)),
    ];
  }

  #ofPods(from: PodsPeer, to: PodsPeer): PortAnswer {
    const egress = ofSide(this.network.decided("egress", from, to));
    const answer = isClosed(egress) ? egress : openByBoth(egress, ofSide(this.network.decided("ingress", from, to)));
    return "group" in from && "group" in to ? onOneNode(from, to, answer) : answer;
  }
}

/** A pod's own node reaches it, and is reached by it, on every port. */
function onOneNode(from: Pods, to: Pods, answer: PortAnswer): PortAnswer {
  if (!from.workload.hostNetwork && !to.workload.hostNetwork) return answer;
  const { verdict } = sameNode(from, to, { verdict: "blocked", because: [] });
  if (verdict === "open") return everythingOpen;
  return verdict === "unknown" ? portAnswer(answer.open, everyPort) : answer;
}

interface Pods {
  workload: Workload;
  group: PodGroup;
}

function podsOf(end: ConnectionEnd): readonly PodsPeer[] {
  if (end.kind === "outside") return [{ addresses: [end.addresses.sample] }];
  const { workload } = end;
  return workload.pods.map((group) => ({ workload, group }));
}

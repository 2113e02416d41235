import { nameOf } from "../model/objectName.js";
import { message } from "../messages/index.js";
import { describeSelector } from "../model/labels.js";
import { labelsOf } from "../model/pods.js";
import { isUnmodelledPolicy } from "../model/policyKinds.js";
import { anyPod } from "../model/existingWorkloads.js";
import { ascending } from "../model/order.js";
import { PairMemo } from "../model/pairMemo.js";
import { problemOf } from "../model/problem.js";
import type {
  AnalysisOptions,
  BypassVerdict,
  Evidence,
  KubernetesObject,
  PodGroup,
  Problem,
  Target,
  Workload,
  World,
} from "../model/model.js";
import { parseBlock } from "./addressBlock.js";
import { CalicoReader } from "./calicoPolicy.js";
import { CiliumReader } from "./ciliumPolicy.js";
import type { PortDecision, Selected } from "./decideByPolicies.js";
import { readFqdnPolicy } from "./fqdnPolicy.js";
import { ofNodes, onHostNetwork, sameNode } from "./hostNetwork.js";
import { readKubernetesPolicy } from "./kubernetesPolicy.js";
import {
  anyNamespace,
  type Direction,
  type Ends,
  type Peer,
  type PodPeer,
  type Policy,
  type PolicyEngine,
  type Protocol,
} from "./policy.js";
import { factsOf, selectPolicies, type PoliciesOf } from "./selection.js";
import { ServiceDirectory, type End, type PodsEnd } from "./services.js";
import { constantSide, onPort, PolicySide, type Side } from "./side.js";
import { readTierPolicy } from "./tierPolicy.js";
import { readUnmodelledPolicy } from "./unmodelledPolicy.js";

/** Some pods of a workload, or something outside the cluster. */
export type PodsPeer = { workload: Workload; group: PodGroup } | Peer;

/** Verdicts on pairs of sides that are in memory at a time. */
const keptVerdicts = 50_000;

/** The network under the mesh: every policy of the input, and what they make of a connection. Built once per input. */
export class Network {
  /** Policies that cannot be read, and kinds of policies that are not modelled. */
  readonly problems: readonly Problem[];
  readonly policies: readonly Policy[];
  readonly engine: PolicyEngine | undefined;
  readonly services: ServiceDirectory;
  private readonly peers = new Map<PodGroup, Peer>();
  readonly #pods = new Map<PodGroup, PodPeer>();
  /** Policies may hold for the interfaces of nodes. */
  readonly #interfaces: boolean;
  readonly #sides: Record<Direction, Map<PodPeer, Side>> = { ingress: new Map(), egress: new Map() };
  readonly #sidesByPolicies = new Map<string, Side>();
  readonly #policyNumbers: ReadonlyMap<Policy, number>;
  /** One object for equal verdicts: callers are grouped by it. */
  readonly #both = new PairMemo<BypassVerdict, BypassVerdict, BypassVerdict>(keptVerdicts);
  #sideCount = 0;
  /** A pod for each namespace that somebody may add. */
  readonly newPods: readonly Workload[];
  private selection: PoliciesOf | undefined;

  constructor(
    private readonly world: World,
    options: AnalysisOptions = {},
    targets: readonly Target[] = [],
  ) {
    const problems: Problem[] = [];
    this.engine = options.policyEngine ?? engineOf(world);
    this.services = new ServiceDirectory(world, options, targets);
    this.policies = this.engine === "none" ? [] : readPolicies(world, this.engine, this.services, problems);
    this.problems = problems;
    this.newPods = [...world.namespaces.keys()].sort(ascending).map(anyPod);
    this.#policyNumbers = new Map(this.policies.map((policy, index) => [policy, index]));
    this.#interfaces = this.engine !== "none" && world.ofKind("projectcalico.org/HostEndpoint").length > 0;
  }

  /** What decides about pods' connections in one direction. Found on first use: who only wants the problems does not pay for it. */
  side(direction: Direction, workload: Workload, group: PodGroup): Side {
    const pod = this.#pod(workload, group);
    let side = this.#sides[direction].get(pod);
    if (!side) this.#sides[direction].set(pod, (side = this.#makeSide(direction, pod)));
    return side;
  }

  #makeSide(direction: Direction, pod: PodPeer): Side {
    const { workload } = pod;
    this.selection ??= selectPolicies(
      [...this.world.workloads, ...this.newPods].flatMap((one) => one.pods.map((pods) => this.#pod(one, pods))),
      this.policies,
    );
    const selected = this.selection(pod, direction);
    if (!workload.hostNetwork) return this.#sideOf(direction, selected);
    const tiers = ofNodes(selected);
    if (this.#interfaces || tiers.length === 0)
      return constantSide(this.#sideCount++, onHostNetwork(workload, this.#interfaces));
    return this.#sideOf(direction, tiers);
  }

  /** The side of all pods that the same policies govern. */
  #sideOf(direction: Direction, tiers: readonly (readonly Selected[])[]): Side {
    const governing = tiers.flat().map(({ policy, selects }) => `${this.#policyNumbers.get(policy)}:${selects}`);
    const key = `${direction} ${governing.join()}`;
    let side = this.#sidesByPolicies.get(key);
    if (!side) this.#sidesByPolicies.set(key, (side = new PolicySide(this.#sideCount++, direction, tiers)));
    return side;
  }

  /** Pods of a workload as policies see them: on the host network they are their node, an address among others. */
  peer(workload: Workload, group: PodGroup): Peer {
    let peer = this.peers.get(group);
    if (!peer) {
      const addresses = group.addresses.flatMap((address) => parseBlock(address) ?? []);
      peer = workload.hostNetwork ? { node: true, addresses } : { pod: this.#pod(workload, group), addresses };
      this.peers.set(group, peer);
    }
    return peer;
  }

  /** Pods as the selectors of policies see them: some engines apply policies to those on the host network too. */
  #pod(workload: Workload, group: PodGroup): PodPeer {
    let pod = this.#pods.get(group);
    if (!pod) {
      const namespace =
        workload.namespace === anyNamespace.name ? anyNamespace : factsOf(this.world, workload.namespace);
      pod = { workload, group, labels: labelsOf(group), namespace };
      this.#pods.set(group, pod);
    }
    return pod;
  }

  /** Whether some pod of a workload may open a connection to some pod of another: both sides have to allow it. */
  betweenPods(from: Workload, to: Workload, port: number, protocol: Protocol = "TCP"): BypassVerdict {
    return this.toEnds(
      from,
      to.pods.map((group): PodsEnd => ({ workload: to, group, port, certain: true })),
      protocol,
    );
  }

  /** Whether some pod of a workload reaches some of the ends: who dials may choose, and so may the Service in between. */
  toEnds(from: Workload, ends: readonly End[], protocol: Protocol = "TCP"): BypassVerdict {
    const groups = from.pods.map((group) => {
      const decisions = ends.map((end) => this.#toEnd(from, group, end, protocol));
      return anyOf(decisions.map((decision, index) => ofPods(decision, ends[index], decisions)));
    });
    return anyOf(
      groups.map((decision, index) => ofPods(decision, { workload: from, group: from.pods[index] }, groups)),
    );
  }

  /**
   * What one side makes of connections from some pods to others, on every port. An end outside the cluster has no side
   * of its own.
   */
  decided(direction: Direction, from: PodsPeer, to: PodsPeer): readonly PortDecision[] | undefined {
    const own = direction === "egress" ? from : to;
    if (!("group" in own)) return undefined;
    const ends: Ends = { source: this.#endOf(from), destination: this.#endOf(to) };
    return this.side(direction, own.workload, own.group).onEveryPort(ends);
  }

  #endOf(end: PodsPeer): Peer {
    return "group" in end ? this.peer(end.workload, end.group) : end;
  }

  #toEnd(from: Workload, group: PodGroup, end: End, protocol: Protocol): BypassVerdict {
    const source = this.peer(from, group);
    const destination: Peer = end.workload
      ? this.peer(end.workload, end.group)
      : { addresses: end.addresses, host: end.host };
    const ends: Ends = { source, destination };
    const decided = (direction: Direction, workload: Workload, pods: PodGroup) =>
      onPort(this.side(direction, workload, pods).onEveryPort(ends), protocol, end.port);
    const outgoing = decided("egress", from, group);
    if (!end.workload) return outgoing;
    const decision = this.#both.of(outgoing, decided("ingress", end.workload, end.group), both);
    return decision.verdict === "open" ? decision : sameNode({ workload: from, group }, end, decision);
  }
}

/** Names the pods that an answer holds for, where others of the same workload fare differently. */
function ofPods(
  decision: BypassVerdict,
  end: { workload?: Workload; group?: PodGroup } | undefined,
  all: readonly BypassVerdict[],
): BypassVerdict {
  const { workload, group } = end ?? {};
  if (!workload || !group || all.every(({ verdict }) => verdict === decision.verdict)) return decision;
  if (workload.pods.length === 1) return decision;
  const { kind, namespace, name } = workload;
  const labels = describeSelector({ matchLabels: { ...group.labels } });
  const only: Evidence = { kind, namespace, name, field: "metadata.labels", ...message("only-some-pods", { labels }) };
  return { verdict: decision.verdict, because: [only, ...decision.because] };
}

/** Both have to allow: a denial decides, whatever the other says. Evidence is put together when asked for: it differs by pair. */
function both(one: BypassVerdict, other: BypassVerdict): BypassVerdict {
  const verdicts = [one.verdict, other.verdict];
  const verdict = (["blocked", "unknown"] as const).find((worst) => verdicts.includes(worst)) ?? "open";
  return {
    verdict,
    get because() {
      return [one, other].flatMap((side) => (side.verdict === verdict ? side.because : []));
    },
  };
}

/** One that allows is enough: whoever dials may choose. */
function anyOf(decisions: readonly BypassVerdict[]): BypassVerdict {
  for (const verdict of ["open", "unknown"] as const) {
    const decisive = decisions.find((decision) => decision.verdict === verdict);
    if (decisive) return decisive;
  }
  return decisions[0] ?? { verdict: "unknown", because: [] };
}

/** The engine whose own kinds the input holds. */
function engineOf(world: World): PolicyEngine | undefined {
  const holds = (kinds: readonly string[]) => kinds.some((kind) => world.ofKind(kind).length > 0);
  if (holds(["NetworkPolicy", "GlobalNetworkPolicy", "Tier"].map((kind) => `projectcalico.org/${kind}`)))
    return "calico";
  const ofCilium = ["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"].map((kind) => `cilium.io/${kind}`);
  return holds([...ofCilium, "networking.gke.io/FQDNNetworkPolicy"]) ? "dataplane-v2" : undefined;
}

function readPolicies(
  world: World,
  engine: PolicyEngine | undefined,
  services: ServiceDirectory,
  problems: Problem[],
): Policy[] {
  const calico = new CalicoReader(world, engine, services);
  const cilium = new CiliumReader(world);
  const read = (kind: string, reader: (object: KubernetesObject) => Policy | readonly Policy[] | undefined) =>
    world.ofKind(kind).flatMap((object) => {
      try {
        return reader(object) ?? [];
      } catch (error) {
        problems.push(refused(object, error));
        return [];
      }
    });
  return [
    ...read("networking.k8s.io/NetworkPolicy", (object) => readKubernetesPolicy(object, engine)),
    ...read("projectcalico.org/NetworkPolicy", (object) => calico.read(object)),
    ...read("projectcalico.org/GlobalNetworkPolicy", (object) => calico.read(object)),
    ...read("cilium.io/CiliumNetworkPolicy", (object) => cilium.read(object)),
    ...read("cilium.io/CiliumClusterwideNetworkPolicy", (object) => cilium.read(object)),
    ...read("networking.gke.io/FQDNNetworkPolicy", readFqdnPolicy),
    ...["ClusterNetworkPolicy", "AdminNetworkPolicy", "BaselineAdminNetworkPolicy"].flatMap((kind) =>
      read(`policy.networking.k8s.io/${kind}`, readTierPolicy),
    ),
    ...unmodelled(world, problems),
  ];
}

function unmodelled(world: World, problems: Problem[]): Policy[] {
  return world.objects.filter(isUnmodelledPolicy).map((object) => {
    problems.push(problemOf(object, message("policy-not-modelled", { policy: nameOf(object) })));
    return readUnmodelledPolicy(object);
  });
}

function refused(object: KubernetesObject, error: unknown): Problem {
  const reason = error instanceof SyntaxError ? error.message : "its fields do not have the types the API demands.";
  return problemOf(object, message("policy-left-out", { policy: nameOf(object), reason }));
}

import { nameOf } from "../model/objectName.js";
import { message } from "../messages/index.js";
import { describeSelector } from "../model/labels.js";
import { labelsOf } from "../model/pods.js";
import { isUnmodelledPolicy } from "../model/policyKinds.js";
import { problemOf } from "../model/problem.js";
import type {
  AnalysisOptions,
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
import { decide, type Decision } from "./decideByPolicies.js";
import { readFqdnPolicy } from "./fqdnPolicy.js";
import { onHostNetwork, sameNode } from "./hostNetwork.js";
import { readKubernetesPolicy } from "./kubernetesPolicy.js";
import type { Connection, Direction, Peer, PodPeer, Policy, PolicyEngine, Protocol } from "./policy.js";
import { factsOf, selectPolicies, type PoliciesOf } from "./selection.js";
import { ServiceDirectory, type End, type PodsEnd } from "./services.js";
import { readTierPolicy } from "./tierPolicy.js";
import { readUnmodelledPolicy } from "./unmodelledPolicy.js";

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
    this.#interfaces = this.engine !== "none" && world.ofKind("projectcalico.org/HostEndpoint").length > 0;
  }

  /** Which policies govern pods, tier by tier. Found on first use: who only wants the problems does not pay for it. */
  governing(workload: Workload, group: PodGroup, direction: Direction): ReturnType<PoliciesOf> {
    this.selection ??= selectPolicies(
      this.world.workloads.flatMap((one) => one.pods.map((pods) => this.#pod(one, pods))),
      this.policies,
    );
    return this.selection(this.#pod(workload, group), direction);
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
      pod = { workload, group, labels: labelsOf(group), namespace: factsOf(this.world, workload.namespace) };
      this.#pods.set(group, pod);
    }
    return pod;
  }

  /** Whether some pod of a workload may open a connection to some pod of another: both sides have to allow it. */
  betweenPods(from: Workload, to: Workload, port: number, protocol: Protocol = "TCP"): Decision {
    return this.toEnds(
      from,
      to.pods.map((group): PodsEnd => ({ workload: to, group, port, certain: true })),
      protocol,
    );
  }

  /** Whether some pod of a workload reaches some of the ends: who dials may choose, and so may the Service in between. */
  toEnds(from: Workload, ends: readonly End[], protocol: Protocol = "TCP"): Decision {
    const groups = from.pods.map((group) => {
      const decisions = ends.map((end) => this.#toEnd(from, group, end, protocol));
      return anyOf(decisions.map((decision, index) => ofPods(decision, ends[index], decisions)));
    });
    return anyOf(
      groups.map((decision, index) => ofPods(decision, { workload: from, group: from.pods[index] }, groups)),
    );
  }

  #toEnd(from: Workload, group: PodGroup, end: End, protocol: Protocol): Decision {
    const source = this.peer(from, group);
    const destination: Peer = end.workload
      ? this.peer(end.workload, end.group)
      : { addresses: end.addresses, host: end.host };
    const connection = { source, destination, port: end.port, protocol };
    const outgoing = this.#side("egress", from, group, connection);
    const decision = end.workload
      ? both(outgoing, this.#side("ingress", end.workload, end.group, connection))
      : outgoing;
    if (!end.workload || decision.outcome === "allowed") return decision;
    return sameNode({ workload: from, group }, end, decision);
  }

  #side(direction: Direction, workload: Workload, group: PodGroup, connection: Connection): Decision {
    const tiers = this.governing(workload, group, direction);
    if (!workload.hostNetwork) return decide(direction, tiers, connection);
    return onHostNetwork(workload, tiers, this.#interfaces, (some) => decide(direction, some, connection));
  }
}

/** Names the pods that an answer holds for, where others of the same workload fare differently. */
function ofPods(
  decision: Decision,
  end: { workload?: Workload; group?: PodGroup } | undefined,
  all: readonly Decision[],
): Decision {
  const { workload, group } = end ?? {};
  if (!workload || !group || all.every(({ outcome }) => outcome === decision.outcome)) return decision;
  if (workload.pods.length === 1) return decision;
  const { kind, namespace, name } = workload;
  const labels = describeSelector({ matchLabels: { ...group.labels } });
  const only: Evidence = { kind, namespace, name, field: "metadata.labels", ...message("only-some-pods", { labels }) };
  return { ...decision, because: [only, ...decision.because] };
}

/** Both have to allow: a denial decides, whatever the other says. */
function both(one: Decision, other: Decision): Decision {
  for (const outcome of ["denied", "unknown"] as const) {
    const decisive = [one, other].filter((decision) => decision.outcome === outcome);
    if (decisive.length > 0) return { outcome, because: decisive.flatMap((decision) => decision.because) };
  }
  return { outcome: "allowed", because: [...one.because, ...other.because] };
}

/** One that allows is enough: whoever dials may choose. */
function anyOf(decisions: readonly Decision[]): Decision {
  for (const outcome of ["allowed", "unknown"] as const) {
    const decisive = decisions.find((decision) => decision.outcome === outcome);
    if (decisive) return decisive;
  }
  return decisions[0] ?? { outcome: "unknown", because: [] };
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

import { message, wording } from "../messages/index.js";
import { nameOf, problemOf } from "../model/problem.js";
import type { AnalysisOptions, Evidence, KubernetesObject, Problem, Workload, World } from "../model/model.js";
import { namespaceOf } from "../model/world.js";
import { parseBlock, type AddressBlock } from "./addressBlock.js";
import { CalicoReader } from "./calicoPolicy.js";
import { decide, freeByDefault, type Decision } from "./decide.js";
import { readKubernetesPolicy } from "./kubernetesPolicy.js";
import { maybe } from "./match.js";
import type { Direction, Peer, Policy, PolicyEngine, Protocol } from "./policy.js";
import { factsOf, selectPolicies, type PoliciesOf } from "./selection.js";

/** Policies of engines whose rules are not modelled: what they touch is not known. */
const unmodelledKinds = [
  "cilium.io/CiliumNetworkPolicy",
  "cilium.io/CiliumClusterwideNetworkPolicy",
  "policy.networking.k8s.io/AdminNetworkPolicy",
  "policy.networking.k8s.io/BaselineAdminNetworkPolicy",
];

/** Judged before every other tier. */
const unmodelledTier = "(not modelled)";

/** The network under the mesh: every policy of the input, and what they make of a connection. Built once per input. */
export class Network {
  /** Policies that cannot be read, as the API server or the engine would refuse them too. */
  readonly problems: readonly Problem[];
  readonly policies: readonly Policy[];
  readonly engine: PolicyEngine | undefined;
  private selection: PoliciesOf | undefined;

  constructor(
    private readonly world: World,
    options: AnalysisOptions = {},
  ) {
    const problems: Problem[] = [];
    this.engine = options.policyEngine ?? (holdsCalico(world) ? "calico" : undefined);
    this.policies = readPolicies(world, this.engine, problems);
    this.problems = problems;
  }

  /** Which policies govern a workload. Found on first use: who only wants the problems does not pay for it. */
  readonly policiesOf: PoliciesOf = (workload, direction) => {
    this.selection ??= selectPolicies(this.world, this.policies, tierOrder(this.world));
    return this.selection(workload, direction);
  };

  /** A workload as policies see it: on the host network it is its node, an address among others. */
  peer(workload: Workload): Peer {
    const addresses = workload.addresses.flatMap((address) => parseBlock(address) ?? []);
    if (workload.hostNetwork) return { addresses };
    return { pod: workload, namespace: factsOf(this.world, workload.namespace), addresses };
  }

  /** Whether a pod of one workload may open a connection to a pod of another: both sides have to allow it. */
  betweenPods(from: Workload, to: Workload, port: number, protocol: Protocol = "TCP"): Decision {
    const connection = { source: this.peer(from), destination: this.peer(to), port, protocol };
    return both(this.side("egress", from, connection), this.side("ingress", to, connection));
  }

  /** Whether a pod may open a connection to an address outside the cluster; no addresses means that it is not known. */
  toAddress(from: Workload, addresses: readonly AddressBlock[], port: number, protocol: Protocol = "TCP"): Decision {
    const options = addresses.length ? addresses.map((address) => [address]) : [[]];
    return anyOf(
      options.map((one) => {
        const connection = { source: this.peer(from), destination: { addresses: one }, port, protocol };
        return this.side("egress", from, connection);
      }),
    );
  }

  private side(direction: Direction, workload: Workload, connection: Parameters<typeof decide>[2]): Decision {
    if (workload.hostNetwork && this.world.ofKind("projectcalico.org/HostEndpoint").length > 0)
      return {
        outcome: "unknown",
        because: [hostNetwork(workload, "policies about the interfaces of nodes are not modelled")],
      };
    const decision = decide(direction, this.policiesOf(workload, direction), connection);
    if (decision.because.length === 0) return { ...decision, because: [freeByDefault(direction)] };
    return workload.hostNetwork && decision.outcome !== "allowed" ? this.onHostNetwork(workload, decision) : decision;
  }

  /** Engines that are known leave pods on the host network alone; the API leaves it open. */
  private onHostNetwork(workload: Workload, decision: Decision): Decision {
    if (this.engine)
      return {
        outcome: "allowed",
        because: [hostNetwork(workload, "policies do not apply to pods on the host network")],
      };
    const text = "whether policies apply to pods on the host network depends on the network engine, which is not known";
    return { outcome: "unknown", because: [hostNetwork(workload, text), ...decision.because] };
  }
}

function hostNetwork({ kind, namespace, name }: Workload, text: string): Evidence {
  const field = kind === "Pod" ? "spec.hostNetwork" : "spec.template.spec.hostNetwork";
  return { kind, namespace, name, field, ...wording(text) };
}

/** Both have to allow: a denial decides, whatever the other says. */
export function both(one: Decision, other: Decision): Decision {
  for (const outcome of ["denied", "unknown"] as const) {
    const decisive = [one, other].filter((decision) => decision.outcome === outcome);
    if (decisive.length) return { outcome, because: decisive.flatMap((decision) => decision.because) };
  }
  return { outcome: "allowed", because: [...one.because, ...other.because] };
}

/** One that allows is enough: whoever dials may choose. */
export function anyOf(decisions: readonly Decision[]): Decision {
  for (const outcome of ["allowed", "unknown"] as const) {
    const decisive = decisions.find((decision) => decision.outcome === outcome);
    if (decisive) return decisive;
  }
  return decisions[0] ?? { outcome: "unknown", because: [] };
}

function holdsCalico(world: World): boolean {
  return ["NetworkPolicy", "GlobalNetworkPolicy", "Tier"].some(
    (kind) => world.ofKind(`projectcalico.org/${kind}`).length,
  );
}

function tierOrder(world: World): ReadonlyMap<string, number> {
  const order = (tier: KubernetesObject) => (tier.spec as { order?: number } | undefined)?.order ?? Infinity;
  return new Map([
    [unmodelledTier, -Infinity],
    ...world.ofKind("projectcalico.org/Tier").map((tier) => [tier.metadata.name, order(tier)] as const),
  ]);
}

function readPolicies(world: World, engine: PolicyEngine | undefined, problems: Problem[]): Policy[] {
  const calico = new CalicoReader(world, engine);
  const read = (kind: string, reader: (object: KubernetesObject) => Policy | undefined) =>
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
    ...unmodelledKinds.flatMap((kind) => read(kind, unmodelled)),
  ];
}

/** It may allow or deny anything, to pods of its namespace or, without one, to all. */
function unmodelled(object: KubernetesObject): Policy {
  const doubt = `policies of kind ${object.kind} are not modelled`;
  const namespace = namespaceOf(object);
  const rules = (["Allow", "Deny"] as const).map((action) => ({
    action,
    field: "spec",
    text: `may ${action.toLowerCase()} it`,
    doubt,
    matches: () => maybe,
  }));
  return {
    kind: object.kind,
    namespace,
    name: object.metadata.name,
    tier: unmodelledTier,
    order: 0,
    sortName: object.metadata.name,
    scope: namespace === "" ? undefined : namespace,
    selects: () => maybe,
    ingress: rules,
    egress: rules,
    blocks: [],
  };
}

function refused(object: KubernetesObject, error: unknown): Problem {
  const reason = error instanceof SyntaxError ? error.message : "its fields do not have the types the API demands.";
  return problemOf(object, message("policy-left-out", { policy: nameOf(object), reason }));
}

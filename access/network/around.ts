import { wording } from "../messages/index.js";
import type {
  AnalysisOptions,
  AroundDecider,
  AroundOfWorkload,
  AroundVerdict,
  AroundVerdictName,
  Evidence,
  KubernetesObject,
  Target,
  Workload,
  World,
} from "../model/model.js";
import { namespaceOf } from "../model/world.js";
import { contains, isEverything, overlaps, parseBlock, type AddressBlock } from "./addressBlock.js";
import type { Decision } from "./decide.js";
import { anyOf, Network } from "./network.js";
import { distinctBlocks } from "./policy.js";
import { ServiceDirectory, type Destination } from "./services.js";

export const verdictOf: Record<Decision["outcome"], AroundVerdictName> = {
  allowed: "open",
  denied: "blocked",
  unknown: "unknown",
};

/**
 * Reads the policies once and answers what happens if a process dials a target itself, past its sidecar. Workloads that
 * no policy tells apart share one function, and targets that none tells apart share one verdict.
 *
 * @param targets Every target that will be asked about, where that is known: if none of them is a pod, who may connect
 * to pods tells no callers apart.
 * @param network The network, where the caller has read its policies already.
 */
export function prepareAround(
  world: World,
  options: AnalysisOptions = {},
  targets?: readonly Target[],
  network = new Network(world, options),
): AroundDecider {
  const preparation = new Preparation(world, options, targets, network);
  return (workload) => preparation.of(workload);
}

/** Targets that the network cannot tell apart: what stands behind them, on one port. */
interface TargetClass {
  number: number;
  destination: Destination;
  port: number;
}

class Preparation {
  private readonly services: ServiceDirectory;
  private readonly functions = new Map<string, AroundOfWorkload>();
  /** A gateway is asked about for every path through it, and thousands of policies may govern it. */
  private readonly byWorkload = new Map<Workload, AroundOfWorkload>();
  private readonly classes = new Map<Target, TargetClass>();
  private readonly classesByKey = new Map<string, TargetClass>();
  private readonly allowLists = new Map<string, AroundVerdict>();
  private readonly policyNumbers: ReadonlyMap<object, number>;
  private readonly blocks: readonly AddressBlock[];
  /** Some policy judges who connects to a pod, so callers differ by all that a selector may read. */
  private readonly callersDiffer: boolean;

  constructor(
    world: World,
    private readonly options: AnalysisOptions,
    targets: readonly Target[] | undefined,
    private readonly network: Network,
  ) {
    this.services = new ServiceDirectory(world, options);
    const { policies } = network;
    this.policyNumbers = new Map(policies.map((policy, index) => [policy, index]));
    this.blocks = distinctBlocks(policies);
    const reachesPods = !targets || targets.some((target) => this.services.destination(target).kind === "pods");
    this.callersDiffer = reachesPods && policies.some((policy) => policy.ingress?.length);
  }

  of(workload: Workload): AroundOfWorkload {
    let answer = this.byWorkload.get(workload);
    if (!answer) this.byWorkload.set(workload, (answer = this.functionOf(workload)));
    return answer;
  }

  private functionOf(workload: Workload): AroundOfWorkload {
    const key = this.keyOf(workload);
    const known = this.functions.get(key);
    if (known) return known;
    const verdicts: (AroundVerdict | undefined)[] = [];
    const answer: AroundOfWorkload = (target) => {
      const aim = this.classOf(target);
      const byNetwork = (verdicts[aim.number] ??= this.byNetwork(workload, aim));
      return target.allowList && byNetwork.verdict !== "blocked"
        ? stricter(byNetwork, this.byAllowList(target.allowList))
        : byNetwork;
    };
    this.functions.set(key, answer);
    return answer;
  }

  private keyOf(workload: Workload): string {
    const governing = this.network
      .policiesOf(workload, "egress")
      .flat()
      .map(({ policy, selects }) => `${this.policyNumbers.get(policy)}:${selects}`);
    const host = workload.hostNetwork ? `${workload.kind}/${workload.namespace}/${workload.name}` : "";
    const caller = this.callersDiffer ? JSON.stringify(identityForSelectors(workload)) : "";
    return `${governing.join()} ${host} ${caller}`;
  }

  private classOf(target: Target): TargetClass {
    const known = this.classes.get(target);
    if (known) return known;
    const destination = this.services.destination(target);
    const key = `${target.port} ${this.keyOfDestination(destination)}`;
    const shared = this.classesByKey.get(key) ?? { number: this.classesByKey.size, destination, port: target.port };
    this.classesByKey.set(key, shared);
    this.classes.set(target, shared);
    return shared;
  }

  private keyOfDestination(destination: Destination): string {
    if (destination.kind !== "addresses") return `${destination.kind} ${nameOf(destination.service)}`;
    if (destination.addresses.length === 0) return "not known";
    return destination.addresses
      .map((address) => this.blocks.flatMap((block, index) => (contains(block, address) ? index : [])).join())
      .join(" and ");
  }

  private byNetwork(workload: Workload, { destination, port }: TargetClass): AroundVerdict {
    if (destination.kind === "refused") return { verdict: "blocked", because: [noSuchPort(destination.service, port)] };
    const { outcome, because } =
      destination.kind === "pods"
        ? anyOf(destination.pods.map((pod) => this.network.betweenPods(workload, pod.workload, pod.port)))
        : this.network.toAddress(workload, destination.addresses, port);
    return { verdict: verdictOf[outcome], because };
  }

  private byAllowList(allowList: readonly string[]): AroundVerdict {
    const key = allowList.join();
    const known = this.allowLists.get(key);
    if (known) return known;
    const verdict = judgeAllowList(allowList, this.options.clientAddresses ?? []);
    this.allowLists.set(key, verdict);
    return verdict;
  }
}

/** The network lets the connection out; the database's own list has the second word. */
function stricter(byNetwork: AroundVerdict, byAllowList: AroundVerdict): AroundVerdict {
  if (byAllowList.verdict === "blocked") return byAllowList;
  return byNetwork.verdict === "unknown" ? byNetwork : byAllowList.verdict === "unknown" ? byAllowList : byNetwork;
}

function judgeAllowList(allowList: readonly string[], clients: readonly string[]): AroundVerdict {
  const admits = allowList.length
    ? `the database admits only ${allowList.join(", ")}`
    : "the database admits no address";
  const answer = (verdict: AroundVerdictName, text: string): AroundVerdict => ({
    verdict,
    because: [{ kind: "DatabaseAllowList", namespace: "", name: "", field: "", ...wording(text) }],
  });
  if (allowList.length === 0) return answer("blocked", admits);
  const admitted = allowList.map(parseBlock);
  const sources = clients.map(parseBlock);
  if (admitted.some((block) => block && isEverything(block)))
    return answer("open", "the database admits every address");
  if (sources.length === 0 || sources.includes(undefined) || admitted.includes(undefined))
    return answer(
      "unknown",
      `${admits}; where the workloads' own connections arrive from is not known: give clientAddresses`,
    );
  const from = `the workloads connect from ${clients.join(", ")}`;
  const pairs = sources.flatMap((source) => admitted.map((block) => [source, block] as const));
  const meets = (test: (a: AddressBlock, b: AddressBlock) => boolean, [source, block]: (typeof pairs)[number]) =>
    source !== undefined && block !== undefined && test(block, source);
  if (!pairs.some((pair) => meets(overlaps, pair))) return answer("blocked", `${admits}; ${from}`);
  const inside = sources.every((source) => admitted.some((block) => meets(contains, [source, block])));
  return inside
    ? answer("open", `${admits}; ${from}`)
    : answer("unknown", `${admits}; only some of it is where ${from}`);
}

function noSuchPort(service: KubernetesObject, port: number): Evidence {
  const { kind, metadata } = service;
  return {
    kind,
    namespace: namespaceOf(service),
    name: metadata.name,
    field: "spec.ports",
    ...wording(`has no port ${port}, so nothing answers there`),
  };
}

function nameOf(object: KubernetesObject): string {
  return `${object.kind} ${namespaceOf(object)}/${object.metadata.name}`;
}

/** All that the selectors of policies can read of a caller. */
function identityForSelectors({ namespace, labels, serviceAccount, addresses }: Workload): unknown {
  return [namespace, serviceAccount, Object.entries(labels).sort(), addresses];
}

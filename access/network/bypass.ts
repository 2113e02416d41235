import { nameOf } from "../model/objectName.js";
import { message, type Message } from "../messages/index.js";
import type {
  AnalysisOptions,
  BypassDecider,
  BypassOfWorkload,
  BypassVerdict,
  BypassVerdictName,
  Evidence,
  KubernetesObject,
  Target,
  Workload,
  World,
} from "../model/model.js";
import { PairMemo } from "../model/pairMemo.js";
import { namespaceOf } from "../model/world.js";
import { contains, isEverything, overlaps, parseBlock, type AddressBlock } from "./addressBlock.js";
import { Network } from "./networkModel.js";
import { distinctBlocks } from "./policy.js";
import type { Destination, End } from "./services.js";

/**
 * Reads the policies once and answers what happens if a process dials a target itself, past its sidecar. Workloads that
 * no policy distinguishes share one function, and targets that none distinguishes share one verdict.
 *
 * @param targets Every target that will be asked about, where that is known: if none of them is a pod, who may connect
 * to pods tells no callers apart.
 * @param network The network, where the caller has read its policies already.
 */
export function prepareBypass(
  world: World,
  options: AnalysisOptions = {},
  targets?: readonly Target[],
  network = new Network(world, options),
): BypassDecider {
  const preparation = new Preparation(network, options, targets);
  return (workload) => preparation.of(workload);
}

/** Verdicts that are in memory at a time: where policies tell all pods apart, there is one for each pair. */
const keptVerdicts = 200_000;

/** Targets that the network cannot tell apart: what stands behind them, on one port. */
interface TargetClass {
  destination: Destination;
  port: number;
}

class Preparation {
  private readonly functions = new Map<string, BypassOfWorkload>();
  /** A gateway is asked about for every path through it, and thousands of policies may govern it. */
  private readonly byWorkload = new Map<Workload, BypassOfWorkload>();
  private readonly verdicts = new PairMemo<Workload, TargetClass, BypassVerdict>(keptVerdicts);
  private readonly classes = new Map<Target, TargetClass>();
  private readonly classesByKey = new Map<string, TargetClass>();
  private readonly allowLists = new Map<string, BypassVerdict>();
  private readonly blocks: readonly AddressBlock[];
  /** Some policy lets out by name, so targets of one address differ. */
  private readonly namesDiffer: boolean;
  /** Some policy judges who connects to a pod, so callers differ by all that a selector may read. */
  private readonly callersDiffer: boolean;

  constructor(
    private readonly network: Network,
    private readonly options: AnalysisOptions,
    targets: readonly Target[] | undefined,
  ) {
    const { policies, services } = network;
    this.blocks = distinctBlocks(policies);
    this.namesDiffer = policies.some(({ readsNames }) => readsNames);
    const reachesPods =
      !targets || targets.some((target) => services.destination(target).ends.some((end) => end.workload));
    this.callersDiffer = reachesPods && policies.some((policy) => policy.ingress?.length);
  }

  of(workload: Workload): BypassOfWorkload {
    let answer = this.byWorkload.get(workload);
    if (!answer) this.byWorkload.set(workload, (answer = this.functionOf(workload)));
    return answer;
  }

  private functionOf(workload: Workload): BypassOfWorkload {
    const key = this.keyOf(workload);
    const known = this.functions.get(key);
    if (known) return known;
    const answer: BypassOfWorkload = (target) => {
      const byNetwork = this.verdicts.of(workload, this.classOf(target), (one, aim) => this.byNetwork(one, aim));
      return target.allowList && byNetwork.verdict !== "blocked"
        ? stricter(byNetwork, this.byAllowList(target.allowList))
        : byNetwork;
    };
    this.functions.set(key, answer);
    return answer;
  }

  private keyOf(workload: Workload): string {
    const host = workload.hostNetwork ? `${workload.kind}/${workload.namespace}/${workload.name}` : "";
    const { namespace, serviceAccount } = workload;
    const groups = workload.pods.map((group) => {
      const { number } = this.network.side("egress", workload, group);
      const { labels, unknownValues, moreLabels, addresses } = group;
      // All that the selectors of policies can read of a caller.
      const identity = [Object.entries(labels).sort(), unknownValues, moreLabels, addresses, namespace, serviceAccount];
      return `${number} ${this.callersDiffer ? JSON.stringify(identity) : ""}`;
    });
    return `${host} ${[...new Set(groups)].join(" or ")}`;
  }

  private classOf(target: Target): TargetClass {
    const known = this.classes.get(target);
    if (known) return known;
    const destination = this.network.services.destination(target);
    const key = this.keyOfDestination(destination, target);
    const shared = this.classesByKey.get(key) ?? { destination, port: target.port };
    this.classesByKey.set(key, shared);
    this.classes.set(target, shared);
    return shared;
  }

  private keyOfDestination({ ends, service }: Destination, { port }: Target): string {
    if (service) return `${nameOf(service)}:${port}`;
    return ends.map((end) => this.keyOfEnd(end)).join(" and ");
  }

  private keyOfEnd(end: End): string {
    if (end.workload) return `${end.port} ${nameOf(end.workload.object)} ${end.workload.pods.indexOf(end.group)}`;
    const { addresses, host, port } = end;
    const inside = addresses.map((address) =>
      this.blocks.flatMap((block, index) => (contains(block, address) ? index : [])).join(),
    );
    return `${port} ${addresses.length > 0 ? inside.join(" and ") : "not known"} ${this.namesDiffer ? host : ""}`;
  }

  private byNetwork(workload: Workload, { destination, port }: TargetClass): BypassVerdict {
    const { ends, service, refused } = destination;
    if (service && refused) return { verdict: "blocked", because: [noSuchPort(service, port)] };
    return this.network.toEnds(workload, ends);
  }

  private byAllowList(allowList: readonly string[]): BypassVerdict {
    const key = allowList.join();
    const known = this.allowLists.get(key);
    if (known) return known;
    const verdict = judgeAllowList(allowList, this.options.clientAddresses ?? []);
    this.allowLists.set(key, verdict);
    return verdict;
  }
}

/** The network lets the connection out; the database's own list has the second word. */
function stricter(byNetwork: BypassVerdict, byAllowList: BypassVerdict): BypassVerdict {
  if (byAllowList.verdict === "blocked") return byAllowList;
  return byNetwork.verdict === "unknown" ? byNetwork : byAllowList.verdict === "unknown" ? byAllowList : byNetwork;
}

function judgeAllowList(allowList: readonly string[], clients: readonly string[]): BypassVerdict {
  const answer = (verdict: BypassVerdictName, text: Message): BypassVerdict => ({
    verdict,
    because: [{ kind: "DatabaseAllowList", namespace: "", name: "", field: "", ...text }],
  });
  if (allowList.length === 0) return answer("blocked", message("admits-none"));
  const admitted = allowList.map(parseBlock);
  const sources = clients.map(parseBlock);
  if (admitted.some((block) => block && isEverything(block))) return answer("open", message("admits-all"));
  const args = { blocks: allowList, clients };
  if (sources.length === 0 || sources.includes(undefined) || admitted.includes(undefined))
    return answer("unknown", message("clients-unknown", { blocks: allowList }));
  const pairs = sources.flatMap((source) => admitted.map((block) => [source, block] as const));
  const meets = (test: (a: AddressBlock, b: AddressBlock) => boolean, [source, block]: (typeof pairs)[number]) =>
    source !== undefined && block !== undefined && test(block, source);
  if (!pairs.some((pair) => meets(overlaps, pair))) return answer("blocked", message("admits-clients", args));
  const inside = sources.every((source) => admitted.some((block) => meets(contains, [source, block])));
  return inside
    ? answer("open", message("admits-clients", args))
    : answer("unknown", message("admits-some-clients", args));
}

function noSuchPort(service: KubernetesObject, port: number): Evidence {
  const { kind, metadata } = service;
  return {
    kind,
    namespace: namespaceOf(service),
    name: metadata.name,
    field: "spec.ports",
    ...message("no-such-port", { port }),
  };
}

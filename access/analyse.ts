import { MeshDecider } from "./istio/decide.js";
import { findings } from "./istio/findings.js";
import { blocked, type Path } from "./istio/verdict.js";
import { message } from "./messages/index.js";
import type {
  Analysis,
  AnalysisOptions,
  AroundOfWorkload,
  AroundVerdict,
  Evidence,
  Explanation,
  HopDecider,
  KubernetesObject,
  MeshVerdict,
  Problem,
  Row,
  Rows,
  Summary,
  Target,
  Workload,
  World,
} from "./model/model.js";
import { placeholdersIn } from "./model/placeholder.js";
import { prepareAround, verdictOf } from "./network/around.js";
import { Network } from "./network/network.js";
import { problemAt } from "./model/problem.js";
import { deriveTargets } from "./model/targets.js";
import { buildWorld } from "./model/world.js";

/** The answers of callers that nothing tells apart: one per target, in the order of the targets. */
interface Group {
  mesh: readonly MeshVerdict[];
  around: readonly AroundVerdict[];
}

/** Who can reach which database, by which path, and who could get round. Nothing is read or written. */
export function analyse(objects: readonly KubernetesObject[], options: AnalysisOptions = {}): Analysis {
  const world = buildWorld(objects, options);
  const reach = new Reach(world, options);
  const callers = world.workloads.filter(({ gateway }) => !gateway);
  const groups = callers.map((workload) => reach.group(workload));
  return {
    rows: new LazyRows(callers, groups, reach.targets),
    workloads: callers,
    targets: reach.targets,
    findings: findings(reach.mesh, world),
    problems: problemsOf(reach.targets),
    summary: summarise(groups, callers.length, reach.targets.length),
  };
}

/** The full account of one pair. Undefined when the input holds no such workload or target. */
export function explain(
  objects: readonly KubernetesObject[],
  pair: { namespace: string; workload: string; host: string; port?: number },
  options: AnalysisOptions = {},
): Explanation | undefined {
  const world = buildWorld(objects, options);
  const reach = new Reach(world, options);
  const workload = world.workloads.find(
    ({ namespace, name, gateway }) => !gateway && namespace === pair.namespace && name === pair.workload,
  );
  const index = reach.targets.findIndex(
    ({ host, port, database }) =>
      (host === pair.host || database === pair.host) && (pair.port === undefined || port === pair.port),
  );
  const target = reach.targets[index];
  if (!workload || !target) return undefined;
  const group = reach.group(workload);
  const [mesh, around] = [group.mesh[index], group.around[index]];
  if (!mesh || !around) return undefined;
  return { row: { from: callerOf(workload), to: endOf(target), mesh, around }, workload, target };
}

/** Reads the policies once, and answers whether pods of one workload may connect to another's. */
function prepareHops(world: World, options: AnalysisOptions): HopDecider {
  const network = new Network(world, options);
  // One object for equal answers: callers are grouped by it.
  const verdicts = new Map<string, AroundVerdict>();
  return (from, to, port) => {
    const { outcome, because } = network.betweenPods(from, to, port, "TCP");
    const answer = { verdict: verdictOf[outcome], because };
    const key = JSON.stringify(answer);
    const known = verdicts.get(key);
    if (!known) verdicts.set(key, answer);
    return known ?? answer;
  };
}

/** Evidence for a caller that dials by itself. */
const pastTheSidecar: Evidence = {
  kind: "Sidecar",
  namespace: "",
  name: "",
  field: "",
  ...message("sidecar-bypassed"),
};

/** Puts the two halves together: what the proxies do, and what the network underneath lets pass. */
class Reach {
  readonly targets: readonly Target[];
  readonly mesh: MeshDecider;
  readonly #around: (workload: Workload) => AroundOfWorkload;
  readonly #hop: HopDecider;
  readonly #paths = new Map<string, readonly Path[]>();
  readonly #aroundVerdicts = new Map<AroundOfWorkload, readonly AroundVerdict[]>();
  readonly #groups = new Map<readonly Path[], Map<string, Group>>();
  readonly #numbers = new Map<object, number>();
  readonly #openTargets: readonly Target[];
  readonly #closed = new Map<AroundVerdict, MeshVerdict>();
  readonly #noted = new Map<MeshVerdict, Map<AroundVerdict, MeshVerdict>>();

  constructor(world: World, options: AnalysisOptions) {
    this.targets = deriveTargets(world, options);
    this.mesh = new MeshDecider(world, options, this.targets);
    this.#around = prepareAround(world, options, this.targets);
    this.#hop = prepareHops(world, options);
    // A database's allow-list is about addresses of clients; the gateway is who it is there to admit.
    this.#openTargets = this.targets.map((target) => (target.allowList ? { ...target, allowList: undefined } : target));
  }

  group(workload: Workload): Group {
    const paths = this.#pathsOf(workload);
    const around = this.#around(workload);
    const hops = this.#hopsOf(workload, paths);
    let groups = this.#groups.get(paths);
    if (!groups) this.#groups.set(paths, (groups = new Map()));
    const bare = this.#pathsWithoutSidecar(workload);
    const key = [around, ...hops.values(), ...bare].map((one) => this.#number(one)).join(",");
    let group = groups.get(key);
    if (!group) groups.set(key, (group = this.#combine(paths, around, hops, bare)));
    return group;
  }

  /** What services of the mesh make of a caller past its sidecar, who has no certificate. Empty without services. */
  #pathsWithoutSidecar(workload: Workload): readonly Path[] {
    if (!this.targets.some(({ kind }) => kind === "service")) return [];
    return this.mesh.paths({ ...workload, sidecar: { present: false, because: pastTheSidecar } });
  }

  #pathsOf(workload: Workload): readonly Path[] {
    const key = this.mesh.classOf(workload);
    let paths = this.#paths.get(key);
    if (!paths) this.#paths.set(key, (paths = this.mesh.paths(workload)));
    return paths;
  }

  /** Whether the caller's pods may connect to the pods each path goes through. */
  #hopsOf(workload: Workload, paths: readonly Path[]): Map<Path["via"], AroundVerdict> {
    const hops = new Map<Path["via"], AroundVerdict>();
    for (const { via } of paths) {
      if (via && !hops.has(via)) hops.set(via, this.#hop(workload, via.workload, via.port));
    }
    return hops;
  }

  /** A number that stands for an object in keys. */
  #number(object: object): number {
    let number = this.#numbers.get(object);
    if (number === undefined) this.#numbers.set(object, (number = this.#numbers.size));
    return number;
  }

  #combine(
    paths: readonly Path[],
    aroundOf: AroundOfWorkload,
    hops: Map<Path["via"], AroundVerdict>,
    bare: readonly Path[],
  ): Group {
    let around = this.#aroundVerdicts.get(aroundOf);
    if (!around) this.#aroundVerdicts.set(aroundOf, (around = this.targets.map((target) => aroundOf(target))));
    const own = around;
    const mesh = paths.map((path, index) => this.#throughNetwork(path, index, own[index], hops.get(path.via)));
    if (bare.length > 0) around = own.map((below, index) => this.#atService(below, index, bare[index]));
    return { mesh, around };
  }

  /** The server's own sidecar has a say too: it may refuse plaintext, or callers it does not know. */
  #atService(network: AroundVerdict, index: number, bare: Path | undefined): AroundVerdict {
    const received = bare?.verdict;
    if (this.targets[index]?.kind !== "service" || network.verdict === "blocked" || !received) return network;
    if (received.verdict === "blocked") return { verdict: "blocked", because: received.because };
    return received.verdict === "unknown" ? { verdict: "unknown", because: received.because } : network;
  }

  /** The network underneath may stop the hop to the gateway, or the one that leaves the cluster. */
  #throughNetwork(
    { verdict, via, leavesFromGateway }: Path,
    index: number,
    around: AroundVerdict | undefined,
    hop: AroundVerdict | undefined,
  ): MeshVerdict {
    const arrives = hop ? this.#merge(verdict, hop) : verdict;
    const target = this.#openTargets[index];
    const carried = arrives.verdict === "gateway" || arrives.verdict === "direct" || arrives.verdict === "misrouted";
    if (!target || target.kind === "service" || (!carried && arrives.exposes === null)) return arrives;
    if (leavesFromGateway && via) return this.#merge(arrives, this.#around(via.workload)(target));
    return around && carried ? this.#merge(arrives, around) : arrives;
  }

  /**
   * What the network says closes a path: its policies are then the whole reason. Where it cannot tell, the path stands
   * and the evidence says so: mesh verdicts are about proxies, and an unclear policy is no reason to call a path closed.
   */
  #merge(verdict: MeshVerdict, network: AroundVerdict): MeshVerdict {
    if (network.verdict === "open") return verdict;
    if (network.verdict === "blocked") {
      let closed = this.#closed.get(network);
      if (!closed) this.#closed.set(network, (closed = blocked(network.because)));
      return closed;
    }
    let noted = this.#noted.get(verdict);
    if (!noted) this.#noted.set(verdict, (noted = new Map()));
    let answer = noted.get(network);
    if (!answer) noted.set(network, (answer = { ...verdict, because: [...verdict.because, ...network.because] }));
    return answer;
  }
}

function callerOf({ namespace, name, serviceAccount }: Workload): Row["from"] {
  return { namespace, workload: name, serviceAccount };
}

function endOf({ host, port }: Target): Row["to"] {
  return { host, port };
}

/** Rows in the order of workloads and targets, made one at a time. */
class LazyRows implements Rows {
  constructor(
    private readonly workloads: readonly Workload[],
    private readonly groups: readonly Group[],
    private readonly targets: readonly Target[],
  ) {}

  get length(): number {
    return this.workloads.length * this.targets.length;
  }

  *[Symbol.iterator](): Iterator<Row> {
    const ends = this.targets.map(endOf);
    for (const [position, workload] of this.workloads.entries()) {
      const [from, group] = [callerOf(workload), this.groups[position]];
      for (const [index, to] of ends.entries()) {
        const [mesh, around] = [group?.mesh[index], group?.around[index]];
        if (mesh && around) yield { from, to, mesh, around };
      }
    }
  }
}

/** Hosts that a plan does not know yet. Their paths are worked out for the name alone, whatever it will be. */
function problemsOf(targets: readonly Target[]): Problem[] {
  return targets.flatMap(({ host, database }) => {
    const [unknown] = placeholdersIn(host);
    if (!unknown) return [];
    return [problemAt(message("host-not-known", { database: database ?? unknown.of }))];
  });
}

/** Counts rows by group: equal answers are counted once and multiplied. */
function summarise(groups: readonly Group[], workloads: number, targets: number): Summary {
  const times = new Map<Group, number>();
  for (const group of groups) times.set(group, (times.get(group) ?? 0) + 1);
  const summary: Summary = {
    workloads,
    targets,
    rows: workloads * targets,
    mesh: { gateway: 0, direct: 0, blocked: 0, misrouted: 0, unknown: 0 },
    around: { open: 0, blocked: 0, unknown: 0 },
    greetings: 0,
    bypassable: 0,
  };
  for (const [{ mesh, around }, count] of times) {
    for (let index = 0; index < mesh.length; index++) {
      const [path, below] = [mesh[index], around[index]];
      if (!path || !below) continue;
      summary.mesh[path.verdict] += count;
      summary.around[below.verdict] += count;
      if (path.exposes === "greeting") summary.greetings += count;
      if (below.verdict === "open" && (path.verdict === "blocked" || path.verdict === "gateway"))
        summary.bypassable += count;
    }
  }
  return summary;
}

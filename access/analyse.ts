import { MeshDecider } from "./istio/meshDecider.js";
import { findings } from "./istio/meshFindings.js";
import { blocked, type Path } from "./istio/verdict.js";
import { message } from "./messages/index.js";
import type {
  Analysis,
  AnalysisOptions,
  Answers,
  BypassOfWorkload,
  BypassVerdict,
  Evidence,
  Explanation,
  KubernetesObject,
  Manifests,
  MeshVerdict,
  Problem,
  Row,
  Rows,
  Summary,
  Target,
  Workload,
  WorkloadAnswers,
  World,
} from "./model/model.js";
import { placeholdersIn } from "./model/placeholder.js";
import { prepareBypass } from "./network/bypass.js";
import { Network } from "./network/networkModel.js";
import { problemAt } from "./model/problem.js";
import { deriveTargets } from "./model/targets.js";
import { auditMtls } from "./mtls.js";
import { connectionsOf, type MeshOfServices } from "./connections.js";
import { assumptionsOf, notRead } from "./assumptions.js";
import { checkReferences } from "./input/references.js";
import { Kept } from "./model/kept.js";
import { once } from "./model/once.js";
import { PairMemo } from "./model/pairMemo.js";
import { buildWorld } from "./model/world.js";
import { reachFindings } from "./reachFindings.js";
import { Counter, summaryOf } from "./summary.js";

/**
 * Who can reach which database, by which path, and who can bypass the sidecar. Nothing is read or written.
 *
 * @param input Objects, or what a reader of `mesh-access/input` returned: its problems are then part of the answer.
 */
export function analyse(input: readonly KubernetesObject[] | Manifests, options: AnalysisOptions = {}): Analysis {
  const manifests: Manifests = isList(input) ? { objects: input } : input;
  const world = buildWorld(manifests.objects, options);
  const targets = once(() => deriveTargets(world, options));
  const network = once(() => new Network(world, options, targets()));
  const reach = once(() => new Reach(world, options, targets(), network()));
  const workloads = world.workloads.filter(({ gateway }) => !gateway);
  const rows = once(() => new LazyRows(workloads, reach()));
  const found = once(() => [
    ...reachFindings(workloads, reach().targets, rows()),
    ...findings(reach().mesh.meshes, world),
  ]);
  const summary = once(() => rows().summary());
  const mtls = once(() =>
    auditMtls(
      reach().mesh.meshes,
      workloads.filter(({ existing }) => !existing),
    ),
  );
  const connections = once(() => {
    const plain = world.workloads.every(({ sidecar }) => sidecar.present === false && !sidecar.ambient);
    return connectionsOf(world, network(), plain ? undefined : meshOfServices(world, options));
  });
  const problems = once(() => [
    ...(manifests.problems ?? []),
    ...checkReferences(world, options),
    ...network().problems,
    ...hostsNotKnown(targets()),
  ]);
  const ignored = once(() => notRead(manifests));
  return {
    objects: manifests.objects,
    workloads,
    get rows() {
      return rows();
    },
    get targets() {
      return targets();
    },
    get connections() {
      return connections();
    },
    get findings() {
      return found();
    },
    get problems() {
      return problems();
    },
    get ignored() {
      return ignored();
    },
    assumptions: assumptionsOf(world, options),
    get summary() {
      return summary();
    },
    get mtls() {
      return mtls();
    },
  };
}

/** The same world with its Services as targets: what proxies do with connections between workloads. */
function meshOfServices(world: World, options: AnalysisOptions): MeshOfServices {
  const withServices = { ...options, services: true };
  const targets = deriveTargets(world, withServices);
  const reach = new Reach(world, withServices, targets, new Network(world, withServices, targets));
  return { meshes: reach.mesh.meshes, targets, answersOf: (workload) => reach.answersOf(workload) };
}

function isList(input: readonly KubernetesObject[] | Manifests): input is readonly KubernetesObject[] {
  return Array.isArray(input);
}

/** The full account of one pair. Undefined when the input holds no such workload or target. */
export function explain(
  { workloads, targets, rows }: Pick<Analysis, "workloads" | "targets" | "rows">,
  pair: { namespace: string; workload: string; host: string; port?: number },
): Explanation | undefined {
  const from = workloads.findIndex(({ namespace, name }) => namespace === pair.namespace && name === pair.workload);
  const to = targets.findIndex(
    ({ host, port, database }) =>
      (host === pair.host || database === pair.host) && (pair.port === undefined || port === pair.port),
  );
  const [workload, target, row] = [workloads[from], targets[to], rows.at(from, to)];
  return workload && target && row ? { row, workload, target } : undefined;
}

/** Evidence for a caller that dials by itself. */
const pastTheSidecar: Evidence = {
  kind: "Sidecar",
  namespace: "",
  name: "",
  field: "",
  ...message("sidecar-bypassed"),
};

/** Pairs whose answers are in memory at a time. Where policies tell all workloads apart there are as many answers as pairs. */
const keptAnswers = 500_000;
const keptVerdicts = 50_000;
const keptNumbers = 200_000;

/** Puts the two halves together: what the proxies do, and what the network underneath lets pass. */
class Reach {
  readonly targets: readonly Target[];
  readonly mesh: MeshDecider;
  readonly #network: Network;
  readonly #bypass: (workload: Workload) => BypassOfWorkload;
  readonly #paths = new Map<string, readonly Path[]>();
  readonly #lists = new Map<string, readonly Path[]>();
  readonly #bypassVerdicts = new Kept<BypassOfWorkload, readonly BypassVerdict[]>(keptAnswers);
  readonly #groups = new Kept<string, Answers>(keptAnswers);
  #numbers = new Map<object, number>();
  #lastNumber = 0;
  readonly #openTargets: readonly Target[];
  /** Targets that are Services of pods which may have a sidecar of their own. */
  readonly #mayHaveSidecar: readonly boolean[];
  readonly #closed = new Kept<BypassVerdict, MeshVerdict>(keptVerdicts);
  readonly #noted = new PairMemo<MeshVerdict, BypassVerdict, MeshVerdict>(keptVerdicts);

  constructor(world: World, options: AnalysisOptions, targets: readonly Target[], network: Network) {
    this.targets = targets;
    this.mesh = new MeshDecider(world, options, this.targets);
    this.#bypass = prepareBypass(world, options, this.targets, network);
    this.#network = network;
    this.#mayHaveSidecar = this.targets.map(
      (target) =>
        target.kind === "service" &&
        network.services
          .destination(target)
          .ends.some(({ workload }) => workload && workload.sidecar.present !== false),
    );
    // A database's allow-list is about addresses of clients; the gateway is who it is there to admit.
    this.#openTargets = this.targets.map((target) => (target.allowList ? { ...target, allowList: undefined } : target));
  }

  answersOf(workload: Workload): Answers {
    const paths = this.#pathsOf(workload);
    const bypass = this.#bypass(workload);
    const hops = this.#hopsOf(workload, paths);
    const bare = this.#pathsWithoutSidecar(workload);
    const key = [paths, bypass, ...hops.values(), ...bare].map((one) => this.#number(one)).join(",");
    return this.#groups.of(key, this.targets.length, () => this.#combine(paths, bypass, hops, bare));
  }

  /** What services of the mesh make of a caller past its sidecar, who has no certificate. Empty without services. */
  #pathsWithoutSidecar(workload: Workload): readonly Path[] {
    if (!this.#mayHaveSidecar.includes(true)) return [];
    return this.#pathsOf({ ...workload, sidecar: { present: false, because: pastTheSidecar } });
  }

  #pathsOf(workload: Workload): readonly Path[] {
    const key = this.mesh.classOf(workload);
    let paths = this.#paths.get(key);
    if (!paths) this.#paths.set(key, (paths = this.#shared(this.mesh.paths(workload))));
    return paths;
  }

  /** One list for all callers that take the same paths: most differ by an identity that nothing asks for. */
  #shared(paths: readonly Path[]): readonly Path[] {
    const key = paths.map((path) => this.#number(path)).join();
    const known = this.#lists.get(key);
    if (!known) this.#lists.set(key, paths);
    return known ?? paths;
  }

  /** Whether the caller's pods may connect to the pods each path goes through. */
  #hopsOf(workload: Workload, paths: readonly Path[]): Map<Path["via"], BypassVerdict> {
    const hops = new Map<Path["via"], BypassVerdict>();
    for (const { via } of paths) {
      if (via && !hops.has(via)) hops.set(via, this.#network.betweenPods(workload, via.workload, via.port));
    }
    return hops;
  }

  /** A number that stands for an object in keys. */
  #number(object: object): number {
    let number = this.#numbers.get(object);
    if (number !== undefined) return number;
    // An object that gets a second number makes a group more, and no other harm.
    if (this.#numbers.size > keptNumbers) this.#numbers = new Map();
    this.#numbers.set(object, (number = this.#lastNumber++));
    return number;
  }

  #combine(
    paths: readonly Path[],
    bypassOf: BypassOfWorkload,
    hops: Map<Path["via"], BypassVerdict>,
    bare: readonly Path[],
  ): Answers {
    const own = this.#bypassVerdicts.of(bypassOf, this.targets.length, () =>
      this.targets.map((target) => bypassOf(target)),
    );
    const mesh = paths.map((path, index) => this.#throughNetwork(path, index, own[index], hops.get(path.via)));
    const bypass = bare.length > 0 ? own.map((below, index) => this.#atService(below, index, bare[index])) : own;
    return { mesh, bypass };
  }

  /** The server's own sidecar has a say too: it may refuse plaintext, or callers it does not know. */
  #atService(network: BypassVerdict, index: number, bare: Path | undefined): BypassVerdict {
    const received = bare?.verdict;
    if (!this.#mayHaveSidecar[index] || network.verdict === "blocked" || !received) return network;
    if (received.verdict === "blocked") return { verdict: "blocked", because: received.because };
    return received.verdict === "unknown" ? { verdict: "unknown", because: received.because } : network;
  }

  /** The network underneath may stop the hop to the gateway, or the one that leaves the cluster. */
  #throughNetwork(
    { verdict, via, leavesFromGateway }: Path,
    index: number,
    bypass: BypassVerdict | undefined,
    hop: BypassVerdict | undefined,
  ): MeshVerdict {
    const arrives = hop ? this.#merge(verdict, hop) : verdict;
    const target = this.#openTargets[index];
    const carried = arrives.verdict === "gateway" || arrives.verdict === "direct" || arrives.verdict === "misrouted";
    if (!target || target.kind === "service" || (!carried && arrives.exposes === null)) return arrives;
    if (leavesFromGateway && via) return this.#merge(arrives, this.#bypass(via.workload)(target));
    return bypass && carried ? this.#merge(arrives, bypass) : arrives;
  }

  /**
   * What the network says closes a path: its policies are then the whole reason. Where it cannot tell, the path stands
   * and the evidence says so: mesh verdicts are about proxies, and an unclear policy is no reason to call a path closed.
   */
  #merge(verdict: MeshVerdict, network: BypassVerdict): MeshVerdict {
    if (network.verdict === "open") return verdict;
    if (network.verdict === "blocked") return this.#closed.of(network, 1, () => closedBy(network));
    return this.#noted.of(verdict, network, noted);
  }
}

function closedBy(network: BypassVerdict): MeshVerdict {
  return {
    ...blocked([]),
    get because() {
      return network.because;
    },
  };
}

function noted(verdict: MeshVerdict, network: BypassVerdict): MeshVerdict {
  return {
    ...verdict,
    get because() {
      return [...verdict.because, ...network.because];
    },
  };
}

function callerOf({ namespace, name, serviceAccount }: Workload): Row["from"] {
  return { namespace, workload: name, serviceAccount };
}

function endOf({ host, port }: Target): Row["to"] {
  return { host, port };
}

/** Rows in the order of workloads and targets, made one at a time. */
class LazyRows implements Rows {
  /** Who asks for one row of a workload asks for the next. */
  #latest?: { index: number; answers: Answers };
  #summary?: Summary;
  readonly #callers: Row["from"][];
  readonly ends: readonly Row["to"][];

  constructor(
    private readonly workloads: readonly Workload[],
    private readonly reach: Reach,
  ) {
    this.#callers = workloads.map(callerOf);
    this.ends = reach.targets.map(endOf);
  }

  get length(): number {
    return this.workloads.length * this.ends.length;
  }

  at(workload: number, target: number): Row | undefined {
    const [from, to, answers] = [this.#callers[workload], this.ends[target], this.#answersOf(workload)];
    const [mesh, bypass] = [answers?.mesh[target], answers?.bypass[target]];
    return from && to && mesh && bypass ? { from, to, mesh, bypass } : undefined;
  }

  *[Symbol.iterator](): Iterator<Row> {
    for (const { from, answers } of this.byWorkload()) {
      for (const [target, to] of this.ends.entries()) {
        const [mesh, bypass] = [answers.mesh[target], answers.bypass[target]];
        if (mesh && bypass) yield { from, to, mesh, bypass };
      }
    }
  }

  /** Counts on its way: answers may be too many to make them once more. */
  *byWorkload(): Generator<WorkloadAnswers> {
    const counter = new Counter(this.workloads.length, this.ends.length);
    for (const [workload, from] of this.#callers.entries()) {
      const answers = this.#answersOf(workload);
      if (!answers) continue;
      counter.add(answers);
      yield { from, answers };
    }
    this.#summary = counter.summary;
  }

  summary(): Summary {
    return (this.#summary ??= summaryOf(this.byWorkload(), this.workloads.length, this.ends.length));
  }

  #answersOf(index: number): Answers | undefined {
    const workload = this.workloads[index];
    if (workload && this.#latest?.index !== index) this.#latest = { index, answers: this.reach.answersOf(workload) };
    return workload && this.#latest?.answers;
  }
}

/** Hosts that a plan does not know yet. Their paths are worked out for the name alone, whatever it will be. */
function hostsNotKnown(targets: readonly Target[]): Problem[] {
  return targets.flatMap(({ host, database }) => {
    const [unknown] = placeholdersIn(host);
    if (!unknown) return [];
    return [problemAt(message("host-not-known", { database: database ?? unknown.of }))];
  });
}

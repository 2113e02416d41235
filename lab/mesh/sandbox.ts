import { compare, type Agreement, type Tried } from "../agreement/compare.js";
import type { AnalysisOptions, KubernetesObject } from "mesh-access";
import { liveObjects, readableCollections, type Collection } from "../agreement/liveObjects.js";
import { Cluster } from "../controlplane/cluster.js";
import { Diallers, type Through } from "../dialling/diallers.js";
import { tryOne, type Server } from "../dialling/tried.js";
import { settled } from "../scenarios/settled.js";
import { gatewayPods, type Stage, type Who } from "../scenarios/stage.js";

/** One connection to be tried. */
export interface Attempted {
  readonly who: Who;
  readonly through: Through;
  readonly server: Server;
}

/** istiod waits 10 ms for further changes here (plainMesh.ts); watching, building and sending take the rest. */
const pushMs = 200;

/** The first look is short, for most that is refused is silent; a second look gives a slow machine its time. */
const patienceMs = [500, 2_500, 4_000] as const;
/** Silence counts for a refusal when it lasts this many times as long as the slowest answer that came meanwhile. */
const silenceFactor = 4;

type Timed = Tried & { readonly tookMs: number };

/** A running mesh whose connections are tried, and held against what the analysis says of its objects. */
export class Sandbox {
  private readonly diallers: Diallers;

  private constructor(
    private readonly stage: Stage,
    readonly cluster: Cluster,
    private readonly collections: readonly Collection[],
    private readonly options: AnalysisOptions,
    private readonly gateway: Who,
  ) {
    this.diallers = new Diallers(stage.outside.password);
  }

  /** Opened once everything is installed: kinds that come later are not read. */
  static async open(stage: Stage, options: AnalysisOptions, gateway: Who = gatewayPods): Promise<Sandbox> {
    const cluster = await Cluster.connect(stage.controlPlane.kubeconfigPath);
    return new Sandbox(stage, cluster, await readableCollections(cluster), options, gateway);
  }

  /** Every object the analysis reads, as it stands. */
  objects(): Promise<KubernetesObject[]> {
    return liveObjects(this.cluster, this.collections);
  }

  /** Tries all at once; those without an answer once more, where answers took so long that one might have been missed. */
  async tryAll(attempts: readonly Attempted[], timeoutMs: number): Promise<Tried[]> {
    const tried = await this.tryEach(attempts, timeoutMs);
    const slowestMs = Math.max(0, ...tried.filter(({ path }) => path).map(({ tookMs }) => tookMs));
    const patience = slowestMs * silenceFactor;
    if (patience <= timeoutMs) return tried;
    const again = await this.tryEach(
      attempts.filter((_, index) => !tried[index]?.path),
      patience,
    );
    return tried.map((one) => (one.path ? one : (again.shift() ?? one)));
  }

  private tryEach(attempts: readonly Attempted[], timeoutMs: number): Promise<Timed[]> {
    const how = { timeoutMs, gateway: this.gateway };
    return Promise.all(
      attempts.map(async ({ who, through, server }) => {
        const began = performance.now();
        const tried = await tryOne(this.stage, this.diallers, who, through, server, how);
        return { ...tried, tookMs: Math.round(performance.now() - began) };
      }),
    );
  }

  /**
   * Tries every connection and compares. What differs is tried again, for changes take a moment to arrive and a busy
   * machine is slow: only what still differs then is a disagreement.
   */
  async judge(attempts: readonly Attempted[]): Promise<Judgement> {
    let tried: readonly Tried[] = [];
    let agreement: Agreement = { compared: 0, undecided: [], disagreements: [] };
    for (const timeoutMs of patienceMs) {
      await settled(this.stage, { quietMs: pushMs });
      const differing = new Set(agreement.disagreements.map((one) => tried.indexOf(one.tried)));
      const again = tried.length === 0 ? attempts : attempts.filter((_, index) => differing.has(index));
      const [seen, objects] = await Promise.all([this.tryAll(again, timeoutMs), this.objects()]);
      const next = seen.values();
      tried =
        tried.length === 0
          ? seen
          : tried.map((one, index) => (differing.has(index) ? (next.next().value ?? one) : one));
      agreement = compare(objects, tried, this.options);
      if (agreement.disagreements.length === 0) break;
    }
    return { tried, agreement };
  }

  close(): void {
    this.diallers.close();
    this.cluster.close();
  }
}

export interface Judgement {
  readonly tried: readonly Tried[];
  readonly agreement: Agreement;
}

import { describe } from "../agreement/compare.js";
import type { IstioctlMessage } from "../mesh/istioctl.js";
import type { Attempted, Judgement } from "../mesh/sandbox.js";
import { Workbench, type Setting } from "../mesh/workbench.js";
import type { Finding, ProbeResult } from "../probes/probe.js";
import type { Experiment } from "../scenarios/experiment.js";
import type { FixtureNamespace } from "../scenarios/fixtures.js";
import type { Listener } from "../scenarios/runScenario.js";
import { analysisOptions, baseManifests, callers, databases } from "./base.js";
import { mutations, type Mutation } from "./generate.js";

/** How many configurations of each group; MUTATIONS gives another number for both together. */
const counts = { mesh: 115, network: 45 };
const total = counts.mesh + counts.network;
/** MUTATIONS_SEED gives another, to see other configurations; MUTATIONS_ONLY="mesh 12" looks at a single one again. */
const usualSeed = 20260801;

/** One mutation and what came of it, as the report keeps it. */
export interface MutationRecord {
  readonly number: number;
  readonly group: keyof typeof counts;
  readonly steps: readonly string[];
  readonly compared: number;
  readonly disagreements: Judgement["agreement"]["disagreements"];
  readonly undecided: readonly string[];
  /** Who gets where, as tried: `namespace/workload host way` to verdict. */
  readonly reach: Readonly<Record<string, string>>;
  readonly istioctl: readonly IstioctlMessage[];
}

const fixtures: FixtureNamespace[] = ["shop", "depot", "unlisted", "bare"].map((name) => ({
  name,
  injection: name !== "bare",
  workloads: callers.filter(({ namespace }) => namespace === name).map(({ labels }) => ({ name: labels["app"] ?? "" })),
}));

const attempts: readonly Attempted[] = callers.flatMap((who) =>
  databases.flatMap((server) =>
    (["sidecar", "bypass"] as const).map((through): Attempted => ({ who, through, server })),
  ),
);

const whole = baseManifests();
/** What each round varies. In the first, nothing but the mesh stands in the way, so that what it lets through is seen. */
const bases = { mesh: whole.filter(({ kind }) => kind !== "NetworkPolicy"), network: whole };

const setting: Setting = {
  name: "mutations",
  meshConfig: {
    outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
    defaultConfig: { proxyMetadata: { ISTIO_META_DNS_CAPTURE: "true" } },
  },
  machines: databases.map(({ machine }) => machine),
  fixtures,
  standing: bases.mesh,
  options: analysisOptions,
};

const observation = "5.7";
const expected = "the prediction is what the probes see";

/** Generated configurations, each applied, probed and predicted. */
export const mutationsExperiment: Experiment = {
  name: "mutations",
  title: `The access analysis predicts what ${total} generated configurations really do`,
  observations: [
    {
      observations: [
        { observation, title: `${total} configurations, each with ${attempts.length} connections`, expected },
      ],
    },
  ],
  run: async (lab, listener, keep) => {
    const seed = Number(process.env["MUTATIONS_SEED"] ?? usualSeed);
    listener.step(`seed ${seed}`);
    const workbench = new Workbench(lab, setting);
    const run = new MutationsRun(workbench, listener);
    try {
      await workbench.setUp();
      const share = Number(process.env["MUTATIONS"] ?? total) / total;
      const [only, number] = process.env["MUTATIONS_ONLY"]?.split(" ") ?? [];
      for (const group of ["mesh", "network"] as const) {
        if (only === undefined) await run.round(group, seed, Math.round(counts[group] * share));
        else if (only === group) await run.repeat(group, seed, Number(number));
      }
    } finally {
      if (!keep) await workbench.clear();
    }
    return { results: run.results, data: { seed, mutations: run.records } };
  },
};

class MutationsRun {
  readonly results: ProbeResult[] = [];
  readonly records: MutationRecord[] = [];

  constructor(
    private readonly workbench: Workbench,
    private readonly listener: Listener,
  ) {}

  async round(group: MutationRecord["group"], seed: number, count: number): Promise<void> {
    const base = bases[group];
    this.listener.step(`${group}: the configuration that is varied`);
    await this.look({ number: 0, steps: ["unchanged"], manifests: base }, group);
    this.listener.step(`${group}: ${count} variations`);
    let done = 0;
    for (const mutation of mutations(base, seed, group)) {
      if (done >= count) break;
      if (await this.look(mutation, group)) done += 1;
    }
  }

  /** One configuration of a round, to look into. */
  async repeat(group: MutationRecord["group"], seed: number, number: number): Promise<void> {
    const base = bases[group];
    for (const mutation of mutations(base, seed, group)) {
      if (mutation.number !== number) continue;
      await this.look(mutation, group);
      return;
    }
  }

  /** False where the API server refuses the configuration: no cluster will ever have it. */
  private async look(mutation: Mutation, group: MutationRecord["group"]): Promise<boolean> {
    const began = performance.now();
    const look = await this.workbench.look(mutation.manifests, attempts);
    if (typeof look === "string") return false;
    const { tried, agreement, istioctl } = look;
    const { number, steps } = mutation;
    const reach = Object.fromEntries(
      tried.map(({ from, to, through, seen, path }) => [
        `${from.namespace}/${from.workload} ${to.host}:${to.port} ${through}`,
        path ? `${seen} ${path}` : seen,
      ]),
    );
    this.records.push({ number, group, steps, istioctl, reach, ...agreement });
    this.record(mutation, group, findingOf(agreement), (performance.now() - began) / 1000);
    return true;
  }

  private record({ number, steps }: Mutation, group: string, finding: Finding, seconds: number): void {
    const title = `${number}: ${steps.join("; ")}`;
    const result = { scenario: "mutations", step: group, observation, title, expected, ...finding, seconds };
    this.results.push(result);
    this.listener.result(result);
  }
}

function findingOf({ compared, undecided, disagreements }: Judgement["agreement"]): Finding {
  const doubts = undecided.length > 0 ? `, ${undecided.length} not decided` : "";
  const evidence = [
    ...disagreements.map(
      ({ tried, predicted, because }) => `${describe(tried)}; predicted ${predicted}, for ${because.join("; ")}`,
    ),
    ...undecided,
  ].join("\n");
  return {
    passed: disagreements.length === 0,
    seen: `${compared - disagreements.length} of ${compared} agree${doubts}`,
    ...(evidence ? { evidence } : {}),
  };
}

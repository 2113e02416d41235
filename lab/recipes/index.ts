import type { Manifest } from "../../components/manifest.js";
import { describe, type Agreement, type Tried } from "../agreement/compare.js";
import { addresses } from "../host/index.js";
import type { IstioctlMessage } from "../mesh/istioctl.js";
import { Workbench, type Setting } from "../mesh/workbench.js";
import { machineAddresses } from "../outside/index.js";
import type { Finding, ProbeResult } from "../probes/probe.js";
import type { Experiment } from "../scenarios/experiment.js";
import type { Observation } from "../scenarios/observations.js";
import type { Listener } from "../scenarios/run.js";
import { steps, wordsFor, type Point, type RecipeStep } from "./points.js";
import { fixtures, gateway, gatewayManifests, meshConfig, recipe } from "./surroundings.js";

/** A point as the report keeps it, for the table of the documentation. */
export interface PointRecord {
  readonly step: string;
  readonly title: string;
  readonly meant: string;
  readonly seen: string;
  readonly said: string;
  readonly ours: string;
}

/** What the report keeps of the recipes. */
export interface RecipesData {
  readonly points: readonly PointRecord[];
  readonly istioctl: readonly { readonly step: string; readonly messages: readonly IstioctlMessage[] }[];
}

const servers = [
  ...new Map(steps.flatMap(({ points }) => points.map(({ server }) => [server.host + server.port, server]))).values(),
];

const setting: Setting = {
  name: "recipes",
  meshConfig,
  machines: [...new Set(servers.map(({ machine }) => machine))],
  fixtures,
  standing: gatewayManifests,
  gateway,
  options: {
    databases: servers.map(({ host, port, machine, speaks }) => ({
      host,
      port,
      protocol: speaks === "mysql" ? "mysql" : "mongo",
      tls: speaks === "mongo-tls",
      addresses: [machineAddresses[machine]],
    })),
    clientAddresses: [addresses.pods],
    policyEngine: "calico",
  },
};

const observationOf = ({ meant, measured }: Point): string => (measured.startsWith(meant) ? "as meant" : "a hole");
const agrees = {
  observation: "5.10",
  title: "the access analysis finds all of it",
  expected: "the prediction is what the probes see",
};

/** The documents' own recipes, applied as they stand. */
export const recipesExperiment: Experiment = {
  name: "recipes",
  title: "What the documents' own recipes do in a real mesh, as they stand",
  observations: steps.map(({ title, points }) => ({
    title,
    observations: [
      ...points.map((point) => ({ observation: "4.5", title: point.title, expected: expectation(point) })),
      agrees,
    ],
  })),
  run: async (ground, listener, keep) => {
    const workbench = new Workbench(ground, setting);
    const run = new RecipesRun(workbench, listener);
    try {
      await workbench.setUp();
      for (const step of steps) await run.step(step);
    } finally {
      if (!keep) await workbench.clear();
    }
    return { results: run.results, data: run.data };
  },
};

function expectation(point: Point): string {
  return `${point.measured} (${observationOf(point)})`;
}

class RecipesRun {
  readonly results: ProbeResult[] = [];
  readonly data: { points: PointRecord[]; istioctl: { step: string; messages: readonly IstioctlMessage[] }[] } = {
    points: [],
    istioctl: [],
  };

  constructor(
    private readonly workbench: Workbench,
    private readonly listener: Listener,
  ) {}

  async step(step: RecipeStep): Promise<void> {
    this.listener.step(step.title);
    const given = recipe(...step.recipes);
    const manifests: Manifest[] = step.change ? step.change(given) : given;
    const began = performance.now();
    const look = await this.workbench.look([...gatewayManifests, ...manifests], step.points);
    if (typeof look === "string") throw new Error(`The API server refuses a recipe: ${look}`);
    const seconds = (performance.now() - began) / 1000;
    this.data.istioctl.push({ step: step.title, messages: look.istioctl });
    for (const [index, point] of step.points.entries()) {
      const tried = look.tried[index];
      if (tried) this.point(step, point, tried, seconds);
    }
    this.record(step, agrees, agreementOf(look.agreement, step), seconds);
  }

  private point(step: RecipeStep, point: Point, tried: Tried, seconds: number): void {
    const { title, meant, ours, measured } = point;
    const seen = wordsFor(tried);
    this.data.points.push({ step: step.title, title, meant, seen, said: tried.said ?? "", ours });
    const evidence = tried.said ? { evidence: tried.said } : {};
    const finding = { passed: seen === measured, seen, ...evidence, connection: tried };
    this.record(step, { observation: "4.5", title, expected: expectation(point) }, finding, seconds);
  }

  private record({ title: step }: RecipeStep, observation: Observation, finding: Finding, seconds: number): void {
    const result = { scenario: "recipes", step, ...observation, ...finding, seconds };
    this.results.push(result);
    this.listener.result(result);
  }
}

function agreementOf({ disagreements, undecided, compared }: Agreement, { points }: RecipeStep): Finding {
  const wrong = disagreements.map(
    ({ tried, predicted, because }) => `${describe(tried)}; predicted ${predicted}, for ${because.join("; ")}`,
  );
  const evidence = [...wrong, ...undecided].join("\n");
  return {
    passed: wrong.length === 0 && undecided.length === 0,
    seen: `${compared - wrong.length} of ${points.length} agree`,
    ...(evidence ? { evidence } : {}),
  };
}

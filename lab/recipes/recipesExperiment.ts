import { textOf } from "mesh-access";
import type { Manifest } from "../../components/manifest.js";
import { describe, type Agreement, type Tried } from "../agreement/compare.js";
import { addresses } from "../host/labHost.js";
import type { IstioctlMessage } from "../mesh/istioctl.js";
import { Workbench, type Setting } from "../mesh/workbench.js";
import { machineAddresses } from "../outside/outside.js";
import {
  attempts,
  connectionsFor,
  failHandshakes,
  haltHandshakes,
  heardMeanwhile,
} from "../probes/databaseConnections.js";
import type { Finding, ProbeResult } from "../probes/probe.js";
import type { Experiment } from "../scenarios/experiment.js";
import type { Observation } from "../scenarios/observations.js";
import type { Listener } from "../scenarios/runScenario.js";
import { addressOf, type Stage } from "../scenarios/stage.js";
import { gatewayPods } from "./gateway.js";
import { steps, wordsFor, type HandshakePoint, type Point, type RecipeStep } from "./points.js";
import { fixtures, gatewayManifests, meshConfig, recipe } from "./recipeContext.js";

/** A point as the report keeps it, for the table of the documentation. */
export interface PointRecord {
  readonly step: string;
  readonly title: string;
  /** What is meant to happen, and what does. */
  readonly meant: string;
  readonly seen: string;
  readonly isMeant: boolean;
  /** Seen of a recipe as it stands, with nothing of this project's beside it. */
  readonly asItStands: boolean;
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
  gateway: gatewayPods,
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

const isMeant = ({ meant }: Point, seen: string): boolean => seen.startsWith(meant);
const judged = (meant: boolean): string => (meant ? "as meant" : "a hole");
const agrees = {
  observation: "5.10",
  title: "the access analysis finds all of it",
  expected: "the prediction is what the probes see",
};
/** The analysis' own name for a gateway that connects to the database before the handshake. */
const earlyConnection = "early-connection";
const findingExpected = {
  observation: "5.10",
  title: "the access analysis finds a gateway that connects before the handshake",
  expected: `${earlyConnection} where unauthorized clients open connections to the database, nothing where they do not`,
};

/** The documents' own recipes, applied as they stand. */
export const recipesExperiment: Experiment = {
  name: "recipes",
  title: "What the documents' own recipes do in a real mesh, as they stand",
  observations: steps.map(({ title, points, handshakes = [] }) => ({
    title,
    observations: [
      ...points.map((point) => ({ observation: "4.5", title: point.title, expected: expectation(point) })),
      agrees,
      ...(handshakes.length === 0 ? [] : [...handshakes.map(observed), findingExpected]),
    ],
  })),
  run: async (lab, listener, keep) => {
    const workbench = new Workbench(lab, setting);
    const run = new RecipesRun(workbench, lab.stage, listener);
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
  return `${point.measured} (${judged(isMeant(point, point.measured))})`;
}

function hears({ measured }: HandshakePoint): number {
  return measured === "of each" ? attempts : 0;
}

function observed(point: HandshakePoint): Observation {
  const count = hears(point);
  return {
    observation: "4.5",
    title: point.title,
    expected: `${connectionsFor(count)} (${judged(count === 0)})`,
  };
}

class RecipesRun {
  readonly results: ProbeResult[] = [];
  readonly data: { points: PointRecord[]; istioctl: { step: string; messages: readonly IstioctlMessage[] }[] } = {
    points: [],
    istioctl: [],
  };

  constructor(
    private readonly workbench: Workbench,
    private readonly stage: Stage,
    private readonly listener: Listener,
  ) {}

  async step(step: RecipeStep): Promise<void> {
    this.listener.step(step.title);
    const given = recipe(...step.recipes);
    const manifests: Manifest[] = [...(step.change ? step.change(given) : given), ...(step.adds ?? [])];
    const began = performance.now();
    const look = await this.workbench.look([...gatewayManifests, ...manifests], step.points);
    if (typeof look === "string") throw new Error(`The API server refuses a recipe: ${look}`);
    const seconds = (performance.now() - began) / 1000;
    if (!step.adds) this.data.istioctl.push({ step: step.title, messages: look.istioctl });
    for (const [index, point] of step.points.entries()) {
      const tried = look.tried[index];
      if (tried) this.point(step, point, tried, seconds);
    }
    this.record(step, agrees, agreementOf(look.agreement, step), seconds);
    if (step.handshakes) await this.handshakes(step, step.handshakes);
  }

  /** One after the other, for what the database hears of is counted, not distinguished. */
  private async handshakes(step: RecipeStep, points: readonly HandshakePoint[]): Promise<void> {
    const counts: number[] = [];
    for (const point of points) {
      const began = performance.now();
      const count = await this.heardOf(point);
      const { title, ours } = point;
      const seen = connectionsFor(count);
      this.keep(step, { title, meant: "blocked", seen, isMeant: count === 0, said: "", ours });
      const finding = { passed: count === hears(point), seen };
      this.record(step, observed(point), finding, (performance.now() - began) / 1000);
      counts.push(count);
    }
    const found = (await this.workbench.findings()).filter(({ id }) => id === earlyConnection);
    const passed = found.length > 0 === counts.some((count) => count > 0);
    const finding = { passed, seen: found.length > 0 ? earlyConnection : "nothing" };
    this.record(step, findingExpected, { ...finding, ...(found[0] ? { evidence: textOf(found[0]) } : {}) }, 0);
  }

  private heardOf({ who, handshakes, server, port }: HandshakePoint): Promise<number> {
    const at = { gateway: addressOf(this.stage.pod(gatewayPods)), port, sni: server.host };
    const act = handshakes === "halted" ? haltHandshakes : failHandshakes;
    return heardMeanwhile(this.stage, server.machine, () => act(this.stage, who, at));
  }

  private point(step: RecipeStep, point: Point, tried: Tried, seconds: number): void {
    const { title, meant, ours, measured } = point;
    const seen = wordsFor(tried);
    this.keep(step, { title, meant, seen, isMeant: isMeant(point, seen), said: tried.said ?? "", ours });
    const evidence = tried.said ? { evidence: tried.said } : {};
    const finding = { passed: seen === measured, seen, ...evidence, connection: tried };
    this.record(step, { observation: "4.5", title, expected: expectation(point) }, finding, seconds);
  }

  private keep({ title: step, adds }: RecipeStep, point: Omit<PointRecord, "step" | "asItStands">): void {
    this.data.points.push({ step, asItStands: !adds, ...point });
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

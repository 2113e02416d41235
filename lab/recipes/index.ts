import { join } from "node:path";
import type { AnalysisOptions } from "../../access/model.js";
import type { Manifest } from "../../components/manifest.js";
import { describe } from "../agreement/compare.js";
import { addresses } from "../host/index.js";
import { installMesh, removeMesh } from "../mesh/plainMesh.js";
import { Sandbox } from "../mesh/sandbox.js";
import { Configuration } from "../mutations/configuration.js";
import { identityOf } from "../mutations/draft.js";
import { Istioctl, type IstioctlMessage } from "../mutations/istioctl.js";
import { untilProxiesAgree } from "../mutations/settle.js";
import { machineAddresses } from "../outside/index.js";
import type { Finding, ProbeResult } from "../probes/probe.js";
import type { Experiment } from "../scenarios/experiment.js";
import { addFixtures, removeFixtures } from "../scenarios/fixtures.js";
import type { Ground } from "../scenarios/ground.js";
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

const options: AnalysisOptions = {
  databases: servers.map(({ host, port, machine, speaks }) => ({
    host,
    port,
    protocol: speaks === "mysql" ? "mysql" : "mongo",
    tls: speaks === "mongo-tls",
    addresses: [machineAddresses[machine]],
  })),
  clientAddresses: [addresses.pods],
  policyEngine: "calico",
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
    const run = new RecipesRun(ground, listener);
    try {
      await run.prepare();
      for (const step of steps) await run.step(step);
    } finally {
      if (!keep) await run.remove();
    }
    return { results: run.results, data: run.data };
  },
};

function expectation(point: Point): string {
  return `${point.measured} (${observationOf(point)})`;
}

class RecipesRun {
  readonly results: ProbeResult[] = [];
  readonly data: { points: PointRecord[]; istioctl: { step: string; messages: IstioctlMessage[] }[] } = {
    points: [],
    istioctl: [],
  };
  private readonly istioctl: Istioctl;
  /** Namespaces, pods and the mesh's settings, which istioctl is given too. */
  private surroundings: readonly object[] = [];
  private sandbox?: Sandbox;
  private configuration?: Configuration;

  constructor(
    private readonly ground: Ground,
    private readonly listener: Listener,
  ) {
    const { host } = ground;
    this.istioctl = new Istioctl(host.servers.programs.istioctl, join(host.folder, "istioctl-recipes"));
  }

  async prepare(): Promise<void> {
    const { host, stage } = this.ground;
    await stage.outside.admitEverybody();
    const machines = [...new Set(servers.map(({ machine }) => machine))];
    await Promise.all([stage.outside.start(machines), installMesh(host, stage, { meshConfig })]);
    this.sandbox = await Sandbox.open(stage, options, gateway);
    this.configuration = new Configuration(this.sandbox.cluster);
    const [refused] = await Promise.all([this.configuration.become(gatewayManifests), addFixtures(stage, fixtures)]);
    if (refused) throw new Error(`The API server refuses the gateway: ${refused}`);
    await stage.agent.waitReady(gateway.namespace, gateway.labels);
    const own = new Set(gatewayManifests.map(identityOf));
    this.surroundings = (await this.sandbox.objects()).filter((object) => !own.has(identityOf(object)));
  }

  async step(step: RecipeStep): Promise<void> {
    const { sandbox, configuration } = this;
    if (!sandbox || !configuration) throw new Error("The mesh is not installed yet.");
    this.listener.step(step.title);
    const given = await recipe(...step.recipes);
    const manifests: Manifest[] = step.change ? step.change(given) : given;
    const began = performance.now();
    const refused = await configuration.become([...gatewayManifests, ...manifests]);
    if (refused) throw new Error(`The API server refuses a recipe: ${refused}`);
    const [{ tried, agreement }, messages] = await Promise.all([
      sandbox.judge(step.points, () => untilProxiesAgree(this.ground.stage)),
      this.istioctl.analyze([...this.surroundings, ...gatewayManifests, ...manifests]),
    ]);
    const seconds = (performance.now() - began) / 1000;
    this.data.istioctl.push({ step: step.title, messages });
    for (const [index, point] of step.points.entries()) {
      const one = tried[index];
      if (!one) continue;
      const seen = wordsFor(one);
      const { title, meant, ours } = point;
      this.data.points.push({ step: step.title, title, meant, seen, said: one.said ?? "", ours });
      const finding = {
        passed: seen === point.measured,
        seen,
        ...(one.said ? { evidence: one.said } : {}),
        connection: one,
      };
      this.record(step, { observation: "4.5", title, expected: expectation(point) }, finding, seconds);
    }
    const wrong = agreement.disagreements.map(
      ({ tried: one, predicted, because }) => `${describe(one)}; predicted ${predicted}, for ${because.join("; ")}`,
    );
    const evidence = [...wrong, ...agreement.undecided].join("\n");
    const finding = {
      passed: wrong.length === 0 && agreement.undecided.length === 0,
      seen: `${agreement.compared - wrong.length} of ${step.points.length} agree`,
      ...(evidence ? { evidence } : {}),
    };
    this.record(step, agrees, finding, seconds);
  }

  private record(
    { title: step }: RecipeStep,
    probe: Pick<ProbeResult, "observation" | "title" | "expected">,
    finding: Finding,
    seconds: number,
  ): void {
    const result = { scenario: "recipes", step, ...probe, ...finding, seconds };
    this.results.push(result);
    this.listener.result(result);
  }

  async remove(): Promise<void> {
    const { host, stage } = this.ground;
    await this.configuration?.become([]);
    this.sandbox?.close();
    await removeFixtures(stage, fixtures);
    await removeMesh(host, stage);
  }
}

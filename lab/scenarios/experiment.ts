import type { ProbeResult } from "../probes/probe.js";
import type { RunningLab } from "./runningLab.js";
import type { ObservedStep } from "./observations.js";
import type { Listener, ScenarioReport } from "./runScenario.js";

/** What is shown without a stack of the project: it fills the cluster itself, and empties it again. */
export interface Experiment {
  readonly name: string;
  readonly title: string;
  /** It runs only where it is named, for it takes as long as many others. @default false */
  readonly onDemand?: true;
  /** What it will show, for the listing. */
  readonly observations: readonly ObservedStep[];
  run(lab: RunningLab, listener: Listener, keep: boolean): Promise<ExperimentOutcome>;
}

export interface ExperimentOutcome {
  readonly results: readonly ProbeResult[];
  /** For the report's JSON: what tables of the documentation are made of. */
  readonly data?: unknown;
}

export async function runExperiment(
  { name, title, run }: Experiment,
  lab: RunningLab,
  listener: Listener,
  keep: boolean,
): Promise<ScenarioReport> {
  const began = performance.now();
  const outcome = await run(lab, listener, keep);
  return { name, title, replaced: [], ...outcome, seconds: (performance.now() - began) / 1000 };
}

import { asFinding, runProbes, type Finding, type Probe, type ProbeResult } from "../probes/probe.js";
import type { Observation } from "./observations.js";
import type { Stage } from "./stage.js";

/** What a run tells while it goes on. */
export interface Listener {
  step(title: string): void;
  result(result: ProbeResult): void;
}

/** The results of one scenario, told as they come. */
export class Results {
  readonly all: ProbeResult[] = [];
  private step = "";

  constructor(
    private readonly scenario: string,
    private readonly listener: Listener,
  ) {}

  /** What comes now belongs to this step. */
  enter(step: string): void {
    this.step = step;
    this.listener.step(step);
  }

  /** Makes one observation. What throws has failed. */
  async check(what: Observation, run: () => Promise<Finding>): Promise<boolean> {
    const began = performance.now();
    const finding = await run().catch(asFinding);
    this.record(what, finding, (performance.now() - began) / 1000);
    return finding.passed;
  }

  /** Tells results as they come, and keeps them in the order in which they are written down. */
  async probe(probes: readonly Probe[], stage: Stage): Promise<readonly ProbeResult[]> {
    const first = this.all.length;
    const order = new Map<ProbeResult, number>();
    await runProbes(probes, stage, (probe, finding, seconds) => {
      order.set(this.record(probe, finding, seconds), probes.indexOf(probe));
    });
    const sorted = this.all.splice(first).sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
    this.all.push(...sorted);
    return sorted;
  }

  record({ observation, title, expected }: Observation, finding: Finding, seconds: number): ProbeResult {
    const where = { scenario: this.scenario, step: this.step };
    const result = { ...where, observation, title, expected, ...finding, seconds };
    this.all.push(result);
    this.listener.result(result);
    return result;
  }
}

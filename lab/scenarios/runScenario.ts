import { StackAgreement } from "../agreement/stackAgreement.js";
import type { LabStack } from "../engine/stack.js";
import { asFinding, type ProbeResult } from "../probes/probe.js";
import { apiListing } from "./apiListing.js";
import { deleted, deployed, noChange, onlyExpected, remains } from "./operationFindings.js";
import { addFixtures, removeFixtures } from "./fixtures.js";
import type { RunningLab } from "./runningLab.js";
import { everyStack } from "./observations.js";
import { onLabCluster } from "./onLabCluster.js";
import { type Listener, Results } from "./results.js";
import type { Scenario, Step } from "./scenario.js";
import { settled } from "./settled.js";

export type { Listener } from "./results.js";

export interface ScenarioReport {
  readonly name: string;
  readonly title: string;
  /** What the seam replaced in the stack's config. */
  readonly replaced: readonly string[];
  readonly results: readonly ProbeResult[];
  readonly seconds: number;
  /** What an experiment measured beside its results. */
  readonly data?: unknown;
}

/** Runs one scenario from an empty cluster to an empty cluster; with `keep` it stays as its last step left it. */
export async function runScenario(
  scenario: Scenario,
  lab: RunningLab,
  listener: Listener,
  keep = false,
): Promise<ScenarioReport> {
  const began = performance.now();
  const run = new ScenarioRun(scenario, lab, listener);
  await run.all(keep);
  const seconds = (performance.now() - began) / 1000;
  return { name: scenario.name, title: scenario.title, replaced: run.replaced, results: run.results.all, seconds };
}

class ScenarioRun {
  readonly results: Results;
  readonly replaced: readonly string[];
  private readonly config: Scenario["config"];
  private readonly agreement: StackAgreement;

  constructor(
    private readonly scenario: Scenario,
    private readonly lab: RunningLab,
    listener: Listener,
  ) {
    this.results = new Results(scenario.name, listener);
    const { config, replaced } = onLabCluster(scenario.config());
    this.config = () => structuredClone(config);
    this.replaced = replaced;
    this.agreement = new StackAgreement(lab.stage);
  }

  async all(keep: boolean): Promise<void> {
    const { scenario, lab } = this;
    const { stage } = lab;
    this.results.enter("prepare");
    await stage.outside.admitEverybody();
    const before = await apiListing(stage.kubectl);
    const secrets = await scenario.secrets(stage.outside);
    const [stack] = await Promise.all([lab.open(scenario, secrets), stage.outside.start(scenario.machines)]);
    const isUp = await this.steps(stack);
    if (keep) return;
    if (isUp) await this.acceptance(stack);
    await this.removal(stack, before);
  }

  private async steps(stack: LabStack): Promise<boolean> {
    const { scenario, lab } = this;
    for (const [index, step] of scenario.steps.entries()) {
      this.results.enter(step.title);
      if (step.config || step.up || index === 0 || scenario.steps[index - 1]?.config) {
        if (!(await this.up(stack, step))) return false;
      }
      if (!(await this.prepared(step, index === 0))) return false;
      const results = await this.results.probe(step.probes, lab.stage);
      await this.agreement.hold(step.config ? step.config(this.config()) : this.config(), results);
    }
    await this.results.check(everyStack.agreement, async () => this.agreement.finding());
    return true;
  }

  /** Brings the world into the step's state. What fails here is a result too, and the stack is still removed. */
  private async prepared(step: Step, isFirst: boolean): Promise<boolean> {
    const { scenario, lab } = this;
    try {
      if (isFirst) await addFixtures(lab.stage, scenario.fixtures);
      await step.act?.(lab.stage);
      await settled(lab.stage);
      return true;
    } catch (error) {
      this.results.record(everyStack.prepared(step.title), asFinding(error), 0);
      return false;
    }
  }

  private up(stack: LabStack, step: Step): Promise<boolean> {
    const config = this.config();
    return this.results.check(everyStack.up(step.title), async () => {
      await stack.configure(step.config ? step.config(config) : config);
      return deployed(await (step.up?.(stack, this.lab.stage) ?? stack.up()));
    });
  }

  /** What a user of Pulumi relies on, whatever the stack. */
  private async acceptance(stack: LabStack): Promise<void> {
    const { change } = this.scenario;
    this.results.enter("acceptance");
    await this.results.check(everyStack.preview, async () => noChange(await stack.preview()));
    await this.results.check(everyStack.refresh, async () => noChange(await stack.refreshPreview()));
    await this.results.check(everyStack.change(change), async () => {
      await stack.configure(change.config(this.config()));
      return onlyExpected(await stack.up(), change.expect);
    });
  }

  private async removal(stack: LabStack, before: Set<string>): Promise<void> {
    const { stage } = this.lab;
    this.results.enter("destroy");
    // At the same time: the API server lets 5 s pass before it empties a namespace.
    const fixturesGone = removeFixtures(stage, this.scenario.fixtures).catch(() => undefined); // the listing will show them
    await this.results.check(everyStack.destroy, async () => deleted(await stack.destroy()));
    await fixturesGone;
    await this.results.check(everyStack.remains, async () => remains(before, await apiListing(stage.kubectl)));
  }
}

import { StackAgreement } from "../agreement/stackAgreement.js";
import type { OperationResult } from "../engine/events.js";
import type { LabStack } from "../engine/stack.js";
import { asFinding, runProbes, type Finding, type Probe, type ProbeResult } from "../probes/probe.js";
import { apiListing, leftBehind } from "./apiListing.js";
import { addFixtures, removeFixtures } from "./fixtures.js";
import type { Ground } from "./ground.js";
import { everyStack, type Observation } from "./observations.js";
import { onLabCluster } from "./onLabCluster.js";
import type { Scenario, Step } from "./scenario.js";
import { settled } from "./settled.js";

/** What a scenario's run tells while it goes on. */
export interface Listener {
  step(title: string): void;
  result(result: ProbeResult): void;
}

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
  ground: Ground,
  listener: Listener,
  keep = false,
): Promise<ScenarioReport> {
  const began = performance.now();
  const run = new ScenarioRun(scenario, ground, listener);
  await run.all(keep);
  const seconds = (performance.now() - began) / 1000;
  return { name: scenario.name, title: scenario.title, replaced: run.replaced, results: run.results, seconds };
}

class ScenarioRun {
  readonly results: ProbeResult[] = [];
  readonly replaced: readonly string[];
  private readonly config: Scenario["config"];
  private readonly agreement: StackAgreement;
  private stepTitle = "";

  constructor(
    private readonly scenario: Scenario,
    private readonly ground: Ground,
    private readonly listener: Listener,
  ) {
    const { config, replaced } = onLabCluster(scenario.config());
    this.config = () => structuredClone(config);
    this.replaced = replaced;
    this.agreement = new StackAgreement(ground.stage);
  }

  async all(keep: boolean): Promise<void> {
    const { scenario, ground } = this;
    const { stage } = ground;
    this.enter("prepare");
    await stage.outside.admitEverybody();
    const before = await apiListing(stage.kubectl);
    const secrets = await scenario.secrets(stage.outside);
    const [stack] = await Promise.all([ground.open(scenario, secrets), stage.outside.start(scenario.machines)]);
    const isUp = await this.steps(stack);
    if (keep) return;
    if (isUp) await this.acceptance(stack);
    await this.removal(stack, before);
  }

  private async steps(stack: LabStack): Promise<boolean> {
    const { scenario } = this;
    for (const [index, step] of scenario.steps.entries()) {
      this.enter(step.title);
      if (step.config || step.up || index === 0 || scenario.steps[index - 1]?.config) {
        if (!(await this.up(stack, step))) return false;
      }
      if (!(await this.prepared(step, index === 0))) return false;
      const results = await this.probe(step.probes);
      await this.agreement.hold(step.config ? step.config(this.config()) : this.config(), results);
    }
    await this.check(everyStack.agreement, async () => this.agreement.finding());
    return true;
  }

  /** Brings the world into the step's state. What fails here is a result too, and the stack is still removed. */
  private async prepared(step: Step, isFirst: boolean): Promise<boolean> {
    const { scenario, ground } = this;
    try {
      if (isFirst) await addFixtures(ground.stage, scenario.fixtures);
      await step.act?.(ground.stage);
      await settled(ground.stage);
      return true;
    } catch (error) {
      this.record(everyStack.prepared(step.title), asFinding(error), 0);
      return false;
    }
  }

  /** Tells results as they come, and keeps them in the order in which they are written down. */
  private async probe(probes: readonly Probe[]): Promise<readonly ProbeResult[]> {
    const first = this.results.length;
    const order = new Map<ProbeResult, number>();
    await runProbes(probes, this.ground.stage, (probe, finding, seconds) => {
      order.set(this.record(probe, finding, seconds), probes.indexOf(probe));
    });
    const sorted = this.results.splice(first).sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
    this.results.push(...sorted);
    return sorted;
  }

  private up(stack: LabStack, step: Step): Promise<boolean> {
    const config = this.config();
    return this.check(everyStack.up(step.title), async () => {
      await stack.configure(step.config ? step.config(config) : config);
      const { changes, seconds } = await (step.up?.(stack, this.ground.stage) ?? stack.up());
      return { passed: true, seen: `${changes.length} changes in ${seconds.toFixed(1)} s` };
    });
  }

  /** What a user of Pulumi relies on, whatever the stack. */
  private async acceptance(stack: LabStack): Promise<void> {
    const { change } = this.scenario;
    this.enter("acceptance");
    await this.check(everyStack.preview, async () => noChange(await stack.preview()));
    await this.check(everyStack.refresh, async () => noChange(await stack.refreshPreview()));
    await this.check(everyStack.change(change), async () => {
      await stack.configure(change.config(this.config()));
      return onlyExpected(await stack.up(), change.expect);
    });
  }

  private async removal(stack: LabStack, before: Set<string>): Promise<void> {
    const { stage } = this.ground;
    this.enter("destroy");
    // At the same time: the API server lets 5 s pass before it empties a namespace.
    const strangersGone = removeFixtures(stage, this.scenario.fixtures).catch(() => undefined); // the listing will show them
    await this.check(everyStack.destroy, async () => {
      const { changes, seconds } = await stack.destroy();
      return { passed: true, seen: `${changes.length} deleted in ${seconds.toFixed(1)} s` };
    });
    await strangersGone;
    await this.check(everyStack.remains, async () => {
      const { byDesign, faults } = leftBehind(before, await apiListing(stage.kubectl));
      const kept = byDesign.length > 0 ? `; kept by design: ${byDesign.join("; ")}` : "";
      return { passed: faults.length === 0, seen: `${faults.length === 0 ? "nothing" : faults.join(", ")}${kept}` };
    });
  }

  private async check(what: Observation, run: () => Promise<Finding>): Promise<boolean> {
    const began = performance.now();
    const finding = await run().catch(asFinding);
    this.record(what, finding, (performance.now() - began) / 1000);
    return finding.passed;
  }

  private enter(title: string): void {
    this.stepTitle = title;
    this.listener.step(title);
  }

  private record(what: Observation, finding: Finding, seconds: number): ProbeResult {
    const { observation, title, expected } = what;
    const where = { scenario: this.scenario.name, step: this.stepTitle };
    const result = { ...where, observation, title, expected, ...finding, seconds };
    this.results.push(result);
    this.listener.result(result);
    return result;
  }
}

function describe({ changes }: OperationResult): string[] {
  return changes.map(({ op, type, name }) => `${op} ${type.slice(type.lastIndexOf(":") + 1)} ${name}`);
}

function noChange(result: OperationResult): Finding {
  const changes = describe(result);
  const seconds = `${result.seconds.toFixed(1)} s`;
  if (changes.length === 0) return { passed: true, seen: `no change, ${seconds}` };
  const evidence = result.changes.map(({ op, name, paths }) => `${op} ${name} ${Object.keys(paths).join(" ")}`);
  return { passed: false, seen: changes.join(", "), evidence: evidence.join("\n") };
}

/** Every change is expected, and every expected one occurs. */
function onlyExpected(result: OperationResult, expect: readonly RegExp[]): Finding {
  const changes = describe(result);
  const unexpected = changes.filter((change) => !expect.some((pattern) => pattern.test(change)));
  const missing = expect.filter((pattern) => !changes.some((change) => pattern.test(change)));
  const seen = changes.join(", ") || "no change";
  return { passed: unexpected.length === 0 && missing.length === 0, seen };
}

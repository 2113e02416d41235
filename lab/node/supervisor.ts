import { setTimeout as sleep } from "node:timers/promises";

import type { V1Container, V1Probe } from "@kubernetes/client-node";

import type { Container, ExecOptions, ExecResult, Exit } from "./container.js";
import type { ContainerRole, ContainerView } from "./podStatus.js";
import { probeOnce } from "./probe.js";

/** First wait before a container is started again, and the longest. The kubelet's 10 s and 5 min outlast a scenario. */
const restartBackoffMs = { first: 500, longest: 10_000 };
/**
 * Waits between questions until a container first answers; its own period counts only from then on. They grow, for on a
 * busy machine asking often is what keeps the others from starting.
 */
const eagerProbeMs = { first: 100, growth: 1.4, longest: 1_000 };

/** A hook that waits for the proxy to be up gives up after a minute by itself. */
const longestHookMs = 60_000;

export interface Supervised {
  container: V1Container;
  role: ContainerRole;
  /** Starts the program anew. Fails when the image is unknown or something it refers to is missing. */
  start(attempt: number): Promise<Container>;
  address(): string;
  restarts: "Always" | "OnFailure" | "Never";
  /** Called after each change of what the view says. */
  changed(): void;
}

/** Keeps one container of a pod running, asks its probes, and knows its state. */
export class Supervisor {
  readonly view: ContainerView;
  current: Container | undefined;
  private stopping = false;
  private readonly begun = deferred();
  private readonly started = deferred();
  private readonly abort = new AbortController();
  /** Settles when the container will not be started again. */
  private finished: Promise<void> | undefined;

  constructor(private readonly plan: Supervised) {
    const { name, image = "" } = plan.container;
    const state = { waiting: { reason: "PodInitializing" } };
    this.view = { name, image, role: plan.role, state, started: false, ready: false, restarts: 0 };
  }

  /** Starts the container and keeps it; resolves when its first run and its postStart hook were begun. */
  begin(): Promise<void> {
    this.finished ??= this.keep();
    return this.begun.promise;
  }

  /** Like `begin`, but resolves when its startup probe, if any, has answered once. */
  beginAndWait(): Promise<void> {
    this.finished ??= this.keep();
    return this.started.promise;
  }

  /** Runs the container until it has ended well, or for good. */
  async runToCompletion(): Promise<boolean> {
    await (this.finished ??= this.keep());
    return this.view.state.terminated?.exitCode === 0;
  }

  async exec(command: string[], options?: ExecOptions): Promise<ExecResult> {
    if (!this.current?.running) throw new Error(`Container ${this.view.name} is not running.`);
    return this.current.exec(command, options);
  }

  /** Settles when the container was begun and will not be started again. */
  get over(): Promise<void> {
    return this.begun.promise.then(() => this.finished);
  }

  /** Ends the current run at once, as a crash would. */
  kill(): void {
    this.current?.kill();
  }

  /** Runs its preStop hook, asks it to end, and makes it end after the grace period. */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    this.abort.abort();
    this.begun.resolve();
    this.started.resolve();
    const deadline = performance.now() + graceMs;
    if (this.current?.running && graceMs > 0) {
      await this.hook(this.plan.container.lifecycle?.preStop, graceMs);
    }
    await this.current?.stop(Math.max(0, deadline - performance.now()));
    await this.finished;
  }

  private async keep(): Promise<void> {
    for (let attempt = 0; !this.stopping; attempt++) {
      const exit = await this.runOnce(attempt);
      const failed = exit.code !== 0;
      if (this.stopping || this.plan.restarts === "Never" || (this.plan.restarts === "OnFailure" && !failed)) return;
      const waitMs = Math.min(restartBackoffMs.first * 2 ** attempt, restartBackoffMs.longest);
      await sleep(waitMs, undefined, { signal: this.abort.signal }).catch(() => undefined);
    }
  }

  private async runOnce(attempt: number): Promise<Exit> {
    const startedAt = new Date();
    try {
      this.current = await this.plan.start(attempt);
    } catch (error) {
      const reason = error instanceof UnknownImage ? "ErrImagePull" : "CreateContainerConfigError";
      this.set({ state: { waiting: { reason, message: (error as Error).message } } });
      this.begun.resolve();
      return { code: 1 };
    }
    const container = this.current;
    if (this.stopping) container.kill(); // stopped while it was starting
    const hasStartup = Boolean(this.plan.container.startupProbe);
    this.set({ state: { running: { startedAt } }, started: !hasStartup, ready: false, restarts: attempt });
    void this.hook(this.plan.container.lifecycle?.postStart, longestHookMs).then(() => {
      this.begun.resolve();
      return this.watch(container);
    });
    const exit = await container.exited;
    await container.remove();
    this.recordExit(exit, startedAt);
    return exit;
  }

  private recordExit(exit: Exit, startedAt: Date): void {
    const reason = exit.code === 0 ? "Completed" : "Error";
    const terminated = { exitCode: exit.code, reason, startedAt, finishedAt: new Date() };
    const again = !this.stopping && this.plan.restarts === "Always";
    const state = again ? { waiting: { reason: "CrashLoopBackOff" } } : { terminated };
    this.set({ state, lastState: again ? { terminated } : this.view.lastState, started: false, ready: false });
  }

  /** Asks the probes of one run of the container for as long as it lives. */
  private async watch(container: Container): Promise<void> {
    const { startupProbe, readinessProbe, livenessProbe } = this.plan.container;
    if (startupProbe && !(await this.askUntilUp(container, startupProbe))) return;
    if (!this.isCurrent(container)) return;
    this.set({ started: true, ready: this.view.ready || !readinessProbe });
    this.started.resolve();
    if (readinessProbe) void this.watchReadiness(container, readinessProbe);
    if (livenessProbe) void this.watchLiveness(container, livenessProbe);
  }

  private async askUntilUp(container: Container, probe: V1Probe): Promise<boolean> {
    const patienceMs = (probe.failureThreshold ?? 3) * periodMs(probe) + (probe.initialDelaySeconds ?? 0) * 1000;
    const deadline = performance.now() + patienceMs;
    for (let asked = 0; this.isCurrent(container); asked++) {
      if (await this.ask(probe)) return true;
      if (performance.now() > deadline) {
        await container.stop(0);
        return false;
      }
      await sleep(eagerWaitMs(asked));
    }
    return false;
  }

  private async watchReadiness(container: Container, probe: V1Probe): Promise<void> {
    let failures = 0;
    for (let asked = 0; this.isCurrent(container); asked++) {
      const answered = await this.ask(probe);
      if (!this.isCurrent(container)) return;
      failures = answered ? 0 : failures + 1;
      if (answered && !this.view.ready) this.set({ ready: true });
      if (failures >= (probe.failureThreshold ?? 3) && this.view.ready) this.set({ ready: false });
      await sleep(this.view.ready ? periodMs(probe) : eagerWaitMs(asked));
    }
  }

  private async watchLiveness(container: Container, probe: V1Probe): Promise<void> {
    await sleep((probe.initialDelaySeconds ?? 0) * 1000);
    let failures = 0;
    while (this.isCurrent(container)) {
      failures = (await this.ask(probe)) ? 0 : failures + 1;
      if (failures >= (probe.failureThreshold ?? 3)) await container.stop(2_000);
      await sleep(periodMs(probe));
    }
  }

  private isCurrent(container: Container): boolean {
    return this.current === container && container.running && !this.stopping;
  }

  private async ask(probe: V1Probe): Promise<boolean> {
    const exec = (command: string[], timeoutMs: number): Promise<ExecResult> => this.exec(command, { timeoutMs });
    const target = { address: this.plan.address(), container: this.plan.container, exec };
    return probeOnce(probe, target).catch(() => false);
  }

  private async hook(action: { exec?: { command?: string[] } } | undefined, timeoutMs: number): Promise<void> {
    if (action?.exec?.command) await this.exec(action.exec.command, { timeoutMs }).catch(() => undefined);
  }

  private set(change: Partial<ContainerView>): void {
    Object.assign(this.view, change);
    this.plan.changed();
  }
}

/** No program of the lab stands for the image. */
export class UnknownImage extends Error {}

function eagerWaitMs(asked: number): number {
  return Math.min(eagerProbeMs.first * eagerProbeMs.growth ** asked, eagerProbeMs.longest);
}

function periodMs(probe: V1Probe): number {
  return (probe.periodSeconds ?? 10) * 1000;
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}

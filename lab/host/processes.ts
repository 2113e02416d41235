import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, fchownSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "./readiness.js";

/** How a program is run; everything is optional. */
export interface ProcessOptions {
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Network namespace, by its name under /run/netns. @default the lab host's own */
  readonly netns?: string;
  /** User and group id, without further groups. @default root */
  readonly user?: number;
  /** Standard output and error are appended here. @default `<logs>/<name>.log` */
  readonly logFile?: string;
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Time a process gets between SIGTERM and SIGKILL, unless set otherwise. */
const graceMs = 10_000;

/** One program that runs on the lab host. */
export class LabProcess {
  /** Settles when the process has ended, for whatever reason. */
  readonly exited: Promise<Exit>;
  #exit: Exit | undefined;

  constructor(
    readonly name: string,
    readonly logFile: string,
    private readonly child: ChildProcess,
  ) {
    this.exited = new Promise((resolve) => {
      const ended = (exit: Exit): void => {
        this.#exit = exit;
        resolve(exit);
      };
      child.once("exit", (code, signal) => ended({ code, signal }));
      child.once("error", () => ended({ code: 127, signal: null }));
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get running(): boolean {
    return this.#exit === undefined;
  }

  /** All it wrote so far. */
  async output(): Promise<string> {
    return readFile(this.logFile, "utf8").catch(() => "");
  }

  /** Waits for `check` to hold; fails at once, with the end of the log, when the process ends before that. */
  async ready<T>(check: () => Promise<T | undefined | false>, timeoutMs: number): Promise<T> {
    const abort = new AbortController();
    void this.exited.then(() => abort.abort(new Error(`${this.name} ended before it was ready.`)));
    try {
      return await until(`${this.name} to be ready`, check, { timeoutMs, signal: abort.signal });
    } catch (error) {
      const tail = (await this.output()).trimEnd().split("\n").slice(-15).join("\n");
      throw new Error(`${(error as Error).message}\nEnd of ${this.logFile}:\n${tail}`, { cause: error });
    }
  }

  /** Ends the process and those it started in its group. */
  async stop(options: { signal?: NodeJS.Signals; graceMs?: number } = {}): Promise<Exit> {
    this.signal(options.signal ?? "SIGTERM");
    const patience = new AbortController();
    const late = sleep(options.graceMs ?? graceMs, undefined, { signal: patience.signal }).then(
      () => this.signal("SIGKILL"),
      () => undefined,
    );
    const exit = await this.exited;
    patience.abort();
    await late;
    return exit;
  }

  /** Sends a signal to the process's group. */
  signal(signal: NodeJS.Signals): void {
    if (!this.running || !this.child.pid) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** The programs of the lab host, by name. */
export class Processes {
  readonly #byName = new Map<string, LabProcess>();

  constructor(private readonly logs: string) {}

  /** Starts a program in a process group of its own. A name can be used again once its process has ended. */
  start(name: string, command: string, args: readonly string[], options: ProcessOptions = {}): LabProcess {
    if (this.#byName.get(name)?.running) throw new Error(`A process named ${name} runs already; stop it first.`);
    const logFile = options.logFile ?? join(this.logs, `${name}.log`);
    const log = openSync(logFile, "a");
    // Envoy opens /dev/stdout anew by its path, so the file must be its user's own.
    if (options.user !== undefined) fchownSync(log, options.user, options.user);
    const [program = command, ...rest] = [
      ...namespacePrefix(options.netns),
      ...userPrefix(options.user),
      command,
      ...args,
    ];
    const child = spawn(program, rest, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", log, log],
      detached: true, // a group of its own: Ctrl-C ends the lab in its own order
    });
    closeSync(log);
    const started = new LabProcess(name, logFile, child);
    this.#byName.set(name, started);
    return started;
  }

  get(name: string): LabProcess | undefined {
    return this.#byName.get(name);
  }

  list(): LabProcess[] {
    return [...this.#byName.values()];
  }

  /** Ends all, the last started first. */
  async stopAll(): Promise<void> {
    for (const started of this.list().reverse()) await started.stop({ graceMs: 2_000 });
  }
}

function namespacePrefix(netns: string | undefined): string[] {
  return netns === undefined ? [] : ["ip", "netns", "exec", netns];
}

function userPrefix(user: number | undefined): string[] {
  return user === undefined ? [] : ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--clear-groups"];
}

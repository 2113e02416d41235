import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, chownSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";

import { execa } from "execa";

import type { ImageFile } from "../images/image.js";

export interface Mount {
  /** Path on the machine. */
  from: string;
  /** Path the container sees. */
  to: string;
  directory: boolean;
  readOnly: boolean;
}

export interface ContainerPlan {
  /** Folder of its own on a tmpfs: the writable layer. */
  folder: string;
  /** File that takes its output. */
  log: string;
  /** Network namespace; without one the container shares the host's. */
  netns?: string;
  hostname: string;
  command: string[];
  environment: Record<string, string>;
  workingDir: string;
  user: number;
  group: number;
  supplementaryGroups: number[];
  /** Files of the machine or texts, put in place before the mounts. */
  files: ImageFile[];
  mounts: Mount[];
}

export interface ExecOptions {
  /** User id; the container's own by default. 1337, the proxy's, goes around the sidecar. */
  user?: number;
  /** Killed after this time; 30 s by default. */
  timeoutMs?: number;
  stdin?: string;
  /** Variables beside the container's. */
  environment?: Record<string, string>;
}

export interface ExecResult {
  exitCode: number;
  stdout: string;
  stderr: string;
  timedOut: boolean;
  durationMs: number;
}

/** How a container ended; a signal counts as 128 + its number, as shells and Kubernetes count. */
export interface Exit {
  code: number;
  signal?: NodeJS.Signals;
}

const signalNumbers: Partial<Record<NodeJS.Signals, number>> = { SIGKILL: 9, SIGTERM: 15, SIGABRT: 6, SIGSEGV: 11 };
const sigtermBit = 1n << 14n;

/**
 * A program in namespaces of its own (mount, PID, host name) and its pod's network. It sees the machine's files under a
 * writable overlay, so that what it writes is gone with it, and its image's files and volumes where its spec says.
 */
export class Container {
  readonly exited: Promise<Exit>;
  private ended = false;

  private constructor(
    private readonly plan: ContainerPlan,
    private readonly process: ChildProcess,
  ) {
    this.exited = new Promise((resolve) => {
      process.once("exit", (code, signal) => {
        this.ended = true;
        resolve(signal ? { code: 128 + (signalNumbers[signal] ?? 0), signal } : { code: code ?? 1 });
      });
    });
  }

  /** Resolves when the program has been executed, not when it is ready. */
  static async start(plan: ContainerPlan): Promise<Container> {
    const script = writeLayer(plan);
    const log = openLog(plan);
    const enter = plan.netns === undefined ? [] : ["nsenter", `--net=${plan.netns}`];
    const isolate = ["unshare", "--mount", "--pid", "--uts", "--fork", "--kill-child", "sh", script];
    const [program = "", ...args] = [...enter, ...isolate];
    const child = spawn(program, args, { stdio: ["ignore", log, log, "pipe"], cwd: "/" });
    closeSync(log);
    const container = new Container(plan, child);
    await untilExecuted(child, container.exited, plan);
    return container;
  }

  get running(): boolean {
    return !this.ended;
  }

  /** The program's process id as the host sees it. */
  get pid(): number | undefined {
    const parent = this.process.pid;
    if (parent === undefined || this.ended) return undefined;
    const children = readProcFile(`/proc/${parent}/task/${parent}/children`);
    return Number(children.trim().split(" ")[0]) || undefined;
  }

  async exec(command: string[], options: ExecOptions = {}): Promise<ExecResult> {
    const pid = this.pid;
    if (pid === undefined) throw new Error("The container is not running. Wait until its pod is ready.");
    const user = options.user ?? this.plan.user;
    const group = options.user ?? this.plan.group;
    return runBounded(
      ["nsenter", `--target=${pid}`, "--mount", "--uts", "--net", "--pid"],
      ["env", `--chdir=${this.plan.workingDir}`, ...identity(user, group, this.plan.supplementaryGroups), ...command],
      { ...options, environment: { ...this.plan.environment, ...options.environment } },
    );
  }

  /** Asks the program to end and ends it when the grace period is over. */
  async stop(graceMs: number): Promise<Exit> {
    const pid = this.pid;
    if (pid !== undefined && graceMs > 0 && catchesSigterm(pid)) {
      signal(pid, "SIGTERM");
      const timer = setTimeout(() => this.kill(), graceMs);
      await this.exited;
      clearTimeout(timer);
    } else {
      // As process 1 of its namespace a program without a handler ignores the signal: waiting would change nothing.
      this.kill();
    }
    return this.exited;
  }

  kill(): void {
    const pid = this.pid;
    if (pid !== undefined) signal(pid, "SIGKILL");
    else if (!this.ended) this.process.kill("SIGKILL");
  }

  /** Removes the writable layer. */
  async remove(): Promise<void> {
    await rm(this.plan.folder, { recursive: true, force: true });
  }
}

/** Runs a command in other namespaces, bounded in time by a process inside them, for a kill from outside leaves it running. */
export async function runBounded(enter: string[], command: string[], options: ExecOptions): Promise<ExecResult> {
  const timeoutMs = options.timeoutMs ?? 30_000;
  const began = performance.now();
  const [program = "", ...args] = [...enter, "timeout", "--signal=KILL", `${timeoutMs / 1000}s`, ...command];
  const result = await execa(program, args, {
    env: { PATH: defaultPath, ...options.environment },
    extendEnv: false,
    input: options.stdin ?? "",
    reject: false,
    stripFinalNewline: false,
  });
  const durationMs = Math.round(performance.now() - began);
  return {
    exitCode: result.exitCode ?? 128 + (signalNumbers[result.signal as NodeJS.Signals] ?? 0),
    stdout: result.stdout,
    stderr: result.stderr,
    timedOut: durationMs >= timeoutMs,
    durationMs,
  };
}

export const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The words that make a program run as the given user. */
export function identity(user: number, group: number, supplementary: number[] = []): string[] {
  const groups = supplementary.length ? [`--groups=${supplementary.join(",")}`] : ["--clear-groups"];
  return ["setpriv", `--reuid=${user}`, `--regid=${group}`, ...groups, "--"];
}

/** A file of a process, or nothing when the process is gone. */
function readProcFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // it ended by itself meanwhile
  }
}

function catchesSigterm(pid: number): boolean {
  const caught = /^SigCgt:\s*([0-9a-f]+)/m.exec(readProcFile(`/proc/${pid}/status`))?.[1];
  return (BigInt(`0x${caught ?? "0"}`) & sigtermBit) !== 0n;
}

/** Opens the log as the program's own user, for Envoy opens /dev/stdout again. */
function openLog(plan: ContainerPlan): number {
  mkdirSync(dirname(plan.log), { recursive: true });
  const log = openSync(plan.log, "a");
  chownSync(plan.log, plan.user, plan.group);
  return log;
}

function writeLayer(plan: ContainerPlan): string {
  for (const part of ["upper", "work", "root"]) mkdirSync(join(plan.folder, part), { recursive: true });
  chmodSync(join(plan.folder, "upper"), 0o755);
  plan.files.forEach((file, index) => {
    if ("text" in file) writeFileSync(join(plan.folder, `file${index}`), file.text, { mode: file.mode ?? 0o644 });
  });
  const script = join(plan.folder, "start.sh");
  writeFileSync(script, startScript(plan));
  return script;
}

/** The shell script that builds the container's view of the file system and becomes its program. */
function startScript(plan: ContainerPlan): string {
  const files = plan.files.map((file, index): Mount => {
    const from = "from" in file ? file.from : join(plan.folder, `file${index}`);
    return { from, to: file.path, directory: false, readOnly: false };
  });
  const mounts = [...files, ...plan.mounts];
  const folders = mounts.map(({ to, directory }) => (directory ? to : dirname(to)));
  const targets = mounts.filter(({ directory }) => !directory).map(({ to }) => to);
  const environment = Object.entries(plan.environment).map(([name, value]) => `${name}=${value}`);
  return [
    "set -e",
    `cd ${quote(plan.folder)}`,
    "mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root",
    "cd root",
    "mkdir -p .host",
    "pivot_root . .host",
    "mount --rbind .host/dev dev",
    "mount --rbind .host/sys sys",
    "mount -t proc proc proc",
    // What the machine keeps here is no business of a container.
    "mount -t tmpfs -o mode=1777 tmpfs tmp",
    "mount -t tmpfs -o mode=755 tmpfs run",
    "mount -t tmpfs -o mode=1777 tmpfs dev/shm",
    `mkdir -p ${[...new Set(["/run/lock", plan.workingDir, ...folders])].map(quote).join(" ")}`,
    ...(targets.length ? [`touch ${targets.map(quote).join(" ")}`] : []),
    ...mounts.flatMap(({ from, to, directory }) => [
      // The mount before may have been the folder this one goes into.
      `[ -e ${quote(to)} ] || ${directory ? "mkdir -p" : "touch"} ${quote(to)}`,
      `mount --rbind ${quote(`/.host${from}`)} ${quote(to)}`,
    ]),
    ...mounts.filter(({ readOnly }) => readOnly).map(({ to }) => `mount -o remount,bind,ro ${quote(to)}`),
    "umount -l .host && rmdir .host",
    `echo ${quote(plan.hostname)} > /proc/sys/kernel/hostname`,
    `cd ${quote(plan.workingDir)}`,
    "echo executed >&3",
    "exec 3>&-",
    `exec env -i ${[...environment, ...identity(plan.user, plan.group, plan.supplementaryGroups), ...plan.command].map(quote).join(" ")}`,
    "",
  ].join("\n");
}

function quote(word: string): string {
  return /^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

async function untilExecuted(child: ChildProcess, exited: Promise<Exit>, plan: ContainerPlan): Promise<void> {
  const executed = new Promise<true>((resolve) => {
    (child.stdio[3] as Readable).once("data", () => resolve(true));
  });
  const failed = new Promise<Error>((resolve) => child.once("error", resolve));
  const first = await Promise.race([executed, failed, exited]);
  if (first === true) return;
  if (first instanceof Error) throw first;
  const said = readFileSync(plan.log, "utf8").trim().split("\n").at(-1);
  throw new Error(`The container could not be set up: ${said}`);
}

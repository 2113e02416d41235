import { spawn } from "node:child_process";
import { cpuSecondsOf, memoryMiBOf } from "./kernelFigures.js";

/** What a program cost from its start to its end. */
export interface Cost {
  seconds: number;
  /** Time on a core: other than the seconds, it says the same on a busy machine. */
  cpuSeconds: number;
  peakMiB: number;
}

/** Between two looks. The kernel keeps peak and sum, so only what comes after the last look is missed. */
const lookEveryMs = 5;

/**
 * Runs a program to its end, without its output, and measures it.
 *
 * @throws Error when it ends with another exit code than those expected.
 */
export async function measured(
  command: string,
  args: readonly string[],
  cwd: string,
  expected: readonly number[] = [0],
): Promise<Cost> {
  const began = performance.now();
  const child = spawn(command, args, { cwd, stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (text: Buffer) => (errors = `${errors}${text.toString()}`.slice(-errorTail)));
  let seen = nothing;
  const timer = setInterval(() => (seen = look(child.pid ?? 0, seen)), lookEveryMs);
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve(code ?? killedCode));
    });
    const seconds = (performance.now() - began) / 1000;
    if (!expected.includes(exitCode)) throw new Error(`${command} ${args.join(" ")} failed:\n${errors}`);
    return { seconds, ...seen };
  } finally {
    clearInterval(timer);
  }
}

const errorTail = 2_000;
/** Ended by a signal, as when memory ran out. */
const killedCode = -1;

type Seen = Pick<Cost, "cpuSeconds" | "peakMiB">;
const nothing: Seen = { cpuSeconds: 0, peakMiB: 0 };

/** What a process has used so far. One that has just ended tells no memory any more, and soon nothing at all. */
function look(pid: number, before: Seen): Seen {
  try {
    return { cpuSeconds: cpuSecondsOf(pid), peakMiB: Math.max(before.peakMiB, memoryMiBOf(pid, "VmHWM")) };
  } catch {
    return before;
  }
}

/** Measures something several times. */
export async function repeated<T>(times: number, measure: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let turn = 0; turn < times; turn++) results.push(await measure());
  return results;
}

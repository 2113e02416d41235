import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** What a program cost from its start to its end. */
export interface Cost {
  seconds: number;
  peakMiB: number;
  exitCode: number;
}

/** Between two looks at its memory. The kernel keeps the peak, so only what grows after the last look is missed. */
const lookEveryMs = 5;

/** Runs a program to its end, without its output, and measures it. */
export async function measured(command: string, args: readonly string[], cwd: string): Promise<Cost> {
  const began = performance.now();
  const child = spawn(command, args, { cwd, stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (text: Buffer) => (errors = `${errors}${text.toString()}`.slice(-errorTail)));
  let peakMiB = 0;
  const timer = setInterval(() => (peakMiB = Math.max(peakMiB, peakOf(child.pid ?? 0))), lookEveryMs);
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve(code ?? killedCode));
    });
    const seconds = (performance.now() - began) / 1000;
    if (exitCode === killedCode || exitCode > 100) throw new Error(`${command} ${args.join(" ")} failed:\n${errors}`);
    return { seconds, peakMiB, exitCode };
  } finally {
    clearInterval(timer);
  }
}

const errorTail = 2_000;
/** Ended by a signal, as when memory ran out. */
const killedCode = -1;

/** The most memory a process has had resident so far; 0 when it is gone. */
export function peakOf(pid: number): number {
  try {
    const peakKiB = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(peakKiB ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Measures something several times. */
export async function repeated<T>(times: number, measure: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let turn = 0; turn < times; turn++) results.push(await measure());
  return results;
}

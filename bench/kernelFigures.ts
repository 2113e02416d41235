import { readdirSync, readFileSync } from "node:fs";

/** The unit in which Linux tells a process's time, on every platform Node runs on. */
const ticksPerSecond = 100;

/** Time on a core so far: the process's own and the kernel's on its behalf, also of children it has waited for. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The command's name comes second, in brackets, and may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return ticks / ticksPerSecond;
}

/**
 * Time on a core so far of the threads that live, to the nanosecond: for short spells of a program that keeps its threads,
 * as Envoy does. The other count goes by hundredths of a second.
 */
export function cpuSecondsOfThreads(pid: number): number {
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]),
  );
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e9;
}

/** Memory of a process: resident now (`VmRSS`), or the most it ever was (`VmHWM`). */
export function memoryMiBOf(pid: number, what: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`^${what}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0) / 1024;
}

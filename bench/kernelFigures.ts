import { readFileSync } from "node:fs";

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

/** Memory of a process: resident now (`VmRSS`), or the most it ever was (`VmHWM`). */
export function memoryMiBOf(pid: number, what: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`^${what}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0) / 1024;
}

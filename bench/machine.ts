import { cpus, loadavg, release, totalmem, type } from "node:os";

/** What the figures were taken on. */
export function machine(): Record<string, string> {
  const [processor] = cpus();
  return {
    processor: `${processor?.model.trim() ?? "not known"}, ${cpus().length} cores`,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    kernel: `${type()} ${release()}`,
    node: process.version,
  };
}

/** How many processes wanted a core in the last minute, on average. */
export const load = (): number => loadavg()[0] ?? 0;

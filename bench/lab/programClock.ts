import { ObservedProcess, processesNamed } from "./processes.js";

/** Programs that work on a change, by what a reader knows them as. */
const programs = {
  engine: "pulumi",
  provider: "pulumi-resource-kubernetes",
  "API server": "kube-apiserver",
  etcd: "etcd",
  istiod: "pilot-discovery",
  proxies: "envoy",
  Calico: "calico-felix",
} as const;
/** This process runs the program under the engine. */
const own = "program";

export type ProgramName = keyof typeof programs | typeof own;
export const programNames = [...(Object.keys(programs) as (keyof typeof programs)[]), own] as const;

/** Between two looks: what a program uses after the last look before its end is missed. */
const lookEveryMs = 100;

/** Runs something and tells how long each program was on a core for it. */
export async function cpuByProgram<T>(run: () => Promise<T>): Promise<{ result: T; cpu: Map<ProgramName, number> }> {
  const before = cpuByPid();
  const ownBefore = process.cpuUsage();
  const seen = new Map(before);
  const look = (): void => cpuByPid().forEach((cpu, pid) => seen.set(pid, cpu));
  const timer = setInterval(look, lookEveryMs);
  try {
    const result = await run();
    look();
    const cpu = new Map<ProgramName, number>(programNames.map((name) => [name, 0]));
    for (const [pid, { name, seconds }] of seen)
      cpu.set(name, (cpu.get(name) ?? 0) + seconds - (before.get(pid)?.seconds ?? 0));
    const { user, system } = process.cpuUsage(ownBefore);
    return { result, cpu: cpu.set(own, (user + system) / 1e6) };
  } finally {
    clearInterval(timer);
  }
}

function cpuByPid(): Map<number, { name: ProgramName; seconds: number }> {
  const all = new Map<number, { name: ProgramName; seconds: number }>();
  for (const [pid, program] of processesNamed(Object.values(programs))) {
    const [name] = Object.entries(programs).find(([, each]) => each === program) ?? [];
    const seconds = secondsOf(pid);
    if (name && seconds !== undefined) all.set(pid, { name: name as ProgramName, seconds });
  }
  return all;
}

function secondsOf(pid: number): number | undefined {
  try {
    return new ObservedProcess(pid).cpuSeconds();
  } catch {
    return undefined; // it has ended meanwhile
  }
}

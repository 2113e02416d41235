import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { netnsPath } from "../../lab/node/podNetwork.js";
import { cpuSecondsOf, cpuSecondsOfThreads, memoryMiBOf } from "../kernelFigures.js";

/** A program that runs, by what the kernel tells of it. */
export class ObservedProcess {
  constructor(readonly pid: number) {}

  /** Time on a core so far. */
  cpuSeconds(): number {
    return cpuSecondsOf(this.pid);
  }

  /** The same, to the nanosecond, of a program that keeps its threads. */
  cpuSecondsOfThreads(): number {
    return cpuSecondsOfThreads(this.pid);
  }

  residentMiB(): number {
    return memoryMiBOf(this.pid, "VmRSS");
  }

  /** The most it was since it began. */
  peakMiB(): number {
    return memoryMiBOf(this.pid, "VmHWM");
  }
}

/** The program of this name in a pod's network. */
export function processOfPod(podUid: string, program: string): ObservedProcess {
  const network = `net:[${statSync(netnsPath(podUid)).ino}]`;
  const pid = [...processesNamed([program]).keys()].find((each) => linkOf(each) === network);
  if (pid === undefined) throw new Error(`No ${program} runs in the pod ${podUid}.`);
  return new ObservedProcess(pid);
}

/** Processes of programs of these names, with the name of each. */
export function processesNamed(programs: readonly string[]): Map<number, string> {
  const names = new Map(programs.map((program) => [program.slice(0, keptLength), program]));
  const all = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
  const named = all.flatMap((entry) => {
    const program = names.get(commandOf(Number(entry)));
    return program ? [[Number(entry), program] as const] : [];
  });
  return new Map(named);
}

/** Characters of a name that the kernel keeps. */
const keptLength = 15;

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return ""; // it has ended meanwhile
  }
}

function linkOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return "";
  }
}

import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { netnsPath } from "../../lab/node/network.js";
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
}

/** The program of this name in a pod's network. */
export function processOfPod(podUid: string, program: string): ObservedProcess {
  const network = `net:[${statSync(netnsPath(podUid)).ino}]`;
  const pid = processesNamed(program).find((each) => linkOf(each) === network);
  if (pid === undefined) throw new Error(`No ${program} runs in the pod ${podUid}.`);
  return new ObservedProcess(pid);
}

function processesNamed(program: string): number[] {
  // The kernel keeps fifteen characters of a name.
  const name = program.slice(0, 15);
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => commandOf(pid) === name);
}

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

import { readdir, readFile, readlink } from "node:fs/promises";

/** Kills the pulumi commands this process started for one stack, with no time to tidy up. */
export async function killEngines(pulumiBin: string, stackName: string): Promise<void> {
  for (const child of await childrenOfThisProcess()) {
    const [program, command] = await Promise.all([
      readlink(`/proc/${child}/exe`).catch(() => ""),
      readFile(`/proc/${child}/cmdline`, "utf8").catch(() => ""),
    ]);
    if (program === pulumiBin && command.split("\0").includes(stackName)) process.kill(child, "SIGKILL");
  }
}

async function childrenOfThisProcess(): Promise<number[]> {
  const threads = await readdir("/proc/self/task");
  const lists = await Promise.all(threads.map((thread) => readFile(`/proc/self/task/${thread}/children`, "utf8")));
  return lists.join(" ").split(/\s+/).filter(Boolean).map(Number);
}

import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** Set for the process inside; its value is of no meaning. */
const insideVariable = "MESH_EGRESS_LAB_HOST";

/** Whether this process already runs on the lab's own host. */
export function insideLabHost(): boolean {
  return process.env[insideVariable] !== undefined;
}

/** What the process outside tells the one inside. */
export type OutsideMessage = { initPid: number } | { end: true };

/**
 * Runs this same program, with the same arguments, in namespaces of its own, and returns its exit code.
 * All that runs in there dies with it: the namespaces' first process is killed with `unshare`, which is killed with this one.
 */
export async function reenterInLabHost(): Promise<number> {
  const namespaces = ["--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "--mount-proc"];
  // The first process of a PID namespace must reap orphans: bash does, node does not.
  const init = ["bash", "-c", '"$@"; exit $?', "lab-init"];
  const self = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const outermost = spawn("setpriv", ["--pdeathsig", "KILL", "unshare", ...namespaces, ...init, ...self], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, [insideVariable]: "1" },
  });
  const exit = new Promise<number>((resolve, reject) => {
    outermost.once("error", reject);
    outermost.once("exit", (code) => resolve(code ?? 1));
  });
  // A terminal sends Ctrl-C to both sides; the one inside ends, and this one waits for it.
  process.on("SIGINT", () => undefined);
  for (const signal of ["SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => outermost.send({ end: true } satisfies OutsideMessage));
  const initPid = await onlyChild(outermost.pid ?? 0);
  if (initPid) outermost.send({ initPid } satisfies OutsideMessage);
  return exit;
}

/** The child of `unshare`: the first process inside, by its number on this side. */
async function onlyChild(pid: number): Promise<number | undefined> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
    if (children.trim()) return Number(children.trim().split(" ")[0]);
    await sleep(10);
  }
  return undefined;
}

import { cacheFolder } from "../servers/cache.js";
import { ensureServers, locateServers, type ServerProgress, type Servers } from "../servers/servers.js";
import { enterScript, labFolder, logFolder, prepareMounts, prepareShell, serversFolder } from "./mounts.js";
import { prepareNode } from "./hostNetwork.js";
import { Processes } from "./processes.js";
import { insideLabHost, reenterInLabHost, type OutsideMessage } from "./reenter.js";

export {
  addOutsideMachine,
  addresses,
  attachNamespace,
  detachNamespace,
  nodeName,
  type RoutedNamespace,
} from "./hostNetwork.js";
export { kubeconfigFile } from "./mounts.js";
export { LabProcess, Processes, type Exit, type ProcessOptions } from "./processes.js";
export { until } from "./readiness.js";

/** The private machine the lab runs on. */
export interface LabHost {
  /** For files of this run: in memory, gone with the lab. */
  readonly folder: string;
  /** Where processes write their logs. */
  readonly logs: string;
  readonly servers: Servers;
  readonly processes: Processes;
  /** Opens a shell in here from another terminal; a command may follow. */
  readonly enterCommand: string;
  /** Called before the host goes down, last registered first; also after Ctrl-C. */
  onClose(action: () => Promise<void> | void): void;
}

/**
 * Runs `main` on a host of its own and exits with the code it returns.
 * The program is started twice: outside, to install servers and wait, and inside; so do nothing of weight before this call.
 */
export async function runInLabHost(
  main: (host: LabHost) => Promise<number>,
  progress: (step: ServerProgress) => void,
): Promise<never> {
  if (!insideLabHost()) {
    const outside = ensureServers({ progress }).then(() => reenterInLabHost());
    process.exit(await outside.catch(failed));
  }
  const closing: (() => Promise<void> | void)[] = [];
  const end = async (code: number): Promise<never> => {
    for (const action of closing.splice(0).reverse()) await Promise.resolve(action()).catch(report);
    process.exit(code); // the namespaces, and all that runs in them, go with this process
  };
  endOnSignals(end);
  const run = openHost((action) => closing.push(action)).then(main);
  return end(await run.catch(failed));
}

function report(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
}

function failed(error: unknown): number {
  report(error);
  return 1;
}

/** The shell's convention for a program ended by Ctrl-C: 128 + SIGINT. */
const interruptedCode = 130;

function endOnSignals(end: (code: number) => Promise<never>): void {
  let ending = false;
  const interrupted = (): void => {
    if (ending) process.exit(interruptedCode); // asked twice: do not wait for closing actions
    ending = true;
    void end(interruptedCode);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupted);
  process.on("message", (message: OutsideMessage) => "end" in message && interrupted());
  process.on("disconnect", interrupted);
}

async function openHost(onClose: LabHost["onClose"]): Promise<LabHost> {
  const initPid = await new Promise<number>((resolve) => {
    process.on("message", (message: OutsideMessage) => "initPid" in message && resolve(message.initPid));
  });
  await prepareMounts(cacheFolder());
  await prepareNode();
  const servers = locateServers(serversFolder);
  await prepareShell(servers);
  const enterCommand = `nsenter -t ${initPid} -m -n -p -u -i ${enterScript}`;
  return { folder: labFolder, logs: logFolder, servers, processes: new Processes(logFolder), enterCommand, onClose };
}

import type { V1Pod } from "@kubernetes/client-node";
import type { Tried } from "../agreement/compare.js";
import { machineAddresses, type MachineName } from "../outside/outside.js";
import { addressOf, type Stage, type Who } from "../scenarios/stage.js";
import type { Diallers, Language, Seen, Through } from "./diallers.js";

/** A server outside, as a client knows it. */
export interface Server {
  readonly host: string;
  readonly port: number;
  readonly machine: MachineName;
  readonly speaks: Language;
}

/** Tries one connection, by name; around the sidecar by the server's own address, as an attacker would. */
export async function tryOne(
  stage: Stage,
  diallers: Diallers,
  who: Who,
  through: Through,
  server: Server,
  { timeoutMs, gateway }: { timeoutMs: number; gateway: Who },
): Promise<Tried> {
  const { namespace, workload, serviceAccount, hasSidecar } = stage.identity(who);
  const { host, port, speaks, machine } = server;
  const known = machineAddresses[machine];
  const address = through === "bypass" ? { address: known } : {};
  const seen = await diallers.dial(stage.pod(who), through, { host, port, known, speaks, timeoutMs, ...address });
  return {
    from: { namespace, workload, serviceAccount },
    to: { host, port },
    through: hasSidecar ? through : "bypass",
    seen: verdictOf(seen, machine),
    ...pathOf(seen, stage.agent.podsOf(gateway.namespace, gateway.labels)),
    said: seen.said,
  };
}

function verdictOf({ stage, said }: Seen, machine: MachineName): Tried["seen"] {
  if (stage === "nothing") return "blocked";
  if (stage === "handshake") return "handshake";
  return said.startsWith(`${machine} `) ? "answers" : "misrouted";
}

/** The last word of an answer is the address the server saw. */
function pathOf({ stage, said }: Seen, gateways: readonly V1Pod[]): Pick<Tried, "path"> {
  if (stage !== "answer") return {};
  const address = said.split(" ").at(-1);
  return { path: gateways.some((pod) => addressOf(pod) === address) ? "gateway" : "direct" };
}

import { setTimeout as sleep } from "node:timers/promises";
import type { Probe } from "../probes/probe.js";
import { OpenConnections } from "./openConnections.js";
import type { QueryStream } from "./queryStream.js";
import { client, databaseHost, stockHost } from "./setting.js";
import { connectionsIn, firstFailure, isHealed, outagesOf, type StreamEvent, told } from "./streamReport.js";

/** The gateway's drain time in this scenario; its default of 45 s would only make it longer. */
export const drainSeconds = 5;
/** Connections of a replaced filter chain live for the drain time; istiod's debounce comes on top. */
const drainLimitSeconds = drainSeconds + 10;
/** A client that connects again at once finds the gateway there. */
const reconnectLimitSeconds = 3;

/** Of two databases the client loses the right to one. */
export const connections = new OpenConnections(client, { denied: databaseHost, allowed: stockHost });

export const deniedIsCut: Probe = {
  observation: "policy",
  title: "the open connection to the database it lost",
  expected: `is cut after the drain time of ${drainSeconds} s, and none comes after it`,
  run: async () => {
    const events = await afterDraining(connections.to("denied"));
    const failure = firstFailure(events);
    return {
      passed: failure !== undefined && connectionsIn(events) === 1,
      seen: endOf(events),
      evidence: JSON.stringify(failure ?? {}),
    };
  },
};

/** Envoy replaces every filter chain of the gateway with each change of its policies, for each chain holds the rules of all. */
export const allowedIsHealed: Probe = {
  observation: "policy",
  title: "the open connection to the database it kept",
  expected: `is answered again within ${reconnectLimitSeconds} s when it ends`,
  run: async () => {
    const events = await afterDraining(connections.to("allowed"));
    const outages = outagesOf(events);
    return {
      passed: outages.every((outage) => isHealed(outage, reconnectLimitSeconds)),
      seen: `${endOf(events)}; ${told(outages)}`,
      evidence: JSON.stringify(firstFailure(events) ?? {}),
    };
  },
};

/** Waits until the connection has ended and its client has had time to connect again, or until it should have ended. */
async function afterDraining(stream: QueryStream): Promise<StreamEvent[]> {
  const deadline = connections.changedAt + drainLimitSeconds * 1000;
  while (Date.now() < deadline && !firstFailure(await stream.events())) await sleep(500);
  await sleep(reconnectLimitSeconds * 1000);
  return stream.stop();
}

function endOf(events: readonly StreamEvent[]): string {
  const failure = firstFailure(events);
  return failure
    ? `cut ${connections.sinceChange(failure)} s after the up that changed it`
    : `still open ${drainLimitSeconds} s after the up that changed it`;
}

import { setTimeout as sleep } from "node:timers/promises";
import type { Probe } from "../probes/probe.js";
import { OpenConnections } from "./openConnections.js";
import type { QueryStream } from "./queryStream.js";
import { client, databaseHost, stockHost } from "./faultsSetting.js";
import { connectionsIn, firstFailure, type StreamEvent } from "./streamReport.js";

/** The gateway's drain time in this scenario; its default of 45 s would only make it longer. */
export const drainSeconds = 5;
/** Connections of a replaced filter chain live for the drain time; istiod's debounce comes on top. */
const drainLimitSeconds = drainSeconds + 10;
/** A client that may connect again has done so within this time. */
const reconnectSeconds = 3;

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

/** Each database's filter chain holds its own list of clients, so a change of one leaves the others' connections alone. */
export const allowedIsUntouched: Probe = {
  observation: "policy",
  title: "the open connection to the database that its whole namespace may use, while another is added",
  expected: `still the same connection ${drainLimitSeconds} s after the up`,
  run: async () => {
    const stream = connections.to("allowed");
    await sleep(Math.max(0, connections.changedAt + drainLimitSeconds * 1000 - Date.now()));
    const events = await stream.stop();
    const failure = firstFailure(events);
    return {
      passed: failure === undefined && connectionsIn(events) === 1,
      seen: endOf(events),
      evidence: JSON.stringify(failure ?? {}),
    };
  },
};

/** Waits until the connection has ended and its client has tried to connect again, or until it should have ended. */
async function afterDraining(stream: QueryStream): Promise<StreamEvent[]> {
  const deadline = connections.changedAt + drainLimitSeconds * 1000;
  while (Date.now() < deadline && !firstFailure(await stream.events())) await sleep(500);
  await sleep(reconnectSeconds * 1000);
  return stream.stop();
}

function endOf(events: readonly StreamEvent[]): string {
  const failure = firstFailure(events);
  return failure
    ? `cut ${connections.sinceChange(failure)} s after the up that changed it`
    : `still open ${drainLimitSeconds} s after the up that changed it`;
}

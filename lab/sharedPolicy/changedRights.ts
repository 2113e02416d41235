import { setTimeout as sleep } from "node:timers/promises";
import { OpenConnections } from "../faults/openConnections.js";
import type { QueryStream } from "../faults/queryStream.js";
import { connectionsIn, firstFailure, type StreamEvent } from "../faults/streamReport.js";
import type { Probe } from "../probes/probe.js";
import { buyer, drainSeconds, hosts } from "./sharedPolicySetting.js";

/** A replaced filter chain is gone after the drain time; istiod's debounce comes on top. */
const watchedSeconds = drainSeconds + 10;

/** The buyer loses the right to one of two databases, and a third is added. */
export const connections = new OpenConnections(buyer, { lost: hosts.rds, kept: hosts.stock });

export const lostIsCut: Probe = {
  observation: "c",
  title: "the open connection to the database the client lost is cut",
  expected: `after the drain time of ${drainSeconds} s, and none comes after it`,
  run: async () => {
    const events = await watched(connections.to("lost"));
    return { passed: firstFailure(events) !== undefined && connectionsIn(events) === 1, seen: summaryOf(events) };
  },
};

export const keptIsUntouched: Probe = {
  observation: "c",
  title: "the open connection to the database it kept is not touched, nor by the database that is added",
  expected: `still the same connection after ${watchedSeconds} s`,
  run: async () => {
    const events = await watched(connections.to("kept"));
    return { passed: firstFailure(events) === undefined && connectionsIn(events) === 1, seen: summaryOf(events) };
  },
};

async function watched(stream: QueryStream): Promise<StreamEvent[]> {
  await sleep(Math.max(0, connections.changedAt + watchedSeconds * 1000 - Date.now()));
  return stream.stop();
}

function summaryOf(events: readonly StreamEvent[]): string {
  const count = connectionsIn(events);
  const failure = firstFailure(events);
  const end = failure
    ? `first failure ${connections.sinceChange(failure)} s after the up`
    : `no failure for ${watchedSeconds} s after the up`;
  return `${count} connection${count === 1 ? "" : "s"}, ${end}`;
}

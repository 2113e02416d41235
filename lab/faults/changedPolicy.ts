import { setTimeout as sleep } from "node:timers/promises";
import type { LabStack, OperationResult } from "../engine/index.js";
import type { Probe } from "../probes/probe.js";
import type { Stage } from "../scenarios/stage.js";
import { QueryStream } from "./queryStream.js";
import { client, databaseHost, stockHost } from "./setting.js";
import { answersOf, isHealed, outagesOf, type StreamEvent, told } from "./streamReport.js";

/** The gateway's drain time in this scenario; its default of 45 s would only make it longer. */
export const drainSeconds = 5;
/** Connections of a replaced filter chain live for the drain time; istiod's debounce comes on top. */
const drainLimitSeconds = drainSeconds + 10;
/** A client that connects again at once finds the gateway there. */
const reconnectLimitSeconds = 3;

/** A client's connections to two databases, open while it loses the right to one, and what became of each. */
export class OpenConnections {
  private toDenied: QueryStream | undefined;
  private toAllowed: QueryStream | undefined;
  private changedAt = 0;

  /** Opens them, then changes the stack. */
  readonly up = async (stack: LabStack, stage: Stage): Promise<OperationResult> => {
    this.toDenied = await QueryStream.start(stage, client, databaseHost);
    this.toAllowed = await QueryStream.start(stage, client, stockHost);
    const result = await stack.up();
    this.changedAt = Date.now();
    return result;
  };

  readonly denied: Probe = {
    observation: "policy",
    title: "the open connection to the database it lost",
    expected: `is cut after the drain time of ${drainSeconds} s, and none comes after it`,
    run: async () => {
      const events = await this.afterDraining(this.toDenied);
      const connections = new Set(answersOf(events).map(({ connection }) => connection));
      return {
        passed: events.some(isFailure) && connections.size === 1,
        seen: this.firstFailure(events),
        evidence: JSON.stringify(events.find(isFailure) ?? {}),
      };
    },
  };

  /** Envoy replaces every filter chain of the gateway with each change of its policies, for each chain holds the rules of all. */
  readonly allowed: Probe = {
    observation: "policy",
    title: "the open connection to the database it kept",
    expected: `is answered again within ${reconnectLimitSeconds} s when it ends`,
    run: async () => {
      const events = await this.afterDraining(this.toAllowed);
      const outages = outagesOf(events);
      return {
        passed: outages.every((outage) => isHealed(outage, reconnectLimitSeconds)),
        seen: `${this.firstFailure(events)}; ${told(outages)}`,
        evidence: JSON.stringify(events.find(isFailure) ?? {}),
      };
    },
  };

  /** Waits until the connection has ended and its client has had time to connect again, or until it should have ended. */
  private async afterDraining(stream: QueryStream | undefined): Promise<StreamEvent[]> {
    if (!stream) throw new Error("The connection was never opened: the step's up did not run.");
    const deadline = this.changedAt + drainLimitSeconds * 1000;
    while (Date.now() < deadline && !(await stream.events()).some(isFailure)) await sleep(500);
    await sleep(reconnectLimitSeconds * 1000);
    return stream.stop();
  }

  private firstFailure(events: readonly StreamEvent[]): string {
    const failure = events.find(isFailure);
    if (!failure) return `still open ${drainLimitSeconds} s after the up that changed it`;
    return `cut ${((failure.at - this.changedAt) / 1000).toFixed(1)} s after the up that changed it`;
  }
}

function isFailure(event: StreamEvent): boolean {
  return "failure" in event;
}

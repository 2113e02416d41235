import { setTimeout as sleep } from "node:timers/promises";
import type { LabStack, OperationResult } from "../engine/index.js";
import { QueryStream } from "../faults/queryStream.js";
import { answersOf, type StreamEvent } from "../faults/streamReport.js";
import type { Probe } from "../probes/probe.js";
import type { Stage } from "../scenarios/stage.js";
import { buyer, drainSeconds, hosts } from "./setting.js";

/** A replaced filter chain is gone after the drain time; istiod's debounce comes on top. */
const watchedSeconds = drainSeconds + 10;

/** The buyer's connections to two databases while it loses the right to one, and a third is added. */
export class OpenConnections {
  private lost: QueryStream | undefined;
  private kept: QueryStream | undefined;
  private changedAt = 0;

  /** Opens them, then changes the stack. */
  readonly up = async (stack: LabStack, stage: Stage): Promise<OperationResult> => {
    [this.lost, this.kept] = await Promise.all([
      QueryStream.start(stage, buyer, hosts.rds),
      QueryStream.start(stage, buyer, hosts.stock),
    ]);
    const result = await stack.up();
    this.changedAt = Date.now();
    return result;
  };

  readonly probes: readonly Probe[] = [
    {
      observation: "c",
      title: "the open connection to the database the client lost is cut",
      expected: `after the drain time of ${drainSeconds} s, and none comes after it`,
      run: async () => {
        const events = await this.watched(this.lost);
        const { connections, seen } = this.told(events);
        return { passed: events.some(isFailure) && connections === 1, seen };
      },
    },
    {
      observation: "c",
      title: "the open connection to the database it kept is not touched, nor by the database that is added",
      expected: `still the same connection after ${watchedSeconds} s`,
      run: async () => {
        const events = await this.watched(this.kept);
        const { connections, seen } = this.told(events);
        return { passed: !events.some(isFailure) && connections === 1, seen };
      },
    },
  ];

  private async watched(stream: QueryStream | undefined): Promise<StreamEvent[]> {
    if (!stream) throw new Error("The connection was never opened: the step's up did not run.");
    await sleep(Math.max(0, this.changedAt + watchedSeconds * 1000 - Date.now()));
    return stream.stop();
  }

  private told(events: readonly StreamEvent[]): { connections: number; seen: string } {
    const connections = new Set(answersOf(events).map(({ connection }) => connection)).size;
    const failure = events.find(isFailure);
    const end = failure
      ? `first failure ${((failure.at - this.changedAt) / 1000).toFixed(1)} s after the up`
      : `no failure for ${watchedSeconds} s after the up`;
    return { connections, seen: `${connections} connection${connections === 1 ? "" : "s"}, ${end}` };
  }
}

function isFailure(event: StreamEvent): boolean {
  return "failure" in event;
}

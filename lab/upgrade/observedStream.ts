import { setTimeout as sleep } from "node:timers/promises";
import { QueryStream } from "../faults/queryStream.js";
import { answersOf, connectionsIn, isHealed, outagesOf, type StreamEvent, summaryOf } from "../faults/streamReport.js";
import type { LabStack } from "../engine/stack.js";
import type { OperationResult } from "../engine/events.js";
import type { Finding } from "../probes/probe.js";
import { addressOf, type Stage } from "../scenarios/stage.js";
import { buyer, host } from "./upgradeSetting.js";

/** What follows an `up` at once, such as a connection that is drained late, shows within this time. */
const aftermathMs = 3_000;
/** The longest of all steps, on a machine that is busy. */
const longestMs = 300_000;

/** A client's queries through the gateway while an `up` is under way, and a little longer. */
export class ObservedStream {
  private stage?: Stage;
  private events: readonly StreamEvent[] = [];
  private replaced = 0;

  readonly up = async (stack: LabStack, stage: Stage): Promise<OperationResult> => {
    const before = addressesOf(stage);
    const stream = await QueryStream.start(stage, buyer, host, longestMs);
    const result = await stack.up();
    await sleep(aftermathMs);
    this.events = await stream.stop();
    const after = addressesOf(stage);
    this.replaced = before.filter((address) => !after.includes(address)).length;
    return result;
  };

  /** Not one query was lost, on one connection. */
  untouched(): Finding {
    const outages = outagesOf(this.events);
    const connections = connectionsIn(this.events);
    return { passed: outages.length === 0 && connections === 1, seen: this.seen(), evidence: this.evidence() };
  }

  /** What a rolling restart of the gateway costs: at most one failure for each pod that was replaced. */
  restarted(limitSeconds: number): Finding {
    const outages = outagesOf(this.events);
    const failures = outages.flatMap((outage) => outage.failures).length;
    const passed =
      this.replaced > 0 && failures <= this.replaced && outages.every((outage) => isHealed(outage, limitSeconds));
    return { passed, seen: `${this.seen()}; ${this.replaced} gateway pods replaced`, evidence: this.evidence() };
  }

  private seen(): string {
    const seconds = ((this.events.at(-1)?.at ?? 0) - (this.events[0]?.at ?? 0)) / 1000;
    return `${answersOf(this.events).length} answers in ${seconds.toFixed(0)} s on ${connectionsIn(this.events)} connections, ${summaryOf(outagesOf(this.events))}`;
  }

  private evidence(): string {
    return outagesOf(this.events)
      .flatMap(({ failures }) => failures)
      .join("; ");
  }
}

const addressesOf = (stage: Stage): string[] => stage.gatewayPods().map(addressOf);

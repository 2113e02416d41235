import { setTimeout as sleep } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import { count } from "mesh-access/output";
import { QueryStream } from "../faults/queryStream.js";
import { answersOf, connectionsIn, isHealed, outagesOf, type StreamEvent, summaryOf } from "../faults/streamReport.js";
import type { LabStack } from "../engine/stack.js";
import type { OperationResult } from "../engine/events.js";
import type { Finding } from "../probes/probe.js";
import { gatewayPods, type Stage } from "../scenarios/stage.js";
import { buyer, host } from "./upgradeSetting.js";

/** What follows an `up` at once shows within this time. */
const aftermathMs = 3_000;
/** A gateway pod may take a minute to end, until the connections that it carries have ended. */
const endingMs = 90_000;
/** The longest of all steps, on a machine that is busy. */
const longestMs = 300_000;

/** A client's queries through the gateway while an `up` is under way, until the gateway pods that it replaces have ended. */
export class ObservedStream {
  private events: readonly StreamEvent[] = [];
  private replaced = 0;

  readonly up = async (stack: LabStack, stage: Stage): Promise<OperationResult> => {
    const before = stage.gatewayPods();
    const stream = await QueryStream.start(stage, buyer, host, longestMs);
    const result = await stack.up();
    const after = new Set(stage.gatewayPods().map(nameOf));
    const replaced = before.map(nameOf).filter((name) => !after.has(name));
    await Promise.all(replaced.map((name) => hasEnded(stage, name)));
    await sleep(aftermathMs);
    this.events = await stream.stop();
    this.replaced = replaced.length;
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
    return `${answersOf(this.events).length} answers in ${seconds.toFixed(0)} s on ${count(connectionsIn(this.events), "connection")}, ${summaryOf(outagesOf(this.events))}`;
  }

  private evidence(): string {
    return outagesOf(this.events)
      .flatMap(({ failures }) => failures)
      .join("; ");
  }
}

const nameOf = ({ metadata }: V1Pod): string => metadata?.name ?? "";

async function hasEnded(stage: Stage, pod: string): Promise<void> {
  const wait = ["--for=delete", "--timeout", `${endingMs / 1000}s`];
  await stage.kubectl(["wait", "-n", gatewayPods.namespace, `pod/${pod}`, ...wait]);
}

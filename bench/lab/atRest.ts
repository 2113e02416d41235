import { setTimeout as sleep } from "node:timers/promises";
import { settled } from "../../lab/scenarios/settled.js";
import type { Testbed } from "./testbed.js";

/** istiod uses less of a core than this when there is nothing to send. */
const restingShare = 0.1;
/** A thousand pasted recipes keep istiod and the gateway busy for a minute. */
const patienceMs = 300_000;

/** Waits until istiod has nothing left to do, and every proxy has taken over what it sent. */
export async function atRest(testbed: Testbed): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (let busy = 1; busy > restingShare && performance.now() < deadline;) {
    const before = testbed.istiodCpuSeconds();
    await sleep(1_000);
    busy = testbed.istiodCpuSeconds() - before;
  }
  await settled(testbed.stage, { patienceMs: Math.max(0, deadline - performance.now()) });
}

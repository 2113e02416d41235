import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../host/labHost.js";
import type { LabStack } from "../engine/stack.js";
import type { OperationResult } from "../engine/events.js";
import type { Stage } from "../scenarios/stage.js";
import { gatewayPods } from "../scenarios/stage.js";

/** The engine is killed in the midst of a first `up`; what a user does then brings the stack up all the same. */
export async function killedUp(stack: LabStack, stage: Stage): Promise<OperationResult> {
  const first = stack.up().then(
    () => "finished",
    () => "interrupted",
  );
  await until(
    "the gateway to be under way",
    () => stage.kubectl(["get", "-n", gatewayPods.namespace, "deployment", "egressgateway"]),
    {
      timeoutMs: 120_000,
    },
  );
  await stack.kill();
  const outcome = await first;
  if (outcome === "finished") throw new Error("The first up was over before it could be interrupted.");
  await stack.recover();
  return stack.up();
}

/** The API server is killed and started again while an `up` is under way; a second `up` finishes what the first could not. */
export async function upWithoutApiServer(stack: LabStack, stage: Stage): Promise<OperationResult> {
  const first = stack.up().catch((error: Error) => error);
  await sleep(1_500);
  await stage.controlPlane.apiServer.stop("SIGKILL");
  await sleep(2_000);
  await stage.controlPlane.apiServer.start();
  const outcome = await first;
  return outcome instanceof Error ? stack.up() : outcome;
}

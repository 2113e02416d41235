import type { AnalysisOptions, AroundVerdict, Workload, World } from "../model.js";
import { verdictOf } from "./around.js";
import { Network } from "./network.js";
import type { Protocol } from "./policy.js";

/** Whether the network lets a pod of one workload open a connection to a port of another's pods, and which policy says so. */
export function whoCanTalk(
  world: World,
  from: Workload,
  to: Workload,
  port: number,
  { protocol = "TCP", ...options }: AnalysisOptions & { protocol?: Protocol } = {},
): AroundVerdict {
  const { outcome, because } = new Network(world, options).betweenPods(from, to, port, protocol);
  return { verdict: verdictOf[outcome], because };
}

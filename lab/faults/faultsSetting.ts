import { gatewayPods, type Stage, type Who } from "../scenarios/stage.js";
import { query } from "../probes/mysqlClient.js";
import type { Probe } from "../probes/probe.js";
import type { QueryStream } from "./queryStream.js";
import type { V1Pod } from "@kubernetes/client-node";

/** The application whose database connections the faults hit. */
export const shopNamespace = "shop";
export const client: Who = { namespace: shopNamespace, labels: { name: "lbl-k8s-mysql" } };
export const clientDeployment = "k8s-mysql";
export const databaseHost = "rm-example.mysql.rds.aliyuncs.com";
export const stockHost = "rm-stock.mysql.rds.aliyuncs.com";
export const gatewayDeployment = "egressgateway";

/** A new connection is answered. */
export function answers(observation: string, title: string): Probe {
  const expected = { expected: /^(rds|stock)$/m, expectedText: "the database's own name", expect: "answers" } as const;
  return query({ observation, title, who: client, host: databaseHost, ...expected });
}

/** A new connection is refused. */
export function refused(observation: string, title: string): Probe {
  const expected = { expected: /ERROR 2013/, expectedText: "ERROR 2013", expect: "blocked" } as const;
  return query({ observation, title, who: client, host: databaseHost, ...expected });
}

/** The gateway's pod that a stream's connection goes through. */
export async function carrierOf(stage: Stage, stream: QueryStream): Promise<V1Pod> {
  const { through } = await stream.latest();
  const carrier = stage.gatewayPods().find((pod) => pod.status?.podIP === through);
  if (!carrier) throw new Error(`The database's client has the address ${through}, which is no gateway pod's.`);
  return carrier;
}

/** Both replicas of the gateway are ready again. */
export async function gatewayWhole(stage: Stage): Promise<void> {
  await stage.agent.waitReady(gatewayPods.namespace, gatewayPods.labels, { replicas: 2, timeoutMs: 60_000 });
}

import { onLabCluster } from "../scenarios/onLabCluster.js";
import type { Config } from "../scenarios/scenario.js";
import type { Who } from "../scenarios/stage.js";
import { waitingWorkload } from "../scenarios/waitingWorkload.js";

const namespace = "shop";
const workload = (app: string): Who => ({ namespace, labels: { app } });

/** A client that uses its database, one that never does, and a workload that is none. */
export const buyer = workload("buyer");
export const auditor = workload("auditor");
export const visitor = workload("visitor");

export const host = "rm-example.mysql.rds.aliyuncs.com";
export const port = 3306;

export const config: Config = onLabCluster({
  cluster: { cloud: "existing" },
  mesh: { kind: "istio" },
  gateway: { replicas: { min: 1, max: 1 }, drainDuration: "1s" },
  namespaces: [{ name: namespace }],
  databases: [
    { name: "orders", host, protocol: "mysql", clients: [{ namespace, serviceAccounts: ["buyer", "auditor"] }] },
  ],
  workloads: [buyer, auditor, visitor].map(waitingWorkload),
}).config;

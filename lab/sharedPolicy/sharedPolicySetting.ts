import type { Config } from "../scenarios/scenario.js";
import type { Who } from "../scenarios/stage.js";
import { waitingWorkload } from "../scenarios/waitingWorkload.js";

export const buyer: Who = { namespace: "shop", labels: { app: "buyer" } };
/** The buyer's namespace, another service account. */
export const browser: Who = { namespace: "shop", labels: { app: "browser" } };
/** Of another namespace that uses the gateway too, for another database. */
export const keeper: Who = { namespace: "depot", labels: { app: "keeper" } };
/** The buyer's labels and service account in a namespace nobody allowed. */
export const sameLabels: Who = { namespace: "unlisted", labels: { app: "buyer" } };

export const hosts = {
  rds: "rm-example.mysql.rds.aliyuncs.com",
  stock: "rm-stock.mysql.rds.aliyuncs.com",
  /** Dialled in TLS of the client's own, passed through: the gateway does not learn who calls. */
  web: "tls.tls-gateway.db.example.com",
  /** For a whole namespace, on a port of its own. */
  redis: "redis.tcp-gateway-mtls.db.example.com",
};

/** The gateway's drain time; its default of 45 s would only make the scenario longer. */
export const drainSeconds = 5;

export const mysql = (name: string, host: string, clients: object[]): object => ({
  name,
  host,
  protocol: "mysql",
  clients,
});
export const buyers = { namespace: "shop", serviceAccounts: ["buyer"] };
export const keepers = { namespace: "depot", serviceAccounts: ["keeper"] };

export const databases = {
  rds: mysql("rds", hosts.rds, [buyers]),
  stock: mysql("stock", hosts.stock, [buyers, keepers]),
  web: {
    name: "web",
    host: hosts.web,
    protocol: "tls",
    port: 443,
    trafficMode: "tls-gateway",
    clients: [{ namespace: "shop" }],
  },
  redis: { name: "redis", host: hosts.redis, protocol: "redis", gatewayPort: 15600, clients: [{ namespace: "depot" }] },
};

export const config: Config = {
  cluster: { cloud: "existing" },
  mesh: { kind: "istio" },
  gateway: { callersPolicy: "shared", drainDuration: `${drainSeconds}s` },
  namespaces: [{ name: "shop" }, { name: "depot" }],
  databases: Object.values(databases),
  workloads: [buyer, browser, keeper].map(waitingWorkload),
};

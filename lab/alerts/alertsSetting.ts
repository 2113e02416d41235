import type { Config } from "../scenarios/scenario.js";
import type { Who } from "../scenarios/stage.js";
import { waitingWorkload } from "../scenarios/waitingWorkload.js";

export const shop = "shop";
export const ledgerHost = "rm-example.mysql.rds.aliyuncs.com";
export const stockHost = "rm-stock.mysql.rds.aliyuncs.com";
/** May use both databases. */
export const buyer: Who = { namespace: shop, labels: { app: "buyer" } };
/** May use both, too. */
export const seller: Who = { namespace: shop, labels: { app: "seller" } };
/** May use the database that is its whole namespace's alone. */
export const visitor: Who = { namespace: shop, labels: { app: "visitor" } };

/** Applications that connect now and then, each to one database. */
export const [ledgerUser, stockUser] = ["ledger-user", "stock-user"];

/** Most connections of a proxy to the ledger. */
export const ledgerLimit = 20;

/** Prometheus and what is beside it. */
export const monitoring = "monitoring";
export const prometheusPods: Who = { namespace: monitoring, labels: { app: "prometheus" } };

/** Rates are taken over this time, which has five scrapes in it. */
export const windowSeconds = 10;
/** A drain that is over sooner is nothing to report. */
const drainPatienceSeconds = 3;
const drainSeconds = 1;
/** Longer than the gateway's pod takes to be replaced. */
const unusedSeconds = 40;
/** Enough that nothing but many connections reaches it. */
export const descriptorPercent = 10;
/** Of a pod that carries little, most is the agent's memory: some 50 MiB with the proxy's. */
export const memoryPercent = 40;

/** An application that opens a connection every second, and is answered or not. */
function regularUser(name: string, host: string): object {
  const connect = `mariadb --no-defaults -h ${host} -u nobody --skip-ssl --connect-timeout=2 -e 'SELECT 1'`;
  const command = ["sh", "-c", `while :; do ${connect} 2>/dev/null; sleep 1; done`];
  return { ...waitingWorkload({ namespace: shop, labels: { app: name } }), command };
}

const quick = [
  { name: "EgressGatewayNotScraped", for: "5s" },
  { name: "EgressGatewayStatisticsMissing", for: "10s" },
  { name: "EgressDatabaseConnectFailures", for: "5s" },
  { name: "EgressDatabaseConnectionsNearLimit", for: "0s" },
  { name: "EgressDatabaseUnused", for: "0s", threshold: unusedSeconds / 86_400 },
  { name: "EgressGatewayCertificateExpiring", for: "0s" },
  { name: "EgressGatewayMemoryNearLimit", for: "5s", threshold: memoryPercent },
  { name: "EgressGatewayConnectionsNearLimit", for: "0s", threshold: descriptorPercent },
  { name: "EgressGatewayDraining", for: `${drainPatienceSeconds}s` },
  { name: "EgressGatewayVersionSkew", for: "5s" },
];

/** Two databases on one gateway pod, and rules whose times are short. Expressions, names and labels are a user's. */
export const config: Config = {
  cluster: { cloud: "existing" },
  mesh: { kind: "istio" },
  gateway: { replicas: { min: 1, max: 1 }, drainDuration: `${drainSeconds}s` },
  namespaces: [{ name: shop }, { name: monitoring, injection: false }],
  databases: [
    {
      name: "ledger",
      host: ledgerHost,
      protocol: "mysql",
      clients: [{ namespace: shop, serviceAccounts: ["buyer", "seller", ledgerUser] }],
      limits: { maxConnections: ledgerLimit, connectTimeout: "2s" },
    },
    { name: "stock", host: stockHost, protocol: "mysql", clients: [{ namespace: shop }] },
  ],
  network: {
    isolation: { namespaces: [shop], metricsFrom: { namespace: monitoring, labels: prometheusPods.labels } },
  },
  observability: {
    metrics: { enabled: true, namespace: monitoring, window: `${windowSeconds}s`, alerts: quick },
  },
  workloads: [
    waitingWorkload(buyer),
    waitingWorkload(seller),
    waitingWorkload(visitor),
    regularUser(ledgerUser, ledgerHost),
    regularUser(stockUser, stockHost),
  ],
};

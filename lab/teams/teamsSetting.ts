import type { MachineName } from "../outside/outside.js";
import { onLabCluster } from "../scenarios/onLabCluster.js";
import type { Config } from "../scenarios/scenario.js";
import type { Who } from "../scenarios/stage.js";
import { waitingWorkload } from "../scenarios/waitingWorkload.js";

/** A team: its stack's name and tenant, its client, and the server of its database. */
export interface Team {
  readonly name: "shop" | "depot";
  readonly client: Who;
  readonly host: string;
  readonly machine: MachineName;
}

export const shop: Team = {
  name: "shop",
  client: { namespace: "shop", labels: { app: "buyer" } },
  host: "rm-example.mysql.rds.aliyuncs.com",
  machine: "rds",
};
export const depot: Team = {
  name: "depot",
  client: { namespace: "depot", labels: { app: "keeper" } },
  host: "rm-stock.mysql.rds.aliyuncs.com",
  machine: "stock",
};
export const teams = [shop, depot] as const;

/** The port of both teams' databases. */
export const port = 3306;

/** How long a replaced filter chain keeps its connections; the default of 45 s would only make the scenario longer. */
export const drainSeconds = 1;

const cluster = { cloud: "existing" };
const callersPolicy = "shared";
/** One pod of the gateway: how it is scaled is not what is looked at. */
const owned = { callersPolicy, drainDuration: `${drainSeconds}s`, replicas: { min: 1, max: 1 } };

/** The stack of the team that owns mesh and gateway. It has no database. */
export const platformConfig = fitted({ cluster, mesh: { kind: "istio" }, gateway: { install: true, ...owned } });

/** A team's stack: a namespace, a client, and a database that both teams call the same. */
export function teamConfig(team: Team): Config {
  return fitted({
    cluster,
    mesh: { kind: "istio", install: false },
    gateway: { install: false, tenant: team.name, callersPolicy },
    namespaces: [{ name: team.client.namespace }],
    databases: [database("ledger", team)],
    workloads: [waitingWorkload(team.client)],
  });
}

/** One stack with all that the three bring: what it would promise, they have to keep together. */
export const oneStack = fitted({
  cluster,
  mesh: { kind: "istio" },
  gateway: owned,
  namespaces: teams.map(({ client }) => ({ name: client.namespace })),
  databases: teams.map((team) => database(`ledger-of-${team.name}`, team)),
  workloads: teams.map(({ client }) => waitingWorkload(client)),
});

function database(name: string, { client, host }: Team): object {
  const clients = [{ namespace: client.namespace, serviceAccounts: [client.labels["app"]] }];
  return { name, host, protocol: "mysql", clients };
}

function fitted(config: Config): Config {
  return onLabCluster(config).config;
}

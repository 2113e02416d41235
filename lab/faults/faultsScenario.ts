import type { Config, Scenario } from "../scenarios/scenario.js";
import { allowedIsUntouched, connections, deniedIsCut, drainSeconds } from "./changedPolicy.js";
import { gatewayCrash, gatewayRollout, gatewayVanishes, longQueries } from "./gatewayLost.js";
import { killedUp, upWithoutApiServer } from "./interruptedUp.js";
import { istiodBack, stopIstiod, withoutIstiod } from "./istiodDown.js";
import { movedDatabase } from "./movedDatabase.js";
import { answers, databaseHost, refused, shopNamespace, stockHost } from "./faultsSetting.js";

/** @param serviceAccounts its clients. @default the whole namespace */
function database(name: string, host: string, serviceAccounts?: readonly string[]): object {
  return { name, host, protocol: "mysql", clients: [{ namespace: shopNamespace, serviceAccounts }] };
}

const rds = database("rds", databaseHost, ["k8s-mysql"]);
const stock = database("stock", stockHost);
const orders = { ...database("orders", "orders.db.example.com", ["k8s-mysql"]), protocol: "postgres" };

/** The client's right to one database is taken away, and a database is added. */
function withChangedRights(config: Config): Config {
  return { ...config, databases: [database("rds", databaseHost, ["somebody-else"]), stock, orders] };
}

const config: Config = {
  cluster: { cloud: "existing" },
  mesh: { kind: "istio" },
  gateway: { drainDuration: `${drainSeconds}s` },
  namespaces: [{ name: shopNamespace }],
  databases: [rds, stock],
  workloads: [{ kind: "manifests", folder: "examples/mysql", namespace: shopNamespace }],
};

/** What becomes of database connections, and of a deployment, when parts fail. */
export const faultsScenario: Scenario = {
  name: "faults",
  title: "Connections and deployments outlive the faults of single parts",
  config: () => config,
  secrets: async ({ password }) => ({ mysqlRootPassword: password }),
  machines: ["rds", "stock"],
  fixtures: [],
  steps: [
    {
      title: "the engine is killed in the midst of the first up, and up is run again",
      up: killedUp,
      probes: [answers("up", "the stack works as if nothing had been")],
    },
    { title: "istiod is down", act: stopIstiod, probes: withoutIstiod },
    { title: "istiod is back", probes: [istiodBack] },
    { title: "a gateway pod crashes", probes: [gatewayCrash] },
    { title: "a gateway pod vanishes", probes: [gatewayVanishes] },
    { title: "a gateway pod is deleted", probes: [longQueries] },
    { title: "the gateway is rolled out anew", probes: [gatewayRollout] },
    { title: "the database moves", probes: [movedDatabase] },
    {
      title: "the client loses its right to one database of two while it is connected to both",
      config: withChangedRights,
      up: connections.up,
      probes: [refused("policy", "a new connection is refused"), deniedIsCut, allowedIsUntouched],
    },
    {
      title: "the API server restarts during the up that gives the right back",
      up: upWithoutApiServer,
      probes: [answers("up", "the client is answered again")],
    },
  ],
  change: {
    title: "a further client of the database",
    config: (config) => ({ ...config, databases: [database("rds", databaseHost, ["k8s-mysql", "reports"]), stock] }),
    expect: [/^update Gateway .*rds/, /^update EnvoyFilter .*rds/],
  },
};

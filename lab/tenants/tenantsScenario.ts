import { connection } from "../probes/connection.js";
import { gatewayLog } from "../probes/gatewayLog.js";
import type { Probe, Verdict } from "../probes/probe.js";
import { machineAddresses } from "../outside/outside.js";
import type { Config, Scenario } from "../scenarios/scenario.js";
import { gatewayPods, type Who } from "../scenarios/stage.js";
import { waitingWorkload } from "../scenarios/waitingWorkload.js";
import { entry, namespace as otherTeam, route, writes, writesAnew } from "./otherTeam.js";

const buyer: Who = { namespace: "shop", labels: { app: "buyer" } };
const host = "rm-example.mysql.rds.aliyuncs.com";
const toShop = [buyer.namespace];
const toGateway = [gatewayPods.namespace];

function ledger(...serviceAccounts: string[]): object {
  return { name: "ledger", host, protocol: "mysql", clients: [{ namespace: buyer.namespace, serviceAccounts }] };
}

const config: Config = {
  cluster: { cloud: "existing" },
  mesh: { kind: "istio" },
  // What its admission policies refuse, `admission` shows: here is what it was before them, and beside them.
  gateway: { install: true, routeGuard: { enabled: false } },
  namespaces: [{ name: buyer.namespace }],
  databases: [ledger("buyer")],
  workloads: [waitingWorkload(buyer)],
};

type Variation = (stack: Config) => Config;

const withoutDatabase: Variation = (stack) => ({ ...stack, databases: [] });
const importingAll: Variation = (stack) => ({
  ...stack,
  namespaces: [{ name: buyer.namespace, importsFrom: "all" }],
});
const openNetwork: Variation = (stack) => ({ ...stack, network: { isolation: { enabled: false } } });
const both =
  (...variations: Variation[]): Variation =>
  (stack) =>
    variations.reduce((varied, vary) => vary(varied), stack);

function client(observation: string, title: string, expect: Verdict): Probe {
  const to = { host, port: 3306 };
  return connection({ observation, title, from: buyer, protocol: "mysql", to, expect });
}

/** Nobody but the client opens connections to the database's name. */
const knownAsItself = gatewayLog({
  observation: "a",
  title: "the gateway knows it as itself, and leads it to the database",
  expected: `${host} to ${machineAddresses.rds}:3306`,
  find: (line) =>
    line.requested_server_name === host &&
    line.downstream_peer_uri_san === "spiffe://cluster.local/ns/shop/sa/buyer" &&
    line.upstream_host === `${machineAddresses.rds}:3306`,
});

/** Another team's routes and entries for the host of a client's database. */
export const tenantsScenario: Scenario = {
  name: "tenants",
  title: "Another team's routes and entries for the host of a client's database, older and younger",
  config: () => config,
  secrets: async () => ({}),
  machines: ["rds", "stock"],
  fixtures: [{ name: otherTeam, injection: true, workloads: [{ name: "visitor" }] }],
  steps: [
    {
      title: "another team exports a route for the host to the client's namespace, before the database is registered",
      config: withoutDatabase,
      act: writes(route(host, toShop)),
      probes: [client("a", "the client's sidecar does not take it over", "blocked")],
    },
    {
      title: "the database is registered, later than the other team's route",
      probes: [client("a", "the client is answered by its database", "answers"), knownAsItself],
    },
    {
      title: "the client's namespace imports every namespace",
      config: importingAll,
      probes: [client("b", "the other team's older route cuts the client off", "blocked")],
    },
    {
      title: "and no network policy keeps the client from addresses outside",
      config: both(importingAll, openNetwork),
      probes: [client("b", "the other team's server answers in the database's place", "misrouted")],
    },
    {
      title: "the other team exports the route to every namespace",
      config: both(importingAll, openNetwork),
      act: writes(route(host, ["*"])),
      probes: [client("b", "a route that is exported by name comes before it", "answers")],
    },
    {
      title: "the other team's route is younger",
      config: both(importingAll, openNetwork),
      act: writesAnew(route(host, toShop)),
      probes: [client("b", "the older route stays", "answers")],
    },
    {
      title: "another team exports an entry of the host to the client's namespace, before the database is registered",
      config: withoutDatabase,
      act: writesAnew(entry(host, toShop)),
      probes: [client("c", "the client's sidecar does not take it over", "blocked")],
    },
    {
      title: "the database is registered, later than the other team's entry",
      probes: [client("c", "the client is answered by its database", "answers")],
    },
    {
      title: "another team exports an entry of the host to the gateway's namespace, before the database is registered",
      config: withoutDatabase,
      act: writesAnew(entry(host, toGateway)),
      probes: [],
    },
    {
      title: "the database is registered later, and the gateway knows both entries",
      probes: [client("d", "the gateway leads the client to the older entry's server (a hole)", "misrouted")],
    },
    {
      title: "the other team's entry is gone",
      act: writesAnew([]),
      probes: [client("d", "the client is answered by its database", "answers")],
    },
  ],
  change: {
    title: "a further client of the database",
    config: (stack) => ({ ...stack, databases: [ledger("buyer", "seller")] }),
    expect: [/^update Gateway .*ledger/, /^update EnvoyFilter .*ledger/],
  },
};

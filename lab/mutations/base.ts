import type { AnalysisOptions } from "mesh-access";
import { blueprintOf } from "../../components/blueprint.js";
import type { Manifest } from "../../components/manifest.js";
import { loadSettings } from "../../settings/load.js";
import { addresses } from "../host/labHost.js";
import { machineAddresses, type MachineName } from "../outside/outside.js";
import type { Who } from "../scenarios/stage.js";

/** A database of the configuration everything is a variation of. */
export interface BaseDatabase {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly machine: MachineName;
  readonly speaks: "mysql" | "https";
}

/** Two on MySQL's port by the mesh's own TLS, one with the client's TLS through the gateway, one without a gateway. */
export const databases: readonly BaseDatabase[] = [
  { name: "orders", host: "rm-example.mysql.rds.aliyuncs.com", port: 3306, machine: "rds", speaks: "mysql" },
  { name: "stock", host: "rm-stock.mysql.rds.aliyuncs.com", port: 3306, machine: "stock", speaks: "mysql" },
  { name: "vault", host: "far.direct.example.com", port: 443, machine: "archive", speaks: "https" },
  { name: "site", host: "tls.tls-direct.db.example.com", port: 443, machine: "web", speaks: "https" },
];

/** Clients of a service account each, an unauthorized client with a sidecar and one without. */
export const callers: readonly Who[] = [
  { namespace: "shop", labels: { app: "buyer" } },
  { namespace: "shop", labels: { app: "browser" } },
  { namespace: "depot", labels: { app: "keeper" } },
  { namespace: "unlisted", labels: { app: "passer" } },
  { namespace: "bare", labels: { app: "plain" } },
];

const buyer = { namespace: "shop", serviceAccounts: ["buyer"] };
const keeper = { namespace: "depot", serviceAccounts: ["keeper"] };

/** What the project makes of each database. */
const settingsOf: Record<string, object> = {
  orders: { protocol: "mysql", clients: [buyer] },
  stock: { protocol: "mysql", clients: [{ namespace: "shop" }, keeper] },
  vault: { protocol: "tls", trafficMode: "tls-gateway", gatewayPort: 15500, clients: [{ namespace: "shop" }] },
  site: { protocol: "tls", trafficMode: "tls-direct", clients: [{ namespace: "depot" }] },
};

/** The manifests the project makes of these settings: what every mutation changes something of. */
export function baseManifests(): Manifest[] {
  const settings = loadSettings({
    cluster: {
      cloud: "existing",
      podCidr: addresses.pods,
      serviceCidr: addresses.services,
      policyEngine: "calico",
    },
    mesh: { kind: "istio" },
    // With policies of their own and without limits on imports, more objects decide, so there is more to change.
    // What admission would refuse is what is tried here.
    gateway: { replicas: { min: 1, max: 1 }, callersPolicy: "perDatabase", routeGuard: { enabled: false } },
    namespaces: [
      { name: "shop", importsFrom: "all", podGuard: false },
      { name: "depot", importsFrom: "all", podGuard: false },
    ],
    databases: databases.map(({ name, host, port }) => ({ name, host, port, ...settingsOf[name] })),
  });
  return blueprintOf(settings).manifests;
}

/** What the analysis is told beside the objects: where the databases are, as a user would say it. */
export const analysisOptions: AnalysisOptions = {
  databases: databases.map(({ name, host, port, machine, speaks }) => ({
    name,
    host,
    port,
    protocol: speaks === "mysql" ? "mysql" : "tls",
    tls: speaks === "https",
    addresses: [machineAddresses[machine]],
  })),
  clientAddresses: [addresses.pods],
  policyEngine: "calico",
};

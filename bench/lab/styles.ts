import { blueprintOf } from "../../components/blueprint.js";
import type { Manifest } from "../../components/manifest.js";
import type { Who } from "../../lab/scenarios/stage.js";
import type { GatewaySettings } from "../../settings/gateway.js";
import { loadSettings } from "../../settings/load.js";
import { databaseName, generatedSettings, namespacesOf } from "../generatedStack.js";
import { clients, gateways, hosts, recipeFirstPort, recipeGatewayManifests } from "./testbed.js";
import { recipeFor } from "./recipe.js";
import { ourStyle, recipeStyle } from "./sidecarReport.js";

/** A client of the first namespace's databases, which are ten whatever the size. */
export const member: Who = { namespace: "team-0", labels: { app: "app-0" } };

/** One way to write a database's resources. */
export interface Style {
  name: string;
  gateway: Who;
  /** What the testbed's stack says of the gateway. */
  settings: object;
  all: (databases: number) => Manifest[];
  oneMore: (databases: number) => Manifest[];
  /** Of the database that is added. */
  host: string;
  /** A connection to another database, which stays open meanwhile. */
  held: { from: Who; host: string };
}

function ours(callersPolicy: GatewaySettings["callersPolicy"]): Style {
  // A policy for each of a thousand databases wants the memory.
  const gateway = { callersPolicy, resources: { memoryLimit: "16Gi" } };
  return {
    name: ourStyle(callersPolicy),
    gateway: gateways.ours,
    settings: gateway,
    all: (databases) =>
      databaseManifests({ ...generatedSettings({ databases }), gateway }, ["database-", "flow-gateway-"]),
    oneMore: () =>
      databaseManifests({ ...generatedSettings({ databases: 1 }), gateway, databases: [added] }, ["added"]),
    host: added.host,
    held: { from: clients.ours, host: hosts.mtls },
  };
}

const added = {
  name: "added",
  host: hosts.oneMore,
  protocol: "mysql",
  clients: [{ namespace: member.namespace, serviceAccounts: ["app-0"] }],
};

const recipe: Style = {
  name: recipeStyle,
  gateway: gateways.recipe,
  settings: {},
  all: (databases) => [...recipeGatewayManifests(portsFor(databases)), ...pasted(databases)],
  // Each database has a port of the gateway, so the Service changes with it.
  oneMore: (databases) => [
    ...recipeGatewayManifests(portsFor(databases + 1)).filter(({ kind }) => kind === "Service"),
    ...recipeFor({
      name: "one-more",
      host: hosts.oneMoreRecipe,
      clientNamespace: member.namespace,
      gatewayPort: recipeFirstPort + databases + 1,
    }),
  ],
  host: hosts.oneMoreRecipe,
  held: { from: clients.recipe, host: hosts.recipe },
};

/** The last one stays: nothing is measured after it. */
export const styles: readonly Style[] = [recipe, ours("perDatabase"), ours("shared")];

const portsFor = (databases: number): number[] => Array.from({ length: databases + 1 }, (_, i) => recipeFirstPort + i);

function pasted(databases: number): Manifest[] {
  return Array.from({ length: databases }, (_, index) =>
    recipeFor({
      name: databaseName(index),
      host: `${databaseName(index)}.example.com`,
      clientNamespace: `team-${index % namespacesOf(databases)}`,
      gatewayPort: recipeFirstPort + 1 + index,
    }),
  ).flat();
}

/** What our databases bring to the gateway's and the clients' namespaces, which have pods already. */
function databaseManifests(settings: Record<string, unknown>, parts: string[]): Manifest[] {
  return blueprintOf(loadSettings(settings)).manifests.filter(
    ({ kind, metadata: { name, namespace } }) =>
      parts.some((part) => name.includes(part)) && (kind !== "NetworkPolicy" || namespace === gateways.ours.namespace),
  );
}

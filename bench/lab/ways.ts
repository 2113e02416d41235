import type { Manifest } from "../../components/manifest.js";
import { hostOf, mongoPorts } from "../../lab/outside/outside.js";
import type { TrafficMode } from "../../settings/trafficModes.js";
import { type Address, mongoAt, mongoOverTlsAt, mysqlAt } from "./addresses.js";
import { clients, gateways, hosts, recipeFirstPort } from "./testbed.js";
import { mongoRecipeFor } from "./recipe.js";
import { mongoWorks, mysqlWorks, type Race, type Way } from "./slices.js";

/** Secret in the gateway's namespace with the authority of the servers outside, for the mode that originates TLS. */
export const caSecret = "bench-outside-ca";

const mongoHost = (mode: TrafficMode): string => hostOf(mode, "mongo");

/** Hosts the recipe's clients use, each known to the recipe alone. */
const recipeHosts = { plain: mongoHost("tls-wildcard"), tls: mongoHost("tls-wildcard-direct") };

const identified = [{ namespace: clients.ours.namespace, serviceAccounts: [clients.ours.labels.app] }];

/** MongoDB in each mode that can carry it, for the testbed's stack. */
export const mongoDatabases: object[] = (
  [
    ["tcp-gateway-mtls", { clients: identified }],
    ["tcp-gateway", { clients: [{ namespace: clients.ours.namespace }], gatewayPort: 15501 }],
    ["tcp-direct", { clients: [{ namespace: clients.direct.namespace }] }],
    ["tls-gateway-mtls", { clients: identified }],
    ["tls-gateway", { clients: [{ namespace: clients.ours.namespace }] }],
    ["tls-direct", { clients: [{ namespace: clients.direct.namespace }] }],
    ["tls-origination", { clients: identified, tls: { caCredential: caSecret } }],
  ] satisfies [TrafficMode, object][]
).map(([mode, more]) => ({
  name: `mongo-${mode}`,
  host: mongoHost(mode),
  protocol: "mongo",
  port: mode.startsWith("tls") ? mongoPorts.tls : mongoPorts.plain,
  trafficMode: mode,
  ...more,
}));

/** MongoDB in the documents' own recipe, plain and over TLS. */
export const mongoRecipes = (): Manifest[] => {
  const clientNamespace = clients.recipe.namespace;
  return [
    ...mongoRecipeFor(
      { name: "plain", host: recipeHosts.plain, clientNamespace, gatewayPort: recipeFirstPort + 1 },
      "tcp",
    ),
    ...mongoRecipeFor({ name: "tls", host: recipeHosts.tls, clientNamespace, gatewayPort: recipeFirstPort + 2 }, "tls"),
  ];
};
export const recipePorts = [recipeFirstPort, recipeFirstPort + 1, recipeFirstPort + 2];

const ofRecipe = { name: "recipe", from: clients.recipe, gateway: gateways.recipe, hasSidecar: true };
const throughGateway = { from: clients.ours, gateway: gateways.ours, hasSidecar: true };
const direct = { from: clients.direct, hasSidecar: true };
const bare = { name: "no mesh", from: clients.bare, hasSidecar: false };

const plain = (mysqlHost: string, mongo: string): { addresses: Way["addresses"] } => ({
  addresses: { mysql: mysqlAt(mysqlHost), mongo: mongoAt(mongo) },
});
const overTls = (mongo: string, address: Address = mongoOverTlsAt(mongo)): { addresses: Way["addresses"] } => ({
  addresses: { "mongo over TLS": address },
});

const recipe: Way = { ...ofRecipe, ...plain(hosts.recipe, recipeHosts.plain) };
export const mtls: Way = {
  name: "tcp-gateway-mtls",
  ...throughGateway,
  ...plain(hosts.mtls, mongoHost("tcp-gateway-mtls")),
};

/** The application speaks plain text. */
export const plainRace: Race = {
  title: "Plain from the application",
  works: [...mysqlWorks, ...mongoWorks("mongo", "MongoDB")],
  baseline: recipe,
  ways: [
    recipe,
    mtls,
    { name: "tcp-gateway", ...throughGateway, ...plain(hosts.plain, mongoHost("tcp-gateway")) },
    { name: "tcp-direct", ...direct, ...plain(hosts.direct, mongoHost("tcp-direct")) },
    { ...bare, ...plain(hosts.direct, mongoHost("tcp-direct")) },
  ],
};

const tlsRecipe: Way = { ...ofRecipe, ...overTls(recipeHosts.tls) };
export const tlsMtls: Way = { name: "tls-gateway-mtls", ...throughGateway, ...overTls(mongoHost("tls-gateway-mtls")) };
const origination = mongoHost("tls-origination");

/** The database wants TLS: the application opens it, or the gateway in its place. */
export const tlsRace: Race = {
  title: "TLS to the database",
  works: mongoWorks("mongo over TLS", "MongoDB"),
  baseline: tlsRecipe,
  ways: [
    tlsRecipe,
    tlsMtls,
    { name: "tls-gateway", ...throughGateway, ...overTls(mongoHost("tls-gateway")) },
    { name: "tls-origination", ...throughGateway, ...overTls(origination, mongoAt(origination, mongoPorts.tls)) },
    { name: "tls-direct", ...direct, ...overTls(mongoHost("tls-direct")) },
    { ...bare, ...overTls(mongoHost("tls-direct")) },
  ],
};

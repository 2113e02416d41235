import type { Manifest } from "../../components/manifest.js";
import { machineAddresses, mongoPorts } from "../../lab/outside/outside.js";
import { pasted, type Replacements } from "../../lab/recipes/pasted.js";

/** One database as a user would paste it into the recipe. */
export interface RecipeDatabase {
  name: string;
  host: string;
  clientNamespace: string;
  /** The recipe gives each database a port of the gateway. */
  gatewayPort: number;
}

/** The recipe's gateway here, so that both gateways can stand side by side. */
export const recipeGateway = { name: "recipegateway", namespace: "recipe-egress" };

/**
 * The documents' recipe for one database, as its users paste it: names, host, namespaces and port replaced, everything
 * else as it stands. Its policy is the one that lets the client's namespace pass.
 */
export function recipeFor({ name, host, clientNamespace, gatewayPort }: RecipeDatabase): Manifest[] {
  const { name: gateway, namespace } = recipeGateway;
  const objects = pasted("rds", [
    ["rm-1.mysql.rds.example.com", host],
    ["istio-system/istio-egressgateway", `${namespace}/istio-egressgateway`],
    ["istio-egressgateway.istio-system.svc", `${gateway}.${namespace}.svc`],
    ["istio-system", namespace],
    ["istio: egressgateway", `istio: ${gateway}`],
    ["istio-egressgateway", `istio-egressgateway-${name}`],
    ["mysql-gateway-mTLS", `mysql-gateway-mTLS-${name}`],
    ["demo-server", clientNamespace],
    ["13306", String(gatewayPort)],
    ["action: DENY", "action: ALLOW"],
  ]);
  return objects.map((object) => renamed(object, name));
}

/**
 * The documents' recipe for Bookinfo's MongoDB with mutual TLS to the gateway, pasted likewise. Its Gateway moves to the
 * gateway's namespace, where istiod looks for it in every setting.
 */
export function mongoRecipeFor(
  { name, host, clientNamespace, gatewayPort }: RecipeDatabase,
  wire: "tcp" | "tls",
): Manifest[] {
  const { name: gateway, namespace } = recipeGateway;
  const replacements: Replacements = [
    [/my-mongo\.tcp\.svc|mongo\.example\.com/g, host],
    ["192.0.2.10", machineAddresses.mongo],
    ["27017", String(wire === "tcp" ? mongoPorts.plain : mongoPorts.tls)],
    ["istio-egressgateway.istio-system.svc", `${gateway}.${namespace}.svc`],
    ["name: istio-egressgateway, namespace: bookinfo", `name: istio-egressgateway, namespace: ${namespace}`],
    [/\[(mesh, )?istio-egressgateway\]/g, `[$1${namespace}/istio-egressgateway-${name}]`],
    ["istio: egressgateway", `istio: ${gateway}`],
    ["subset: mongo", `subset: mongo-${name}`],
    ["- name: mongo", `- name: mongo-${name}`],
    ["namespace: bookinfo", `namespace: ${clientNamespace}`],
    [/\b443\b/g, String(gatewayPort)],
  ];
  const parts = [`bookinfo-${wire}-direct`, `bookinfo-${wire}-gateway-mtls`] as const;
  return parts.flatMap((part) => pasted(part, replacements)).map((object) => renamed(object, name));
}

/** With a name of its own, where the replacements have not given it one already. */
function renamed(object: Manifest, database: string): Manifest {
  const { name } = object.metadata;
  return name.endsWith(database)
    ? object
    : { ...object, metadata: { ...object.metadata, name: `${name}-${database}` } };
}

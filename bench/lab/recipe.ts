import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import type { Manifest } from "../../components/manifest.js";
import { machineAddresses } from "../../lab/outside/index.js";
import { mongoPorts } from "./addresses.js";

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

const textOf = (name: string): string =>
  readFileSync(new URL(`../../test/access/recipes/${name}.yaml`, import.meta.url), "utf8");
const mysqlText = textOf("rds");
const istioKinds = ["ServiceEntry", "Gateway", "DestinationRule", "VirtualService", "AuthorizationPolicy"];

/**
 * The documents' recipe for one database, as its users paste it: names, host, namespaces and port replaced, everything
 * else as it stands. Its policy is the one that lets the client's namespace pass.
 */
export function recipeFor({ name, host, clientNamespace, gatewayPort }: RecipeDatabase): Manifest[] {
  const { name: gateway, namespace } = recipeGateway;
  const pasted = mysqlText
    .replaceAll("rm-1.mysql.rds.example.com", host)
    .replaceAll("istio-system/istio-egressgateway", `${namespace}/istio-egressgateway`)
    .replaceAll("istio-egressgateway.istio-system.svc", `${gateway}.${namespace}.svc`)
    .replaceAll("istio-system", namespace)
    .replaceAll("istio: egressgateway", `istio: ${gateway}`)
    .replaceAll("istio-egressgateway", `istio-egressgateway-${name}`)
    .replaceAll("mysql-gateway-mTLS", `mysql-gateway-mTLS-${name}`)
    .replaceAll("demo-server", clientNamespace)
    .replaceAll("13306", String(gatewayPort))
    .replaceAll("action: DENY", "action: ALLOW");
  return objectsOf(pasted, name);
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
  const pasted = [textOf(`bookinfo-${wire}-direct`), textOf(`bookinfo-${wire}-gateway-mtls`)]
    .join("\n---\n")
    .replaceAll(/my-mongo\.tcp\.svc|mongo\.example\.com/g, host)
    .replaceAll("192.0.2.10", machineAddresses.mongo)
    .replaceAll("27017", String(wire === "tcp" ? mongoPorts.plain : mongoPorts.tls))
    .replaceAll("istio-egressgateway.istio-system.svc", `${gateway}.${namespace}.svc`)
    .replaceAll("name: istio-egressgateway, namespace: bookinfo", `name: istio-egressgateway, namespace: ${namespace}`)
    .replaceAll(/\[(mesh, )?istio-egressgateway\]/g, `[$1${namespace}/istio-egressgateway-${name}]`)
    .replaceAll("istio: egressgateway", `istio: ${gateway}`)
    .replaceAll("subset: mongo", `subset: mongo-${name}`)
    .replaceAll("- name: mongo", `- name: mongo-${name}`)
    .replaceAll("namespace: bookinfo", `namespace: ${clientNamespace}`)
    .replaceAll(/\b443\b/g, String(gatewayPort));
  return objectsOf(pasted, name);
}

function objectsOf(text: string, database: string): Manifest[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest)
    .filter(({ kind }) => istioKinds.includes(kind))
    .map((object) => ({ ...object, metadata: { ...object.metadata, name: unique(object.metadata.name, database) } }));
}

/** Names that the replacements above have not made unique already. */
const unique = (name: string, database: string): string => (name.endsWith(database) ? name : `${name}-${database}`);

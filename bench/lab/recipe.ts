import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import type { Manifest } from "../../components/manifest.js";

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

const text = readFileSync(new URL("../../test/access/recipes/rds.yaml", import.meta.url), "utf8");
const istioKinds = ["ServiceEntry", "Gateway", "DestinationRule", "VirtualService", "AuthorizationPolicy"];

/**
 * The documents' recipe for one database, as its users paste it: names, host, namespaces and port replaced, everything
 * else as it stands. Its policy is the one that lets the client's namespace pass.
 */
export function recipeFor({ name, host, clientNamespace, gatewayPort }: RecipeDatabase): Manifest[] {
  const { name: gateway, namespace } = recipeGateway;
  const pasted = text
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
  return parseAllDocuments(pasted)
    .map((document) => document.toJS() as Manifest)
    .filter(({ kind }) => istioKinds.includes(kind))
    .map((object) => ({ ...object, metadata: { ...object.metadata, name: unique(object.metadata.name, name) } }));
}

/** Names that the replacements above have not made unique already. */
const unique = (name: string, database: string): string => (name.endsWith(database) ? name : `${name}-${database}`);

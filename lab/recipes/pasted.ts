import { readFileSync } from "node:fs";
import { readYaml, splitDocuments } from "mesh-access/yaml";
import type { Manifest } from "../../components/manifest.js";

/** The documents' recipes, by file. */
export type RecipeName =
  | "rds"
  | "bookinfo-tcp-direct"
  | "bookinfo-tcp-gateway"
  | "bookinfo-tcp-gateway-mtls"
  | "bookinfo-tls-direct"
  | "bookinfo-tls-gateway"
  | "bookinfo-tls-gateway-mtls";

/** What stands in a recipe, and what its reader writes there, in the order he does. */
export type Replacements = readonly (readonly [what: string | RegExp, by: string])[];

/** Surroundings of a recipe stand in the lab by other means: namespaces, workloads, the mesh's settings, the gateway's pods. */
const surroundings = new Set(["Namespace", "Deployment", "ConfigMap", "IstioGateway", "Service"]);

/** The objects that the reader of a recipe applies. */
export function pasted(name: RecipeName, replacements: Replacements): Manifest[] {
  const text = readFileSync(new URL(`../../access/test/recipes/${name}.yaml`, import.meta.url), "utf8");
  const filledIn = replacements.reduce((done, [what, by]) => done.replaceAll(what, by), text);
  const objects = splitDocuments(filledIn).map((document) => readYaml(document.text).value as Manifest);
  return objects.filter(({ kind }) => !surroundings.has(kind));
}

import { readFileSync } from "node:fs";
import { analyse } from "../../analyse.js";
import { readYaml, splitDocuments } from "../../input/yaml.js";
import type { AnalysisOptions, Evidence, KubernetesObject, Row } from "../../model/model.js";

const recipes = new URL("../recipes/", import.meta.url);

/** The objects of recipes, by file name without extension. */
export function recipe(...names: string[]): KubernetesObject[] {
  return names.flatMap((name) => read(readFileSync(new URL(`${name}.yaml`, recipes), "utf8")));
}

export function read(text: string): KubernetesObject[] {
  return splitDocuments(text).map((document) => readYaml(document.text).value as KubernetesObject);
}

/** A copy of the objects with one of them changed. */
export function change(
  objects: readonly KubernetesObject[],
  kind: string,
  name: string,
  edit: (spec: never, object: KubernetesObject) => void,
): KubernetesObject[] {
  const copy = structuredClone([...objects]);
  const object = copy.find((one) => one.kind === kind && one.metadata.name === name);
  if (!object) throw new Error(`The recipe has no ${kind} ${name}.`);
  edit(object.spec as never, object);
  return copy;
}

export function without(objects: readonly KubernetesObject[], kind: string, name: string): KubernetesObject[] {
  return objects.filter((object) => object.kind !== kind || object.metadata.name !== name);
}

/** The row of a caller, as `namespace/workload`, and a host. */
export function rowOf(
  objects: readonly KubernetesObject[],
  caller: string,
  host: string,
  options: AnalysisOptions = {},
): Row {
  for (const row of analyse(objects, options).rows) {
    if (`${row.from.namespace}/${row.from.workload}` === caller && row.to.host === host) return row;
  }
  throw new Error(`No row for ${caller} and ${host}.`);
}

/** The verdict in a few words: `gateway mutual-tls,plaintext known`, `blocked handshake`. */
export function verdictOf(...args: Parameters<typeof rowOf>): string {
  const { mesh } = rowOf(...args);
  return [mesh.verdict, mesh.encryption.join(","), mesh.identity ? "known" : "", mesh.exposes ?? ""]
    .filter((part) => part !== "")
    .join(" ");
}

/** The last object of the chain, which decides. */
export function decidedBy(...args: Parameters<typeof rowOf>): string {
  const last: Evidence | undefined = rowOf(...args).mesh.because.at(-1);
  return last ? `${last.kind} ${last.namespace}/${last.name} ${last.field}` : "nothing";
}

/** The first of a list that a recipe is known to fill. */
export function first<T>(list: readonly T[]): T {
  const [one] = list;
  if (one === undefined) throw new Error("The recipe's list is empty.");
  return one;
}

import type { Evidence, KubernetesObject, Source } from "../model/model.js";
import { namespaceOf } from "../model/world.js";

/** Where what evidence names was read; undefined for planned objects. */
export type SourceOf = (object: Pick<Evidence, "kind" | "namespace" | "name">) => Source | undefined;

/** Finds the file and line of an object that evidence names. */
export function sourcesOf(objects: readonly KubernetesObject[]): SourceOf {
  const sources = new Map(
    objects.map((object) => [`${object.kind} ${namespaceOf(object)}/${object.metadata.name}`, object.source]),
  );
  return ({ kind, namespace, name }) => sources.get(`${kind} ${namespace}/${name}`);
}

/** A place as `file:line`. */
export function placeText(source: Source | undefined): string | undefined {
  return source && `${source.file}:${source.line}`;
}

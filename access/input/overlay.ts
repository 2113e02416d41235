import type { KubernetesObject } from "../model/model.js";
import { makesPods } from "../model/podOwners.js";
import { kindKey, namespaceOf } from "../model/world.js";

/** What a stack would write, and what it assumes of others. */
export interface Planned {
  objects: readonly KubernetesObject[];
  /** What the stack takes for granted without the cluster: what others have installed. */
  assumed?: readonly KubernetesObject[];
}

/**
 * A cluster as it will be with a stack's objects: they replace those of the same name, and keep their age, by which Istio
 * orders competing objects. Labels and annotations of Namespaces are added to those that are there, as a patch does.
 * What the stack assumes gives way to what the cluster holds.
 */
export function overlay(cluster: readonly KubernetesObject[], { objects, assumed = [] }: Planned): KubernetesObject[] {
  const merged = new Map(assumedBeside(cluster, assumed).map((object) => [identityOf(object), object]));
  for (const object of cluster) merged.set(identityOf(object), object);
  for (const object of objects) {
    const identity = identityOf(object);
    merged.set(identity, written(object, merged.get(identity)));
  }
  return [...merged.values()];
}

/** Where the cluster holds the workloads that a stack assumes, it holds everything else about them too. */
function assumedBeside(
  cluster: readonly KubernetesObject[],
  assumed: readonly KubernetesObject[],
): readonly KubernetesObject[] {
  const present = new Set(cluster.map(identityOf));
  const isPresent = assumed.some((object) => makesPods(object) && present.has(identityOf(object)));
  return isPresent ? assumed.filter(({ kind }) => kind === "Namespace") : assumed;
}

function written(object: KubernetesObject, before: KubernetesObject | undefined): KubernetesObject {
  if (!before) return object;
  const { creationTimestamp, labels, annotations } = before.metadata;
  const metadata = { ...object.metadata, ...(creationTimestamp === undefined ? {} : { creationTimestamp }) };
  if (object.kind !== "Namespace") return { ...object, metadata };
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...labels, ...object.metadata.labels },
      annotations: { ...annotations, ...object.metadata.annotations },
    },
  };
}

function identityOf(object: KubernetesObject): string {
  return `${kindKey(object)} ${namespaceOf(object)}/${object.metadata.name}`;
}

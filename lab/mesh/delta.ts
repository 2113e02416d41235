import type { Manifest } from "../../components/manifest.js";

/** Kind, namespace and name: what one object is in the API server. */
export function identityOf({ kind, metadata }: Pick<Manifest, "kind" | "metadata">): string {
  return `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
}

/** What leads from one configuration to another. */
export interface Delta {
  readonly apply: Manifest[];
  readonly remove: Manifest[];
}

export function deltaOf(before: readonly Manifest[], after: readonly Manifest[]): Delta {
  const [old, fresh] = [before, after].map((list) => new Map(list.map((object) => [identityOf(object), object])));
  return {
    apply: after.filter((object) => JSON.stringify(old?.get(identityOf(object))) !== JSON.stringify(object)),
    remove: before.filter((object) => !fresh?.has(identityOf(object))),
  };
}

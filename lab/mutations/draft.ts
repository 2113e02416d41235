import type { Manifest } from "../../components/manifest.js";

// The fields that mutations touch, as the API has them; a mutation sets whatever it likes.
/* eslint-disable @typescript-eslint/no-explicit-any */
export type Loose = any;

/** A manifest of which any field may be read and set. */
export interface Changeable extends Manifest {
  spec?: Loose;
}

/** Kind, namespace and name: what one object is in the API server. */
export function identityOf({ kind, metadata }: Pick<Manifest, "kind" | "metadata">): string {
  return `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
}

/** A configuration being changed: objects by identity, each a copy of the base's. */
export class Draft {
  private readonly objects: Map<string, Changeable>;
  /** What was done, for people. */
  readonly steps: string[] = [];

  constructor(base: readonly Manifest[]) {
    this.objects = new Map(base.map((object) => [identityOf(object), structuredClone(object)]));
  }

  get manifests(): Changeable[] {
    return [...this.objects.values()];
  }

  /** Identities of all objects of a kind. */
  ofKind(kind: string): Changeable[] {
    return this.manifests.filter((object) => object.kind === kind);
  }

  edit(title: string, object: Changeable, change: (spec: Loose, object: Loose) => void): void {
    change(object.spec, object);
    this.steps.push(`${identityOf(object)}: ${title}`);
  }

  remove(object: Changeable): void {
    this.objects.delete(identityOf(object));
    this.steps.push(`${identityOf(object)} removed`);
  }

  add(title: string, object: Changeable): void {
    this.objects.set(identityOf(object), object);
    this.steps.push(`${identityOf(object)} added: ${title}`);
  }
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

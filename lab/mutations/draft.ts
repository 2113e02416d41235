import type { Manifest } from "../../components/manifest.js";
import { identityOf } from "../mesh/delta.js";

// The fields that mutations touch, as the API has them; a mutation sets whatever it likes.
/* eslint-disable @typescript-eslint/no-explicit-any */
export type Loose = any;

/** A manifest of which any field may be read and set. */
export interface Changeable extends Manifest {
  spec?: Loose;
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

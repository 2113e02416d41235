import * as pulumi from "@pulumi/pulumi";
import type { Manifest } from "./manifest.js";
import type { ValueOf } from "./placeholders.js";
import { prepared, registerAll, type Registration } from "./registration.js";

/** Type token of a component: the form that packages for every language use. */
export function componentType(name: string): string {
  return `mesh-egress:index:${name}`;
}

/** How a component registers its manifests. */
export interface ManifestComponentArgs extends Registration {
  /** Values of the placeholders in the manifests. @default there are none */
  values?: ValueOf;
  /** Kinds that others wait for. @default all */
  ready?: ReadonlySet<string>;
}

/** A component whose children are Kubernetes objects. It registers the list it is given, as it is. */
export class ManifestComponent extends pulumi.ComponentResource {
  /** Resources to wait for before anything uses what this component makes: for `dependsOn`. */
  readonly ready: pulumi.Resource[];
  readonly #registered: unknown;

  /** @throws Error when a placeholder has no value, or another component has registered one of the objects. */
  constructor(
    type: string,
    name: string,
    rendered: readonly Manifest[],
    { values, ready, ...registration }: ManifestComponentArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const objects = prepared(rendered, values);
    super(type, name, {}, opts);
    this.#registered = objects.map(({ inputs }) => inputs);
    this.ready = registerAll(this, name, objects, registration)
      .filter(({ manifest }) => !ready || ready.has(manifest.kind))
      .map(({ resource }) => resource);
  }

  /** What is registered, with the values that are known only later. */
  get manifests(): pulumi.Output<Manifest[]> {
    return pulumi.output(this.#registered) as pulumi.Output<Manifest[]>;
  }
}

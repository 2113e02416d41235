import * as pulumi from "@pulumi/pulumi";
import type { Manifest } from "./manifest.js";
import { resolved } from "./placeholders.js";
import { type Registered, registerAll, type Registration } from "./registration.js";

/** Type token of a component: the form that packages for every language use. */
export function componentType(name: string): string {
  return `mesh-egress:index:${name}`;
}

/** A component whose children are Kubernetes objects. It registers the list it is given, as it is. */
export class ManifestComponent extends pulumi.ComponentResource {
  /** Resources to wait for before anything uses what this component makes. */
  readonly ready: pulumi.Resource[];
  readonly #rendered: readonly Manifest[];
  readonly #registration: Registration;

  /** @param ready kinds that others wait for. @default all */
  constructor(
    type: string,
    name: string,
    rendered: readonly Manifest[],
    registration: Registration & { ready?: ReadonlySet<string> },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(type, name, {}, opts);
    this.#rendered = rendered;
    this.#registration = registration;
    const { ready } = registration;
    const waited = ({ manifest }: Registered) => !ready || ready.has(manifest.kind);
    this.ready = registerAll(this, name, rendered, registration)
      .filter(waited)
      .map(({ resource }) => resource);
  }

  /** What is registered, with the values that are known only later. */
  get manifests(): pulumi.Output<Manifest[]> {
    const { values } = this.#registration;
    return pulumi.output(values ? resolved(this.#rendered, values) : this.#rendered) as pulumi.Output<Manifest[]>;
  }
}

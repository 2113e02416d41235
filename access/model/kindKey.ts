import type { KubernetesObject } from "./model.js";

type Typed = Pick<KubernetesObject, "apiVersion" | "kind">;

/** The API group of an object, empty for the core group. */
export function groupOf({ apiVersion }: Pick<Typed, "apiVersion">): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}

/** API group and kind, without the version; `crd.projectcalico.org` is how Calico stores `projectcalico.org`. */
export function kindKey(object: Typed): string {
  const group = groupOf(object);
  if (group === "") return object.kind;
  return `${group === "crd.projectcalico.org" ? "projectcalico.org" : group}/${object.kind}`;
}

import { originOf } from "./generated.js";
import type { KubernetesObject } from "./model.js";
import { namespaceOf } from "./namespaceOf.js";

/** An object, and a field of it, as sentences name them: `NetworkPolicy shop/deny spec.egress`. */
export function objectName({
  kind,
  namespace,
  name,
  field,
}: {
  kind: string;
  namespace: string;
  name: string;
  field?: string;
}): string {
  const full = namespace && name ? `${namespace}/${name}` : name || namespace;
  return [kind, full, field].filter(Boolean).join(" ");
}

/** An object of the input as sentences name it. One that a controller makes is named by what it is made from. */
export function nameOf(object: KubernetesObject): string {
  const named = originOf(object)?.object ?? object;
  return objectName({ kind: named.kind, namespace: namespaceOf(named), name: named.metadata.name });
}

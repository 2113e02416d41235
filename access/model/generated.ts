import type { KubernetesObject } from "./model.js";

/** The object of the input that a controller makes another one from, and where its fields come from. */
export interface Origin {
  object: KubernetesObject;
  /** The field that a field of the generated object comes from. */
  fieldOf(field: string): string;
}

const origins = new WeakMap<KubernetesObject, Origin>();

/** Notes what an object is made from, so that evidence names what a reader can change. */
export function generatedFrom(origin: Origin, object: KubernetesObject): KubernetesObject {
  origins.set(object, origin);
  return object;
}

/** What an object is made from; undefined for one of the input. */
export function originOf(object: KubernetesObject): Origin | undefined {
  return origins.get(object);
}

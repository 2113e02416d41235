import { type Message, wording } from "../messages/index.js";
import type { Evidence, KubernetesObject } from "../model/model.js";
import { originOf } from "../model/generated.js";
import { ascending } from "../model/order.js";
import { namespaceOf } from "../model/namespaceOf.js";

/** One link of a chain: what a field of an object does. Of an object that a controller makes, it names what that is made from. */
export function evidence(object: KubernetesObject, field: string, what: Message | string): Evidence {
  const { id, args } = typeof what === "string" ? wording(what) : what;
  const origin = originOf(object);
  const { kind, metadata } = origin?.object ?? object;
  const namespace = namespaceOf(origin?.object ?? object);
  return { kind, namespace, name: metadata.name, field: origin?.fieldOf(field) ?? field, id, args };
}

/** How sentences name an object. */
export function label(object: KubernetesObject): string {
  const named = originOf(object)?.object ?? object;
  return `${named.kind} ${namespaceOf(named)}/${named.metadata.name}`;
}

/** Seconds since the epoch, as Kubernetes stores them. Objects without a time count as created together, after the rest. */
export function createdAt(object: KubernetesObject): number {
  const time = object.metadata.creationTimestamp;
  return time === undefined ? Number.POSITIVE_INFINITY : Date.parse(time) / 1000;
}

/** istiod's order of competing objects: the oldest first, then by name, then by namespace. */
export function byCreation(a: KubernetesObject, b: KubernetesObject): number {
  const [x, y] = [createdAt(a), createdAt(b)];
  if (x !== y) return x < y ? -1 : 1;
  return ascending(a.metadata.name, b.metadata.name) || ascending(namespaceOf(a), namespaceOf(b));
}

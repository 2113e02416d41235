import { message, type Message } from "../messages/index.js";
import type { RouteDestination } from "./config/shapes.js";
import type { Evidence, KubernetesObject } from "../model/model.js";
import { originOf } from "../model/generated.js";
import { ascending } from "../model/order.js";
import { namespaceOf } from "../model/namespaceOf.js";

/** One link of a chain: what a field of an object does. Of an object that a controller makes, it names what that is made from. */
export function evidence(object: KubernetesObject, field: string, { id, args }: Message): Evidence {
  const origin = originOf(object);
  const { kind, metadata } = origin?.object ?? object;
  const namespace = namespaceOf(origin?.object ?? object);
  return { kind, namespace, name: metadata.name, field: origin?.fieldOf(field) ?? field, id, args };
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

/** A destination of a route: host, port, and subset where it names one. */
export function destinationText({
  host = "?",
  port,
  subset,
}: NonNullable<RouteDestination["destination"]> = {}): Message {
  const end =
    port?.number === undefined
      ? message("host-on-own-port", { host })
      : message("host-and-port", { host, port: port.number });
  return subset ? message("in-subset", { destination: end, subset }) : end;
}

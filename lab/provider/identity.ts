import { createHash, randomBytes } from "node:crypto";
import type { Reference } from "./cluster.js";
import { isObject, reveal, type Properties, type Value } from "./properties.js";

/** Kinds whose objects own others. Deleted in the foreground, so that their pods are gone when the resource is. */
const owners = ["apps/", "batch/"];

/** `kubernetes:apps/v1:Deployment` names apiVersion and kind; the core group is written `core/v1` there. */
export function kindOfType(type: string): { apiVersion: string; kind: string; isPatch: boolean } {
  const [, groupVersion = "", name = ""] = type.split(":");
  const apiVersion = groupVersion.replace(/^core\//, "");
  const isPatch = name.endsWith("Patch") && name !== "Patch";
  return { apiVersion, kind: isPatch ? name.slice(0, -"Patch".length) : name, isPatch };
}

export function ownsOthers(apiVersion: string): boolean {
  return owners.some((group) => apiVersion.startsWith(group));
}

export function metadataOf(object: Properties): Properties {
  const metadata = object["metadata"];
  return isObject(metadata) ? metadata : {};
}

export function annotationOf(object: Properties, name: string): string | undefined {
  const annotations = metadataOf(object)["annotations"];
  const value = isObject(annotations) ? annotations[name] : undefined;
  return typeof value === "string" ? value : undefined;
}

export function referenceOf(object: Properties): Reference {
  const { name, namespace } = metadataOf(object);
  return {
    apiVersion: String(object["apiVersion"]),
    kind: String(object["kind"]),
    name: String(name),
    namespace: typeof namespace === "string" ? namespace : undefined,
  };
}

/** `namespace/name`, or `name` for what has no namespace. */
export function idOf(object: Properties): string {
  const { name, namespace } = referenceOf(object);
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** A name for an object the program left unnamed: kept from the last deployment, otherwise made up. */
export function automaticName(logicalName: string, oldInputs: Properties): Value {
  const isKept = annotationOf(oldInputs, "pulumi.com/autonamed") === "true";
  return (isKept && metadataOf(oldInputs)["name"]) || `${logicalName}-${randomBytes(4).toString("hex")}`;
}

/**
 * One field manager per resource, derived from its URN: two resources that apply to one object keep their fields apart,
 * and an `up` after an interrupted one recognises the objects the first had already created.
 */
export function fieldManagerOf(urn: string, outputs: Properties = {}): string {
  const recorded = reveal(outputs)["__fieldManager"]; // outlives a change of the URN through aliases
  return typeof recorded === "string"
    ? recorded
    : `pulumi-${createHash("sha256").update(urn).digest("hex").slice(0, 12)}`;
}

export function isManagedBy(object: Properties, fieldManager: string): boolean {
  const managers = metadataOf(object)["managedFields"];
  return Array.isArray(managers) && managers.some((entry) => isObject(entry) && entry["manager"] === fieldManager);
}

import type { KubernetesObject } from "../model/model.js";

/** A resource of a Pulumi program, as a policy pack sees it. */
export interface ProgramResource {
  /** Type token, such as `kubernetes:apps/v1:Deployment`. */
  type: string;
  name: string;
  /** Reading a value that is not known yet may throw. */
  props: Record<string, unknown>;
}

/** The Kubernetes objects of a program, and the resources that hold objects which cannot be read. */
export interface ProgramObjects {
  objects: KubernetesObject[];
  unread: { name: string; reason: string }[];
}

/** Objects of any Pulumi program, whoever wrote its components. Values of Secrets are left out. */
export function objectsOf(resources: Iterable<ProgramResource>): ProgramObjects {
  const found: ProgramObjects = { objects: [], unread: [] };
  for (const { type, name, props } of resources) {
    if (!type.startsWith("kubernetes:")) continue;
    const kind = type.slice(type.lastIndexOf(":") + 1);
    if (kind === "Release" || kind === "Chart")
      found.unread.push({ name, reason: "what a Helm chart brings is not seen" });
    else if (kind.endsWith("Patch")) found.unread.push({ name, reason: "a patch shows a part of an object only" });
    else {
      const object = known(props);
      if (!object) found.unread.push({ name, reason: "a value is known only after it is deployed" });
      else if (isObject(object)) found.objects.push(withoutSecrets(object));
    }
  }
  return found;
}

/** A copy; undefined where a value is not known yet. */
function known(props: Record<string, unknown>): unknown {
  try {
    return JSON.parse(JSON.stringify(props)) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is KubernetesObject {
  const { apiVersion, kind, metadata } = value as Partial<KubernetesObject>;
  return typeof apiVersion === "string" && typeof kind === "string" && typeof metadata?.name === "string";
}

function withoutSecrets(object: KubernetesObject): KubernetesObject {
  if (object.kind !== "Secret") return object;
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, metadata };
}

import { isDeepStrictEqual } from "node:util";
import { specialSecretSig, specialSigKey, unknownValue } from "@pulumi/pulumi/runtime/rpc.js";

/** A property value as the engine sends it: JSON, with secrets wrapped and unknowns as a sentinel string. */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Properties = Record<string, Value>;

/** What the engine puts in place of a value that is known only after another resource was created. */
export const unknown = unknownValue;

export function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSecret(value: Value): value is { value: Value } & Properties {
  return isObject(value) && value[specialSigKey] === specialSecretSig;
}

export function secret(value: Value): Value {
  return isSecret(value) ? value : { [specialSigKey]: specialSecretSig, value };
}

/** The value as it goes to the API server: secrets unwrapped, and keys without a value left out. */
export function reveal<T extends Value>(value: T): T;
export function reveal(value: Value): Value {
  if (isSecret(value)) return reveal(value.value);
  if (Array.isArray(value)) return value.map((item) => reveal(item));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null && item !== undefined)
      .map(([key, item]) => [key, reveal(item)]),
  );
}

export function without(object: Properties, ...keys: string[]): Properties {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

export function containsSecret(value: Value): boolean {
  if (isSecret(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(containsSecret);
}

export function containsUnknown(value: Value): boolean {
  if (value === unknown) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(containsUnknown);
}

/**
 * Marks in `plain` whatever is secret in `pattern`. A list with one secret item becomes secret as a whole, because the
 * API server may have reordered it.
 */
export function conceal<T extends Value>(plain: T, pattern: Value): T;
export function conceal(plain: Value, pattern: Value): Value {
  if (isSecret(pattern)) return secret(plain);
  if (!isObject(pattern) || !isObject(plain)) return containsSecret(pattern) ? secret(plain) : plain;
  return Object.fromEntries(
    Object.entries(plain).map(([key, item]) => [key, key in pattern ? conceal(item, pattern[key] as Value) : item]),
  );
}

export type ChangeKind = "add" | "delete" | "update";

/** A changed property and the keys that lead to it. */
export interface Change {
  path: (string | number)[];
  kind: ChangeKind;
}

/** Compares two values key by key, so that a preview can name exactly what changes. Secrets count by what they hold. */
export function changes(before: Value, after: Value, path: (string | number)[] = []): Change[] {
  const [old, now] = [reveal(before), reveal(after)];
  if (isDeepStrictEqual(old, now)) return [];
  if (isObject(old) && isObject(now)) {
    return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((key) => {
      if (!(key in old)) return [{ path: [...path, key], kind: "add" as const }];
      if (!(key in now)) return [{ path: [...path, key], kind: "delete" as const }];
      return changes(old[key] as Value, now[key] as Value, [...path, key]);
    });
  }
  if (Array.isArray(old) && Array.isArray(now)) {
    return Array.from({ length: Math.max(old.length, now.length) }).flatMap((_, index) => {
      if (index >= old.length) return [{ path: [...path, index], kind: "add" as const }];
      if (index >= now.length) return [{ path: [...path, index], kind: "delete" as const }];
      return changes(old[index] as Value, now[index] as Value, [...path, index]);
    });
  }
  return [{ path, kind: "update" }];
}

/** The path in the engine's notation: `spec.ports[0].name`, `metadata.labels["app.kubernetes.io/name"]`. */
export function pathText(path: (string | number)[]): string {
  return path
    .map((key, index) => {
      if (typeof key === "number") return `[${key}]`;
      if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `[${JSON.stringify(key)}]`;
      return index === 0 ? key : `.${key}`;
    })
    .join("");
}

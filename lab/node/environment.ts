import type { V1Container, V1Pod } from "@kubernetes/client-node";

import { fieldValue, resourceValue } from "./podFields.js";

/** Where a container's environment finds what its spec only names. */
export interface KeyedData {
  configMap(name: string): Promise<Record<string, string> | undefined>;
  secret(name: string): Promise<Record<string, string> | undefined>;
}

/** A container's variables, in the order the kubelet gives them: `base`, then `envFrom`, then `env`. */
export async function containerEnvironment(
  pod: V1Pod,
  container: V1Container,
  data: KeyedData,
  base: Record<string, string>,
): Promise<Record<string, string>> {
  const result = { ...base };
  for (const { prefix = "", configMapRef, secretRef } of container.envFrom ?? []) {
    const source = configMapRef ?? secretRef;
    const values = configMapRef
      ? await data.configMap(configMapRef.name ?? "")
      : await data.secret(secretRef?.name ?? "");
    if (!values && !source?.optional) throw missing(configMapRef ? "ConfigMap" : "Secret", source?.name);
    for (const [key, value] of Object.entries(values ?? {})) result[prefix + key] = value;
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const found = valueFrom ? await referencedValue(pod, container, valueFrom, data) : expand(value ?? "", result);
    if (found !== undefined) result[name] = found;
  }
  return result;
}

type ValueFrom = NonNullable<NonNullable<V1Container["env"]>[number]["valueFrom"]>;

async function referencedValue(
  pod: V1Pod,
  container: V1Container,
  from: ValueFrom,
  data: KeyedData,
): Promise<string | undefined> {
  if (from.fieldRef) return fieldValue(pod, from.fieldRef.fieldPath);
  if (from.resourceFieldRef) return resourceValue(container, from.resourceFieldRef);
  const ref = from.configMapKeyRef ?? from.secretKeyRef;
  if (!ref) return undefined;
  const kind = from.configMapKeyRef ? "ConfigMap" : "Secret";
  const values = from.configMapKeyRef ? await data.configMap(ref.name ?? "") : await data.secret(ref.name ?? "");
  const value = values?.[ref.key];
  if (value === undefined && !ref.optional) throw missing(kind, ref.name, ref.key);
  return value;
}

function missing(kind: string, name: string | undefined, key?: string): Error {
  const what = key === undefined ? `${kind} "${name}"` : `key "${key}" of ${kind} "${name}"`;
  return new Error(`${what} does not exist. Create it, or mark the reference optional.`);
}

/** Replaces `$(NAME)` by the variable; `$$(NAME)` stays as `$(NAME)`, and an unknown name stays as written. */
export function expand(text: string, variables: Record<string, string>): string {
  return text.replace(/\$(\$|\(([^()]+)\))/g, (written, what: string, name: string) =>
    what === "$" ? "$" : (variables[name] ?? written),
  );
}

/** What a container runs: its command and arguments over those of its image. */
export function commandLine(
  container: Pick<V1Container, "command" | "args">,
  image: { entrypoint: string[]; arguments: string[] },
  variables: Record<string, string>,
): string[] {
  const command = container.command?.length ? container.command : image.entrypoint;
  // A command of its own discards the image's arguments too.
  const args = container.args?.length ? container.args : container.command?.length ? [] : image.arguments;
  return [...command, ...args].map((word) => expand(word, variables));
}

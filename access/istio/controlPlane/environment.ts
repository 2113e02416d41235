import type { Evidence, KubernetesObject } from "../../model/model.js";
import { namespaceOf } from "../../model/namespaceOf.js";
import type { Container, PodSpec } from "../../model/podOwners.js";

/** The object and field that hold a setting. */
export type Place = Omit<Evidence, "id" | "args">;

/** A variable of istiod's environment; undefined where the input does not show its value. */
export interface Variable {
  value: string | undefined;
  place: Place;
}

/** Variables by name. */
export type Environment = ReadonlyMap<string, Variable>;

/** What a Deployment of istiod says of it. */
export interface Istiod {
  namespace: string;
  revision: string;
  environment: Environment;
  /** Major and minor number of its image's tag. */
  version?: readonly [number, number];
  /** Argument `--domain`. */
  clusterDomain?: string;
}

type ConfigMaps = (namespace: string, name: string) => KubernetesObject | undefined;

export function placeOf(object: KubernetesObject, field: string): Place {
  return { kind: object.kind, namespace: namespaceOf(object), name: object.metadata.name, field };
}

/** Reads the Deployment of an istiod; undefined for any other. */
export function istiodOf(deployment: KubernetesObject, configMaps: ConfigMaps): Istiod | undefined {
  const { template } = (deployment.spec ?? {}) as { template?: { metadata?: { labels?: object }; spec?: PodSpec } };
  const labels = (template?.metadata?.labels ?? {}) as Record<string, string>;
  const containers = template?.spec?.containers ?? [];
  const index = containers.findIndex(
    ({ name, image = "" }) =>
      /(^|\/)(pilot|istiod)([-:@]|$)/.test(image) || (name === "discovery" && labels.app === "istiod"),
  );
  const container = containers[index];
  if (!container) return undefined;
  const field = `spec.template.spec.containers[${index}]`;
  const environment = environmentOf(deployment, container, field, configMaps);
  const version = /:v?(\d+)\.(\d+)/.exec(container.image ?? "");
  return {
    namespace: namespaceOf(deployment),
    revision: environment.get("REVISION")?.value ?? labels["istio.io/rev"] ?? "default",
    environment,
    ...(version ? { version: [Number(version[1]), Number(version[2])] as const } : {}),
    clusterDomain: argument(container.args ?? [], "--domain"),
  };
}

function environmentOf(
  object: KubernetesObject,
  { env = [], envFrom = [] }: Container,
  field: string,
  configMaps: ConfigMaps,
): Environment {
  const found = new Map<string, Variable>();
  const namespace = namespaceOf(object);
  envFrom.forEach(({ configMapRef, prefix = "" }) => {
    const source = configMapRef?.name === undefined ? undefined : configMaps(namespace, configMapRef.name);
    for (const [key, value] of Object.entries((source?.data ?? {}) as Record<string, string>))
      if (source) found.set(`${prefix}${key}`, { value, place: placeOf(source, `data.${key}`) });
  });
  env.forEach(({ name, value, valueFrom }, index) => {
    if (name === undefined) return;
    const { name: from, key } = valueFrom?.configMapKeyRef ?? {};
    const source = from === undefined ? undefined : configMaps(namespace, from);
    const referred = key === undefined ? undefined : (source?.data as Record<string, string> | undefined)?.[key];
    const known = valueFrom ? referred : (value ?? "");
    found.set(name, { value: known, place: placeOf(object, `${field}.env[${index}]`) });
  });
  return found;
}

function argument(args: readonly string[], name: string): string | undefined {
  const index = args.findIndex((one) => one === name || one.startsWith(`${name}=`));
  const found = args[index];
  return found === name ? args[index + 1] : found?.slice(name.length + 1);
}

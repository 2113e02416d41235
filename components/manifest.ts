import type { KubernetesObject } from "mesh-access";

/**
 * A Kubernetes object as it will be in the API server. Renderers return these, the access analysis judges them, and
 * components register the very same list.
 */
export type Manifest = KubernetesObject;

/** Annotation by which the Kubernetes provider does not wait until an object is ready. */
export const skipAwait = { "pulumi.com/skipAwait": "true" };

/** Kinds that live in the mesh's API server where that is another than the cluster's, as on ASM. */
export function isMeshResource({ apiVersion }: Manifest): boolean {
  return /\.istio\.io\/|^istio\.alibabacloud\.com\//.test(apiVersion);
}

/** What makes an object the same one for the API server, whatever its version: `apps Deployment shop/orders`. */
export function identityOf({ apiVersion, kind, metadata }: Manifest): string {
  const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
  return `${group} ${kind} ${metadata.namespace ?? ""}/${metadata.name}`.trim();
}

interface PodSpec {
  serviceAccountName?: string;
  imagePullSecrets?: { name?: string }[];
  volumes?: Volume[];
  containers?: Container[];
  initContainers?: Container[];
}
interface Volume {
  secret?: { secretName?: string };
  configMap?: { name?: string };
  persistentVolumeClaim?: { claimName?: string };
  projected?: { sources?: { secret?: { name?: string }; configMap?: { name?: string } }[] };
}
interface Container {
  env?: { valueFrom?: { secretKeyRef?: { name?: string }; configMapKeyRef?: { name?: string } } }[];
  envFrom?: { secretRef?: { name?: string }; configMapRef?: { name?: string } }[];
}

/** Objects of its namespace that a pod cannot start without, as `Secret name`: read from the fields that name them. */
export function neededByPods(manifest: Manifest): string[] {
  const spec = podSpecOf(manifest);
  if (!spec) return [];
  const needed: [kind: string, name: string | undefined][] = [
    ["ServiceAccount", spec.serviceAccountName],
    ...(spec.imagePullSecrets ?? []).map(({ name }): [string, string | undefined] => ["Secret", name]),
    ...(spec.volumes ?? []).flatMap(neededByVolume),
    ...[...(spec.initContainers ?? []), ...(spec.containers ?? [])].flatMap(neededByContainer),
  ];
  return [...new Set(needed.flatMap(([kind, name]) => (name === undefined ? [] : [`${kind} ${name}`])))];
}

function neededByVolume(volume: Volume): [string, string | undefined][] {
  const { secret, configMap, persistentVolumeClaim, projected } = volume;
  return [
    ["Secret", secret?.secretName],
    ["ConfigMap", configMap?.name],
    ["PersistentVolumeClaim", persistentVolumeClaim?.claimName],
    ...(projected?.sources ?? []).flatMap((source): [string, string | undefined][] => [
      ["Secret", source.secret?.name],
      ["ConfigMap", source.configMap?.name],
    ]),
  ];
}

function neededByContainer({ env = [], envFrom = [] }: Container): [string, string | undefined][] {
  return [
    ...env.flatMap(({ valueFrom }): [string, string | undefined][] => [
      ["Secret", valueFrom?.secretKeyRef?.name],
      ["ConfigMap", valueFrom?.configMapKeyRef?.name],
    ]),
    ...envFrom.flatMap(({ secretRef, configMapRef }): [string, string | undefined][] => [
      ["Secret", secretRef?.name],
      ["ConfigMap", configMapRef?.name],
    ]),
  ];
}

interface Owner {
  template?: { spec?: PodSpec };
  jobTemplate?: { spec?: Owner };
}

/** Whether an object makes pods of a template, or is one. */
export function makesPods(manifest: Manifest): boolean {
  return podSpecOf(manifest) !== undefined;
}

/** The pods an object makes; undefined for one that makes none. */
function podSpecOf({ kind, spec }: Manifest): PodSpec | undefined {
  if (kind === "Pod") return spec as PodSpec | undefined;
  const owner = spec as Owner | undefined;
  return (owner?.jobTemplate?.spec ?? owner)?.template?.spec;
}

import type { KubernetesObject } from "./model.js";
import { kindKey } from "./kindKey.js";

export interface Container {
  name?: string;
  image?: string;
  args?: string[];
  env?: { name?: string; value?: string; valueFrom?: { configMapKeyRef?: { name?: string; key?: string } } }[];
  envFrom?: { configMapRef?: { name?: string }; prefix?: string }[];
  securityContext?: SecurityContext;
  ports?: { name?: string; containerPort?: number; protocol?: string }[];
  /** Of an init container: `Always` makes it run beside the others. */
  restartPolicy?: string;
}

export interface SecurityContext {
  runAsUser?: number;
  runAsGroup?: number;
  privileged?: boolean;
  capabilities?: { add?: string[] };
}

export interface PodSpec {
  securityContext?: SecurityContext;
  serviceAccountName?: string;
  serviceAccount?: string;
  hostNetwork?: boolean;
  nodeName?: string;
  nodeSelector?: Record<string, string>;
  affinity?: { nodeAffinity?: object };
  tolerations?: { key?: string; operator?: string; value?: string }[];
  containers?: Container[];
  initContainers?: Container[];
}

export interface PodTemplate {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec?: PodSpec;
}

/** What names a workload. */
export interface Identity {
  kind: string;
  namespace: string;
  name: string;
}

/** Kinds that make pods whatever their objects hold. */
const podMakers: ReadonlySet<string> = new Set([
  "apps/Deployment",
  "apps/StatefulSet",
  "apps/DaemonSet",
  "apps/ReplicaSet",
  "batch/Job",
  "batch/CronJob",
  "ReplicationController",
  "argoproj.io/Rollout",
]);

/** Kinds whose objects another kind makes and names after itself: they stand for it when it is not in the input. */
const intermediate: ReadonlySet<string> = new Set(["ReplicaSet", "Job"]);

/** Labels by which controllers tell the ReplicaSets of one owner apart, and that owner's kind. */
const hashLabels = { "pod-template-hash": "Deployment", "rollouts-pod-template-hash": "Rollout" };

interface WorkloadSpec {
  template?: PodTemplate;
  jobTemplate?: { spec?: { template?: PodTemplate } };
  /** Argo Rollouts: the object whose template is used. */
  workloadRef?: { kind?: string; name?: string };
}

/** Whether an object makes pods: by its kind, or by a template of pods where controllers keep it. */
export function makesPods(object: Pick<KubernetesObject, "apiVersion" | "kind" | "spec">): boolean {
  return podMakers.has(kindKey(object)) || Array.isArray(ownTemplate(object)?.spec?.containers);
}

/** Where an object says what its pods are. */
export function podPlace(object: Pick<KubernetesObject, "kind" | "spec">): { path: string; spec: PodSpec } {
  const { template, jobTemplate } = (object.spec ?? {}) as WorkloadSpec;
  if (jobTemplate) return { path: "spec.jobTemplate.spec.template.spec", spec: jobTemplate.spec?.template?.spec ?? {} };
  if (template) return { path: "spec.template.spec", spec: template.spec ?? {} };
  return { path: "spec", spec: (object.spec ?? {}) as PodSpec };
}

function ownTemplate({ spec }: Pick<KubernetesObject, "spec">): PodTemplate | undefined {
  if (typeof spec !== "object" || spec === null) return undefined;
  const { template, jobTemplate } = spec as WorkloadSpec;
  return template ?? jobTemplate?.spec?.template;
}

/** Who makes which pods, among the objects of the input. */
export class PodOwners {
  readonly #byIdentity = new Map<string, KubernetesObject>();

  constructor(makers: readonly KubernetesObject[]) {
    for (const object of makers) this.#byIdentity.set(keyOf(identityOf(object)), object);
  }

  /** The workload that an object belongs to: the last of its owners that is known to make pods. */
  workloadOf(object: KubernetesObject): Identity {
    const reference = controllerOf(object);
    const own = identityOf(object);
    // The kubelet makes a mirror pod for each static pod of its node.
    if (!reference || reference.kind === "Node") return own;
    const owner = { kind: reference.kind, namespace: own.namespace, name: reference.name };
    const known = this.#byIdentity.get(keyOf(owner));
    if (known) return this.workloadOf(known);
    if (object.kind === "Pod") return guessedOwner(object, owner);
    return intermediate.has(object.kind) ? owner : own;
  }

  has(identity: Identity): boolean {
    return this.#byIdentity.has(keyOf(identity));
  }

  templateOf(object: KubernetesObject): PodTemplate {
    const reference = (object.spec as WorkloadSpec | undefined)?.workloadRef;
    const referred =
      reference &&
      this.#byIdentity.get(
        keyOf({ ...identityOf(object), kind: reference.kind ?? "Deployment", name: reference.name ?? "" }),
      );
    return (referred && ownTemplate(referred)) ?? ownTemplate(object) ?? {};
  }
}

export function identityOf({ kind, metadata }: KubernetesObject): Identity {
  return { kind, namespace: metadata.namespace ?? "default", name: metadata.name };
}

export function keyOf({ kind, namespace, name }: Identity): string {
  return `${kind}/${namespace}/${name}`;
}

function controllerOf({ metadata }: KubernetesObject): { kind: string; name: string } | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true) ?? metadata.ownerReferences?.[0];
}

/** A ReplicaSet is named after its owner and the hash of its template, and a pod has the hash as a label. */
function guessedOwner(pod: KubernetesObject, owner: Identity): Identity {
  if (owner.kind !== "ReplicaSet") return owner;
  for (const [label, kind] of Object.entries(hashLabels)) {
    const hash = pod.metadata.labels?.[label];
    if (hash !== undefined && owner.name.endsWith(`-${hash}`))
      return { ...owner, kind, name: owner.name.slice(0, -hash.length - 1) };
  }
  return owner;
}

/** A ReplicaSet that its owner has replaced by another one. */
export function isRetired({ kind, metadata, spec }: KubernetesObject): boolean {
  return (
    kind === "ReplicaSet" &&
    metadata.ownerReferences !== undefined &&
    (spec as { replicas?: number } | undefined)?.replicas === 0
  );
}

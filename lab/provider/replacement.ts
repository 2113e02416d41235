import type { Change, Properties } from "./properties.js";

/** Whether the provider may change the content of ConfigMaps and Secrets in place. */
export interface Mutability {
  configMapsAreMutable: boolean;
  secretsAreMutable: boolean;
}

/** What makes an object this one and no other. */
const identity = ["apiVersion", "kind", "metadata.name", "metadata.namespace"];

/** Fields the API server refuses to change once the object exists. */
const immutable: Record<string, string[]> = {
  Deployment: ["spec.selector"],
  StatefulSet: ["spec.selector", "spec.serviceName", "spec.volumeClaimTemplates", "spec.podManagementPolicy"],
  DaemonSet: ["spec.selector"],
  ReplicaSet: ["spec.selector"],
  Job: ["spec.selector", "spec.template", "spec.completions"],
  Service: ["spec.clusterIP"],
  RoleBinding: ["roleRef"],
  ClusterRoleBinding: ["roleRef"],
  Secret: ["type"],
  PersistentVolumeClaim: ["spec.storageClassName", "spec.accessModes", "spec.volumeName", "spec.selector"],
};

/** Whether a change can only be made by deleting the object and creating it anew. */
export function replacesObject(change: Change, before: Properties, mutability: Mutability): boolean {
  const kind = String(before["kind"]);
  const path = change.path.join(".");
  const fixed = [...identity, ...(immutable[kind] ?? []), ...content(kind, mutability)];
  return fixed.some((field) => path === field || path.startsWith(`${field}.`) || field.startsWith(`${path}.`));
}

/** Replaced rather than changed by default, as the official provider does it, so that pods never see half a change. */
function content(kind: string, { configMapsAreMutable, secretsAreMutable }: Mutability): string[] {
  if (kind === "ConfigMap" && !configMapsAreMutable) return ["data", "binaryData"];
  if (kind === "Secret" && !secretsAreMutable) return ["data", "stringData"];
  return [];
}

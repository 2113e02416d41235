import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/**
 * A Kubernetes object as it will stand in the API server. Renderers return these, components register them, and the
 * access analysis reads the very same objects, so no manifest is built in two places.
 */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
}

/** Annotation by which the Kubernetes provider does not wait until an object is ready. */
export const skipAwait = { "pulumi.com/skipAwait": "true" };

type ResourceClass = new (name: string, args: never, opts: pulumi.CustomResourceOptions) => pulumi.CustomResource;

/** Kinds with a typed resource in the Kubernetes provider; every other kind is a CustomResource. */
const typed: Record<string, () => ResourceClass> = {
  "v1/Namespace": () => k8s.core.v1.Namespace,
  "v1/Service": () => k8s.core.v1.Service,
  "v1/ServiceAccount": () => k8s.core.v1.ServiceAccount,
  "v1/ConfigMap": () => k8s.core.v1.ConfigMap,
  "v1/Secret": () => k8s.core.v1.Secret,
  "v1/ResourceQuota": () => k8s.core.v1.ResourceQuota,
  "apps/v1/Deployment": () => k8s.apps.v1.Deployment,
  "autoscaling/v2/HorizontalPodAutoscaler": () => k8s.autoscaling.v2.HorizontalPodAutoscaler,
  "policy/v1/PodDisruptionBudget": () => k8s.policy.v1.PodDisruptionBudget,
  "networking.k8s.io/v1/NetworkPolicy": () => k8s.networking.v1.NetworkPolicy,
  "networking.k8s.io/v1/Ingress": () => k8s.networking.v1.Ingress,
  "rbac.authorization.k8s.io/v1/Role": () => k8s.rbac.v1.Role,
  "rbac.authorization.k8s.io/v1/RoleBinding": () => k8s.rbac.v1.RoleBinding,
  "rbac.authorization.k8s.io/v1/ClusterRole": () => k8s.rbac.v1.ClusterRole,
  "rbac.authorization.k8s.io/v1/ClusterRoleBinding": () => k8s.rbac.v1.ClusterRoleBinding,
};

/** Registers one manifest with the engine under a logical name that depends on nothing but its own identity. */
export function register(name: string, manifest: Manifest, opts: pulumi.CustomResourceOptions): pulumi.CustomResource {
  const resourceClass = typed[`${manifest.apiVersion}/${manifest.kind}`]?.();
  return resourceClass
    ? new resourceClass(name, manifest as never, opts)
    : new k8s.apiextensions.CustomResource(name, manifest, opts);
}

/** Kinds that live in the mesh's API server where that is another than the cluster's, as on ASM. */
export function isMeshResource({ apiVersion }: Manifest): boolean {
  return /\.istio\.io\/|^istio\.alibabacloud\.com\//.test(apiVersion);
}

/**
 * Registers manifests as children of one component. Kind, namespace and name make the logical name: a position in a
 * list would not survive a reordering.
 */
export function registerAll(
  name: string,
  manifests: Manifest[],
  opts: pulumi.CustomResourceOptions,
  meshProvider?: k8s.Provider,
): pulumi.CustomResource[] {
  const named = new Map<string, pulumi.CustomResource>();
  return manifests.map((manifest) => {
    const provider = isMeshResource(manifest) && meshProvider ? { provider: meshProvider } : {};
    // Pods need what they name: service account, Secret, ConfigMap. Components list those first.
    const dependsOn =
      manifest.kind === "Deployment" ? [...texts(manifest)].flatMap((text) => named.get(text) ?? []) : [];
    const resource = register(
      logicalName(name, manifest),
      manifest,
      pulumi.mergeOptions({ ...opts, ...provider }, { dependsOn }),
    );
    if (nameable.has(manifest.kind)) named.set(manifest.metadata.name, resource);
    return resource;
  });
}

const nameable = new Set(["ServiceAccount", "Secret", "ConfigMap"]);

/** Every text in a value. */
function texts(value: unknown): Set<string> {
  if (typeof value === "string") return new Set([value]);
  if (typeof value !== "object" || value === null) return new Set();
  return new Set(Object.values(value).flatMap((item) => [...texts(item)]));
}

function logicalName(component: string, { kind, metadata }: Manifest): string {
  // The slash keeps namespace `a` with `b-c` apart from namespace `a-b` with `c`: no name can hold one.
  const object = [metadata.namespace, metadata.name].filter(Boolean).join("/");
  return `${component}-${kind.toLowerCase()}-${object}`;
}

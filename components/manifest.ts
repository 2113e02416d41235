import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

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

type Registrar = (name: string, manifest: Manifest, opts: pulumi.CustomResourceOptions) => pulumi.CustomResource;

/** Kinds with a typed resource in the Kubernetes provider; every other kind is a CustomResource. */
const typed: Record<string, Registrar> = {
  "v1/Namespace": (name, args, opts) => new k8s.core.v1.Namespace(name, args, opts),
  "v1/Service": (name, args, opts) => new k8s.core.v1.Service(name, args, opts),
  "v1/ServiceAccount": (name, args, opts) => new k8s.core.v1.ServiceAccount(name, args, opts),
  "v1/ConfigMap": (name, args, opts) => new k8s.core.v1.ConfigMap(name, args, opts),
  "v1/Secret": (name, args, opts) => new k8s.core.v1.Secret(name, args, opts),
  "v1/ResourceQuota": (name, args, opts) => new k8s.core.v1.ResourceQuota(name, args, opts),
  "apps/v1/Deployment": (name, args, opts) => new k8s.apps.v1.Deployment(name, args, opts),
  "autoscaling/v2/HorizontalPodAutoscaler": (name, args, opts) =>
    new k8s.autoscaling.v2.HorizontalPodAutoscaler(name, args, opts),
  "policy/v1/PodDisruptionBudget": (name, args, opts) => new k8s.policy.v1.PodDisruptionBudget(name, args, opts),
  "networking.k8s.io/v1/NetworkPolicy": (name, args, opts) => new k8s.networking.v1.NetworkPolicy(name, args, opts),
  "networking.k8s.io/v1/Ingress": (name, args, opts) => new k8s.networking.v1.Ingress(name, args, opts),
  "rbac.authorization.k8s.io/v1/Role": (name, args, opts) => new k8s.rbac.v1.Role(name, args, opts),
  "rbac.authorization.k8s.io/v1/RoleBinding": (name, args, opts) =>
    new k8s.rbac.v1.RoleBinding(name, args as k8s.rbac.v1.RoleBindingArgs & Manifest, opts),
  "rbac.authorization.k8s.io/v1/ClusterRole": (name, args, opts) => new k8s.rbac.v1.ClusterRole(name, args, opts),
  "rbac.authorization.k8s.io/v1/ClusterRoleBinding": (name, args, opts) =>
    new k8s.rbac.v1.ClusterRoleBinding(name, args as k8s.rbac.v1.ClusterRoleBindingArgs & Manifest, opts),
};

/** Registers one manifest with the engine under a logical name that depends on nothing but its own identity. */
export function register(name: string, manifest: Manifest, opts: pulumi.CustomResourceOptions): pulumi.CustomResource {
  const registrar = typed[`${manifest.apiVersion}/${manifest.kind}`];
  return registrar ? registrar(name, manifest, opts) : new k8s.apiextensions.CustomResource(name, manifest, opts);
}

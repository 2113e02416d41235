import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { identityOf, isMeshResource, type Manifest, neededByPods } from "./manifest.js";
import { resolved, type ValueOf } from "./placeholders.js";

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

/** Registers one manifest with the engine. */
export function register(name: string, manifest: Manifest, opts: pulumi.CustomResourceOptions): pulumi.CustomResource {
  const resourceClass = typed[`${manifest.apiVersion}/${manifest.kind}`]?.();
  return resourceClass
    ? new resourceClass(name, manifest as never, opts)
    : new k8s.apiextensions.CustomResource(name, manifest as k8s.apiextensions.CustomResourceArgs, opts);
}

/** How the manifests of one component are registered. */
export interface Registration {
  /** Speaks to the API server that holds Istio's resources. @default the component's provider */
  meshProvider?: k8s.Provider;
  /** Label the namespaces, which exist, rather than create them. @default false */
  adoptNamespaces?: boolean;
}

/** A manifest with the resource it became. */
export interface Registered {
  manifest: Manifest;
  resource: pulumi.CustomResource;
}

const noValue: ValueOf = ({ kind, of }) => {
  throw new Error(`Nothing gives the ${kind} of ${of}.`);
};

/** What must be in force before pods start, so that they are never open. */
const guards = new Set(["AuthorizationPolicy", "EnvoyFilter"]);
const makesPods = new Set(["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod", "IstioGateway"]);

/** A manifest ready for the engine: its placeholders have their values. */
interface Prepared {
  manifest: Manifest;
  inputs: Manifest;
}

/** Puts values in the place of placeholders. @throws Error when one has no value, before anything is registered */
export function prepared(manifests: readonly Manifest[], values: ValueOf = noValue): Prepared[] {
  return manifests.map((manifest) => ({ manifest, inputs: resolved(asStored(manifest), values) as Manifest }));
}

/** The object without the file it was read from, which the API server does not know. */
function asStored(manifest: Manifest): Manifest {
  if (!manifest.source) return manifest;
  const { source: _, ...stored } = manifest;
  return stored;
}

/**
 * Registers the manifests of one component as its children, in the order they need each other: namespaces first, then what
 * guards pods and what pods name, then the pods.
 *
 * @throws Error when another component of the program has registered one of the objects already, before any other is.
 */
export function registerAll(
  component: pulumi.ComponentResource,
  name: string,
  objects: readonly Prepared[],
  registration: Registration,
): Registered[] {
  const manifests = objects.map(({ manifest }) => manifest);
  const providers = new Map(manifests.map((manifest) => [manifest, providersOf(manifest, registration)]));
  for (const [manifest, each] of providers) for (const provider of each) claim(component, name, manifest, provider);
  const done = new Map<Manifest, pulumi.CustomResource[]>();
  for (const { manifest, inputs } of ordered(objects)) {
    const dependsOn = before(manifest, manifests).flatMap((each) => done.get(each) ?? []);
    const resources = (providers.get(manifest) ?? []).map((provider, i) => {
      const suffix = i === 0 ? "" : "-mesh";
      const opts = { parent: component, dependsOn, ...(provider ? { provider } : {}) };
      return isNamespace(manifest)
        ? namespace(name, suffix, inputs, opts, registration)
        : register(logicalNameOf(name, manifest), inputs, opts);
    });
    done.set(manifest, resources);
  }
  return manifests.flatMap((manifest) => (done.get(manifest) ?? []).map((resource) => ({ manifest, resource })));
}

/** The API servers an object goes to, the component's own as undefined. Both must know a namespace. */
function providersOf(manifest: Manifest, { meshProvider }: Registration): (k8s.Provider | undefined)[] {
  if (isNamespace(manifest) && meshProvider) return [undefined, meshProvider];
  return [isMeshResource(manifest) ? meshProvider : undefined];
}

function namespace(
  component: string,
  suffix: string,
  inputs: Manifest,
  own: pulumi.CustomResourceOptions,
  { adoptNamespaces = false }: Registration,
): pulumi.CustomResource {
  const name = logicalNameOf(component, inputs) + suffix;
  // Until 0.1.0 a namespace was called by its component alone.
  const opts = { ...own, aliases: [{ name: `${component}${suffix}-namespace` }] };
  return adoptNamespaces
    ? new k8s.core.v1.NamespacePatch(name, { metadata: inputs.metadata }, opts)
    : register(name, inputs, opts);
}

const isNamespace = ({ kind }: Manifest) => kind === "Namespace";

const bindsPolicy = ({ kind }: Manifest) => kind === "ValidatingAdmissionPolicyBinding";

const rank = (manifest: Manifest) =>
  isNamespace(manifest) ? 0 : makesPods.has(manifest.kind) || bindsPolicy(manifest) ? 2 : 1;

/** Each manifest after those it waits for; otherwise in the order given. */
function ordered(objects: readonly Prepared[]): Prepared[] {
  return [0, 1, 2].flatMap((wanted) => objects.filter(({ manifest }) => rank(manifest) === wanted));
}

/** The manifests of the same component that one waits for. */
function before(manifest: Manifest, all: readonly Manifest[]): Manifest[] {
  const { kind, metadata } = manifest;
  if (kind === "Namespace") return [];
  // Without its policy the API server cannot tell what the binding reads, and asks for the right to read everything.
  if (bindsPolicy(manifest)) {
    const { policyName } = (manifest.spec ?? {}) as { policyName?: string };
    return all.filter((other) => other.kind === "ValidatingAdmissionPolicy" && other.metadata.name === policyName);
  }
  const own = all.filter((other) => other.kind === "Namespace" && other.metadata.name === metadata.namespace);
  if (!makesPods.has(kind)) return own;
  const needed = new Set(neededByPods(manifest));
  const isNeeded = (other: Manifest) =>
    guards.has(other.kind) ||
    (other.metadata.namespace === metadata.namespace && needed.has(`${other.kind} ${other.metadata.name}`));
  return [...own, ...all.filter(isNeeded)];
}

/** Kind, namespace and name: a position in a list would not survive a reordering. */
function logicalNameOf(component: string, { kind, metadata }: Manifest): string {
  // The slash keeps namespace `a` with `b-c` apart from namespace `a-b` with `c`: no name can hold one.
  const object = [metadata.namespace, metadata.name].filter(Boolean).join("/");
  return `${component}-${kind.toLowerCase()}-${object}`;
}

/** Components by the objects they registered, for each run of a program, which has an engine connection of its own. */
const claims = new WeakMap<object, Map<unknown, Map<string, string>>>();

/** Two components that write one object would overwrite each other with every update. */
function claim(component: pulumi.ComponentResource, name: string, manifest: Manifest, own?: k8s.Provider): void {
  const run = pulumi.runtime.getMonitor() as object | undefined;
  if (!run) return;
  const providers = claims.get(run) ?? new Map<unknown, Map<string, string>>();
  claims.set(run, providers);
  const provider = own ?? component.getProvider("kubernetes:core/v1:Namespace");
  const objects = providers.get(provider) ?? new Map<string, string>();
  providers.set(provider, objects);
  const identity = identityOf(manifest);
  const owner = objects.get(identity);
  if (owner !== undefined)
    throw new Error(`${name}: ${identity} is already registered by ${owner}. Rename one of them, or create it once.`);
  objects.set(identity, name);
}

import { SettingsError } from "../../settings/problem.js";
import type { Blueprint } from "../blueprint.js";
import type { Manifest } from "../manifest.js";
import { leastPrivilegeRoleManifests, type RoleRule, type RoleSubject } from "./leastPrivilegeRole.js";

/** What Pulumi's Kubernetes provider does with an object: it reads it, waits for it, applies it on the server, deletes it. */
export const deployerVerbs = ["get", "list", "watch", "create", "patch", "delete"] as const;

/**
 * What the provider watches while it waits for an object of a kind.
 *
 * Source: the awaiters in pkg/await of https://github.com/pulumi/pulumi-kubernetes
 */
const watchedFor: Record<string, readonly [group: string, resource: string][]> = {
  Deployment: [
    ["apps", "replicasets"],
    ["", "pods"],
    ["", "persistentvolumeclaims"],
  ],
  StatefulSet: [["", "pods"]],
  DaemonSet: [["", "pods"]],
  Job: [["", "pods"]],
  Service: [
    ["", "endpoints"],
    ["discovery.k8s.io", "endpointslices"],
  ],
  Ingress: [
    ["", "services"],
    ["", "endpoints"],
    ["discovery.k8s.io", "endpointslices"],
  ],
};

const roleName = "mesh-egress-deployer";
const rbac = "rbac.authorization.k8s.io";

/**
 * Roles that allow `up` and `destroy` of a stack and nothing else, with the namespaces that they are in. In a namespace they
 * allow the kinds that the stack writes there; of what belongs to no namespace only the objects that it writes are changed, by name.
 *
 * @throws {@link SettingsError} where the stack installs Istio: what its charts write is not known here.
 */
export function deployerRoles({ manifests, namespaces, settings }: Blueprint, subjects: RoleSubject[]): Manifest[] {
  if (settings.mesh.kind === "istio" && settings.mesh.install)
    throw new SettingsError([
      {
        path: "mesh.install",
        reason: "installs Istio from charts, whose objects no role can list beforehand",
        instead:
          "Install the mesh in a stack of its own, with an administrator's rights, and set mesh.install: false here",
      },
    ]);
  const adopted = new Set(namespaces.flatMap(({ namespace, isAdopted }) => (isAdopted ? [namespace] : [])));
  const created = manifests.filter(({ kind, metadata }) => kind === "Namespace" && !adopted.has(metadata.name));
  const places = [...new Set(manifests.flatMap(({ metadata }) => metadata.namespace ?? []))].sort();
  const inCluster = clusterRules(
    manifests.filter(({ metadata }) => metadata.namespace === undefined),
    adopted,
  );
  return [
    ...created.map(({ metadata: { name } }) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })),
    ...(inCluster.length > 0 ? leastPrivilegeRoleManifests({ role: roleName, rules: inCluster, subjects }) : []),
    ...places.flatMap((namespace) => {
      const rules = namespaceRules(manifests.filter(({ metadata }) => metadata.namespace === namespace));
      return leastPrivilegeRoleManifests({ role: roleName, namespace, rules, subjects });
    }),
  ];
}

const groupOf = ({ apiVersion }: Pick<Manifest, "apiVersion">): string =>
  apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";

/** The name of a kind in paths of the API, as Kubernetes makes it by default. */
function resourceOf(kind: string): string {
  const word = kind.toLowerCase();
  if (/(s|x|ch)$/.test(word)) return word === "endpoints" ? word : `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}

/** Objects by API group and resource. */
function byResource(manifests: readonly Manifest[]): Map<string, { group: string; resource: string; names: string[] }> {
  const found = new Map<string, { group: string; resource: string; names: string[] }>();
  for (const manifest of manifests) {
    const [group, resource] = [groupOf(manifest), resourceOf(manifest.kind)];
    const known = found.get(`${group}/${resource}`) ?? { group, resource, names: [] };
    known.names.push(manifest.metadata.name);
    found.set(`${group}/${resource}`, known);
  }
  return found;
}

/**
 * A namespace that exists is labelled and never deleted. Lists and watches cannot be of one name: the provider watches the kind
 * while it waits, until a deleted namespace is gone.
 */
function clusterRules(manifests: readonly Manifest[], adopted: ReadonlySet<string>): RoleRule[] {
  const isAdopted = ({ kind, metadata }: Manifest) => kind === "Namespace" && adopted.has(metadata.name);
  const named = (some: readonly Manifest[], verbs: string[]) =>
    [...byResource(some).values()].map(({ group, resource, names }) => ({
      apiGroups: [group],
      resources: [resource],
      verbs,
      resourceNames: names,
    }));
  const kinds = [...byResource(manifests).values()].map(({ group, resource }) => [group, resource] as const);
  return [
    ...named(
      manifests.filter((one) => !isAdopted(one)),
      ["get", "create", "patch", "delete"],
    ),
    ...named(manifests.filter(isAdopted), ["get", "patch"]),
    ...byGroup(kinds, ["list", "watch"]),
    ...byGroup(manifests.flatMap(readByPolicy), ["get"]),
    ...escalation(manifests),
  ];
}

/**
 * Whoever writes an admission policy that reads objects of a kind must be allowed to read them all.
 *
 * Source: pkg/registry/admissionregistration/validatingadmissionpolicy of https://github.com/kubernetes/kubernetes
 */
function readByPolicy({ kind, spec }: Manifest): (readonly [group: string, resource: string])[] {
  const { paramKind } = (spec ?? {}) as { paramKind?: { apiVersion: string; kind: string } };
  if (kind !== "ValidatingAdmissionPolicy" || !paramKind) return [];
  return [[groupOf(paramKind), resourceOf(paramKind.kind)]];
}

function namespaceRules(manifests: readonly Manifest[]): RoleRule[] {
  const written = [...byResource(manifests).values()].map(({ group, resource }) => [group, resource] as const);
  const isWritten = (group: string, resource: string) => written.some(([g, r]) => g === group && r === resource);
  const watched = manifests
    .flatMap(({ kind }) => watchedFor[kind] ?? [])
    .filter(([group, resource]) => !isWritten(group, resource));
  return [
    ...byGroup(written, [...deployerVerbs]),
    ...byGroup(watched, ["get", "list", "watch"]),
    ...escalation(manifests),
  ];
}

/** A rule for each API group. */
function byGroup(resources: readonly (readonly [group: string, resource: string])[], verbs: string[]): RoleRule[] {
  const groups = new Map<string, Set<string>>();
  for (const [group, resource] of resources) groups.set(group, (groups.get(group) ?? new Set()).add(resource));
  return [...groups].map(([group, names]) => ({ apiGroups: [group], resources: [...names].sort(), verbs }));
}

/** Nobody may write a role that allows more than they may do themselves, or bind one, unless it is named here. */
function escalation(manifests: readonly Manifest[]): RoleRule[] {
  const allow = (verb: string, resource: string, names: string[]): RoleRule[] =>
    names.length > 0
      ? [{ apiGroups: [rbac], resources: [resource], verbs: [verb], resourceNames: [...new Set(names)] }]
      : [];
  const named = (kind: string) => manifests.flatMap((one) => (one.kind === kind ? [one.metadata.name] : []));
  const bound = (kind: string) =>
    manifests.flatMap((one) => {
      const { roleRef } = one as { roleRef?: { kind: string; name: string } };
      return roleRef?.kind === kind ? [roleRef.name] : [];
    });
  return [
    ...allow("escalate", "roles", named("Role")),
    ...allow("escalate", "clusterroles", named("ClusterRole")),
    ...allow("bind", "roles", bound("Role")),
    ...allow("bind", "clusterroles", bound("ClusterRole")),
  ];
}

import { objectName, withArguments } from "mesh-access";
import type { Blueprint } from "../components/blueprint.js";
import type { Manifest } from "../components/manifest.js";
import { makesMesh } from "../settings/mesh.js";
import { releaseOf } from "../settings/revisions.js";
import type { DatabaseSettings } from "../settings/databases.js";
import { type ChangeId, changeMessages } from "./planMessages.js";

/** Something that a stack changes for workloads that are not its own. */
export interface ChangeForOthers {
  id: ChangeId;
  args: Readonly<Record<string, string>>;
  /** The object that does it: `NetworkPolicy shop/default-deny`. */
  object: string;
}

/** A change as a sentence, its object, and what keeps it out. */
export interface WrittenChange {
  what: string;
  object: string;
  keepOut: string;
  /** Where it happens; undefined for the whole mesh or cluster. */
  namespace?: string;
  /** Workloads that it concerns, where the cluster is known. */
  concerns?: string;
}

export function writtenChange({ id, args, object }: ChangeForOthers): WrittenChange {
  const { what, keepOut } = changeMessages[id];
  const { namespace } = args;
  return {
    what: withArguments(what, args),
    object,
    keepOut: withArguments(keepOut, args),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/** For the engine's log: a line for each change, the object and what keeps it out behind it. */
export function changesText(changes: readonly WrittenChange[]): string {
  const lines = changes.map(({ what, object, keepOut }) => `- ${what} (${object}. To keep it out: ${keepOut})`);
  return ["Changes that affect others:", ...lines].join("\n");
}

/**
 * What a stack changes for others on a cluster that exists, taken from its manifests. A cluster that the stack creates has
 * no others.
 */
export function changesForOthers(blueprint: Blueprint): ChangeForOthers[] {
  const { settings, meshManifests, namespaces, parts } = blueprint;
  if (settings.cluster.cloud !== "existing") return [];
  const manifests = [meshManifests, ...[...namespaces, ...parts].map((part) => part.manifests)].flat();
  const places: Places = {
    // A mesh that the stack makes has no workloads of others yet.
    root: makesMesh(settings.mesh) ? undefined : blueprint.mesh.rootNamespace,
    shared: new Set(settings.namespaces.filter(({ management }) => management !== "create").map(({ name }) => name)),
    denying: new Set(manifests.filter(isDefaultDeny).map(({ metadata }) => metadata.namespace ?? "")),
    gateway: blueprint.gateway.namespace,
  };
  return [
    ...installed(blueprint),
    ...moved(blueprint, places),
    ...manifests.flatMap((manifest) => changeOf(manifest, places) ?? []),
    ...routes(settings.databases, places),
  ];
}

interface Places {
  /** Root namespace of a mesh that others use. */
  root: string | undefined;
  /** Namespaces of the stack that existed, with workloads of others. */
  shared: ReadonlySet<string>;
  /** Those of them in which everything is denied by default: a further policy closes nothing there. */
  denying: ReadonlySet<string>;
  /** Namespace of the egress gateway: traffic policy towards it concerns the databases' clients only. */
  gateway: string;
}

function installed({ settings: { mesh } }: Blueprint): ChangeForOthers[] {
  if (mesh.kind !== "istio" || !mesh.install) return [];
  return mesh.revisions.map((revision) => ({
    id: "mesh-installed",
    args: { version: revision.version ?? mesh.version },
    object: `Helm release ${mesh.namespace}/${releaseOf(revision)}`,
  }));
}

/** Pods of others in namespaces whose revision the stack chooses. */
function moved({ revisions }: Blueprint, { shared }: Places): ChangeForOthers[] {
  return [...revisions]
    .filter(([namespace]) => shared.has(namespace))
    .map(([namespace, revision]) => ({
      id: "namespace-revision",
      args: { namespace, revision },
      object: `Namespace ${namespace}`,
    }));
}

/** Fields that decide which workloads an object is for, and what it says. */
interface Spec {
  selector?: object;
  workloadSelector?: object;
  targetRef?: object;
  targetRefs?: object;
  mtls?: { mode?: string };
  host?: string;
}

const specOf = ({ spec }: Manifest): Spec => (spec ?? {}) as Spec;

/** Kinds of Istio whose objects without a selector are for all workloads of their namespace, or of the mesh. */
const scopedKinds = new Set([
  "AuthorizationPolicy",
  "EnvoyFilter",
  "PeerAuthentication",
  "ProxyConfig",
  "RequestAuthentication",
  "Sidecar",
  "Telemetry",
  "WasmPlugin",
]);

function isForAll(manifest: Manifest): boolean {
  const { selector, workloadSelector, targetRef, targetRefs } = specOf(manifest);
  return scopedKinds.has(manifest.kind) && !selector && !workloadSelector && !targetRef && !targetRefs;
}

const modeOf = (manifest: Manifest): string => specOf(manifest).mtls?.mode ?? "PERMISSIVE";

function change(id: ChangeId, manifest: Manifest, args: Record<string, string> = {}): ChangeForOthers {
  const { kind, metadata } = manifest;
  return { id, args, object: objectName({ kind, namespace: metadata.namespace ?? "", name: metadata.name }) };
}

function changeOf(manifest: Manifest, places: Places): ChangeForOthers | undefined {
  const { kind, metadata } = manifest;
  const { namespace = "", name } = metadata;
  if (kind === "GlobalNetworkPolicy") return change("global-policy", manifest, { name });
  if (kind === "ValidatingAdmissionPolicyBinding") {
    const guard = guards.find(({ suffix }) => name.endsWith(suffix));
    return guard && change(guard.id, manifest);
  }
  if (kind === "Namespace") return places.shared.has(name) ? labelled(manifest) : undefined;
  if (namespace === places.root && isForAll(manifest)) return meshWide(manifest);
  return places.shared.has(namespace) ? inNamespace(manifest, namespace, places) : undefined;
}

/** Admission policies that are for other namespaces too, by the ends of their names. */
const guards = [
  { suffix: "-nodes.mesh-egress", id: "gateway-node-guard" },
  { suffix: "-hosts.mesh-egress", id: "gateway-route-guard" },
  { suffix: "-reserved.mesh-egress", id: "gateway-route-guard" },
  { suffix: "-servers.mesh-egress", id: "gateway-server-guard" },
] as const;

function labelled(manifest: Manifest): ChangeForOthers {
  const labels = Object.entries(manifest.metadata.labels ?? {}).map(([key, value]) => `${key}=${value}`);
  const injects = labels.some((label) => /^istio-injection=enabled$|^istio\.io\/rev=/.test(label));
  const id = injects ? "namespace-labels" : "namespace-labels-only";
  return change(id, manifest, { namespace: manifest.metadata.name, labels: labels.join(", ") });
}

function meshWide(manifest: Manifest): ChangeForOthers {
  const { kind, metadata } = manifest;
  if (kind === "PeerAuthentication") return change("mesh-mutual-tls", manifest, { mode: modeOf(manifest) });
  if (kind === "Telemetry") return change("mesh-telemetry", manifest);
  return change("mesh-object", manifest, { kind, name: metadata.name });
}

function inNamespace(manifest: Manifest, namespace: string, { gateway, denying }: Places): ChangeForOthers | undefined {
  const { kind, metadata } = manifest;
  const other = { kind, name: metadata.name, namespace };
  switch (kind) {
    case "NetworkPolicy":
      if (isDefaultDeny(manifest)) return change("default-deny", manifest, { namespace });
      return denying.has(namespace) ? undefined : change("network-policy", manifest, { namespace });
    case "PeerAuthentication":
      return change("namespace-mutual-tls", manifest, { namespace, mode: modeOf(manifest) });
    case "Sidecar":
      return isForAll(manifest) ? change("sidecar-imports", manifest, { namespace }) : undefined;
    case "ResourceQuota":
      return change("namespace-quota", manifest, { namespace });
    case "DestinationRule":
      return specOf(manifest).host?.includes(`.${gateway}.svc.`)
        ? undefined
        : change("namespace-object", manifest, other);
    default:
      return isForAll(manifest) ? change("namespace-object", manifest, other) : undefined;
  }
}

function isDefaultDeny({ kind, metadata }: Manifest): boolean {
  return kind === "NetworkPolicy" && metadata.name === "default-deny";
}

/** Registering a database takes its host over for every pod of its clients' namespaces. */
function routes(databases: readonly DatabaseSettings[], { shared }: Places): ChangeForOthers[] {
  return [...shared].flatMap((namespace) => {
    const own = databases.filter(({ clients }) => clients.some((client) => client.namespace === namespace));
    const refuses = (db: DatabaseSettings) =>
      db.clients.every((client) => client.namespace !== namespace || client.serviceAccounts !== undefined);
    return [
      ...route("database-route", namespace, own.filter(refuses)),
      ...route(
        "database-route-open",
        namespace,
        own.filter((db) => !refuses(db)),
      ),
    ];
  });
}

/** Databases that a sentence names; of more it says how many. */
const namedDatabases = 5;

function route(id: ChangeId, namespace: string, databases: readonly DatabaseSettings[]): ChangeForOthers[] {
  if (databases.length === 0) return [];
  const more = databases.length - namedDatabases;
  const names = databases.slice(0, namedDatabases).map(({ name }) => name);
  const listed = more > 0 ? `${names.join(", ")} and ${more} more` : names.join(", ");
  return [{ id, args: { namespace, databases: listed }, object: "ServiceEntry and VirtualService of each" }];
}

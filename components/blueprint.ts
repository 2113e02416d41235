import { written } from "mesh-access";
import { clusterNetwork, type ClusterNetwork, type ClusterSettings } from "../settings/cluster.js";
import type { DatabaseSettings } from "../settings/databases.js";
import type { MeshSettings } from "../settings/mesh.js";
import type { NamespaceSettings } from "../settings/namespaces.js";
import { type Problem, SettingsError } from "../settings/problem.js";
import { defaultRevisionOf, namesRevisions, revisionNamed, unnamedRevision } from "../settings/revisions.js";
import type { Settings } from "../settings/schema.js";
import { trafficModes, type TrafficModeFacts } from "../settings/trafficModes.js";
import { writtenObjects } from "../settings/workloads.js";
import { onGatewayNodes } from "./cluster/cluster.js";
import { hostOf } from "./egress/databaseEgress.js";
import { endpointsOf } from "./egress/endpoint.js";
import { forwarderOf } from "./egress/forwarder.js";
import type { EgressGatewayArgs } from "./gateway/egressGateway.js";
import { type Gateway, gatewayOf } from "./gateway/gateway.js";
import { restartedBy } from "./revisionOfPods.js";
import { type ImageSource, imagesOf, pulledFrom, sameNameProblems, unusedDigestProblems } from "./images.js";
import { identityOf, type Manifest } from "./manifest.js";
import { asmFacts, cloudServiceMeshFacts, istioFacts } from "./mesh/meshFacts.js";
import { meshManifests } from "./mesh/meshManifests.js";
import type { MeshFacts } from "./mesh/mesh.js";
import type { MeshNamespaceArgs } from "./namespace/meshNamespace.js";
import {
  gatewayPart,
  type NamespacePart,
  namespacePart,
  nodeGuardPart,
  type Part,
  partsOf,
  podGuardPart,
  routeGuardPart,
} from "./parts.js";

/**
 * A stack decided but not registered: its manifests, rendered once. The access analysis judges them before anything is
 * applied, and the platform registers the very same objects.
 */
export interface Blueprint {
  settings: Settings;
  mesh: MeshFacts;
  network: ClusterNetwork;
  /** Facts of the gateway; its namespace also holds the resources of databases that do not pass it. */
  gateway: Gateway;
  /** Revision of each namespace with sidecars, and of the gateway's. Empty where no control plane has a name. */
  revisions: ReadonlyMap<string, string>;
  /** Objects of the mesh itself, beside its charts. The mesh's component registers them. */
  meshManifests: Manifest[];
  namespaces: NamespacePart[];
  /** The gateway to install. Undefined where another stack owns it, and where no database passes one. */
  egressGateway?: Part;
  /** Everything above namespaces and gateway. */
  parts: Part[];
  /** Every manifest of the stack, layer by layer. */
  manifests: Manifest[];
  /**
   * What exists already: judged, never registered. The gateway where another stack owns it, as these settings would install
   * it, and namespaces that are used as they are.
   */
  assumed: Manifest[];
}

/**
 * Decides a stack. Pure: equal settings give equal blueprints.
 *
 * @throws {@link SettingsError} when two names chosen by the settings would make one object of two, or when two stacks on
 * one gateway could write the same object.
 */
export function blueprintOf(settings: Settings): Blueprint {
  const mesh = meshFacts(settings.mesh, settings.cluster);
  const network = clusterNetwork(settings.cluster);
  const gateway = gatewayOf(settings.gateway, mesh);
  const throughGateway = settings.databases.filter((db) => modeOf(db).throughGateway);
  const { install = throughGateway.length > 0 } = settings.gateway;
  const hasGateway = install || gateway.tenant !== undefined;
  const rendered: Layers = {
    meshManifests: meshManifests(settings.mesh),
    namespaces: namespaces(settings, mesh, gateway),
    ...(install
      ? { egressGateway: gatewayPart(egressGateway(settings, { mesh, gateway }, throughGateway), gateway) }
      : {}),
    parts: [
      ...(install ? [...nodeGuard(settings, mesh, gateway), ...routeGuard(settings, mesh, gateway)] : []),
      ...podGuard(settings, gateway),
      ...partsOf(settings, { mesh, network, gateway, hasGateway, throughGateway }),
    ],
  };
  const { registry, imageDigests } = settings.cluster;
  const images = imagesOf(manifestsOf(rendered));
  const problems = [
    ...collisions(manifestsOf(rendered), settings),
    ...outsideOwnNamespaces(settings, gateway, rendered.parts),
    ...(registry === undefined ? [] : sameNameProblems(registry, images)),
    ...unusedDigestProblems(imageDigests, images),
  ];
  if (problems.length > 0) throw new SettingsError(problems);
  const pulled = layersPulledFrom(settings.cluster, rendered);
  const revisions = namespaceRevisions(settings, gateway);
  const layers = { ...pulled, parts: pulled.parts.map((part) => restarted(part, revisions)) };
  const manifests = manifestsOf(layers);
  const assumed = [
    ...(gateway.tenant === undefined ? [] : blueprintOf(ownersPart(settings)).manifests),
    ...layers.namespaces.flatMap((namespace) => namespace.assumed),
  ];
  return { settings, mesh, network, gateway, revisions, ...layers, manifests, assumed };
}

/** The part with pods that restart when the revision of their namespace changes. */
function restarted(part: Part, revisions: ReadonlyMap<string, string>): Part {
  return { ...part, manifests: restartedBy((namespace) => nameFor(revisions, namespace), part.manifests) };
}

/** What pods note of their revision. Of the one without a name nothing, so that none restarts when another comes beside it. */
function nameFor(revisions: ReadonlyMap<string, string>, namespace: string): string | undefined {
  const revision = revisions.get(namespace);
  return revision === unnamedRevision ? undefined : revision;
}

type Layers = Pick<Blueprint, "meshManifests" | "namespaces" | "egressGateway" | "parts">;

function manifestsOf({ meshManifests, namespaces, egressGateway, parts }: Layers): Manifest[] {
  const all = [...namespaces, ...(egressGateway ? [egressGateway] : []), ...parts];
  return [...meshManifests, ...all.flatMap((part) => part.manifests)];
}

/** The layers, with the images of all their pods taken by digest and from a registry, where the settings say so. */
function layersPulledFrom(source: ImageSource, { meshManifests, namespaces, egressGateway, parts }: Layers): Layers {
  const from = <P extends Part>(part: P): P => ({ ...part, manifests: pulledFrom(source, part.manifests) });
  return {
    meshManifests,
    namespaces: namespaces.map(from),
    ...(egressGateway ? { egressGateway: from(egressGateway) } : {}),
    parts: parts.map(from),
  };
}

/** Every manifest the verdicts rest on: the stack's, and those of the stack that owns the gateway. */
export function judgedManifests({ assumed, manifests }: Blueprint): Manifest[] {
  return [...assumed, ...manifests];
}

/** What the verdicts assume and the stack does not see to. Undefined where it sees to everything. */
export function assumptionOf({ gateway, namespaces }: Blueprint): string | undefined {
  const used = namespaces.filter(({ assumed }) => assumed.length > 0).map(({ namespace }) => namespace);
  const assumptions = [
    ...(gateway.tenant === undefined
      ? []
      : [
          `The gateway ${gateway.namespace}/${gateway.name} belongs to another stack. The verdicts assume that it is installed as these settings would install it.`,
        ]),
    ...(used.length === 0
      ? []
      : [
          `Namespaces used as they are: ${used.join(", ")}. The verdicts assume the labels that these settings describe.`,
        ]),
  ];
  return assumptions.length === 0 ? undefined : assumptions.join(" ");
}

/** A stack that owns the gateway and brings nothing, as far as the settings of a tenant tell what its owner has written. */
function ownersPart(settings: Settings): Settings {
  const { cluster, gateway, ingress, mesh, mutualTls, network } = settings;
  return {
    ...settings,
    cluster: { ...cluster, imageDigests: {} },
    mesh: mesh.kind === "istio" ? { ...mesh, install: true } : mesh,
    gateway: { ...gateway, install: true, tenant: undefined },
    namespaces: [],
    databases: [],
    workloads: [],
    rbac: [],
    ingress: { hosts: [], gateway: { ...ingress.gateway, create: false } },
    mutualTls: { ...mutualTls, namespaces: [], workloads: [] },
    network: {
      ...network,
      isolation: { ...network.isolation, namespaces: [] },
      flows: [],
      openIngress: [],
      openEgress: [],
      protection: [],
    },
  };
}

/** Objects that are written twice: the second would silently replace the first. */
function collisions(manifests: Manifest[], { workloads }: Settings): Problem[] {
  const places = new Map<Manifest, string>(
    writtenObjects(workloads).map(({ object, file, line }) => [object, `${file}:${line}`]),
  );
  const seen = new Map<string, Manifest>();
  return manifests.flatMap((manifest) => {
    const identity = identityOf(manifest);
    const earlier = seen.get(identity);
    if (!earlier) {
      seen.set(identity, manifest);
      return [];
    }
    const { kind, metadata } = manifest;
    const title = `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
    const place = places.get(manifest) ?? places.get(earlier);
    return [
      place === undefined
        ? { path: title, reason: "would be written by two entries of the settings", instead: "Rename one of them" }
        : {
            path: place,
            reason: `${title} is an object that the stack writes itself`,
            instead: "Rename it, or leave it out",
          },
    ];
  });
}

/** Objects of a tenant's stack outside its own namespaces, where another stack could write the same. */
function outsideOwnNamespaces(settings: Settings, gateway: Gateway, parts: Part[]): Problem[] {
  if (gateway.tenant === undefined) return [];
  const own = new Set<string | undefined>(settings.namespaces.map(({ name }) => name));
  return parts.flatMap(({ manifests, besideGateway }) =>
    manifests
      .filter(
        ({ metadata: { namespace } }) => !own.has(namespace) && !(besideGateway && namespace === gateway.namespace),
      )
      .map(({ kind, metadata: { namespace, name } }) => ({
        path: `${kind} ${namespace ?? ""}/${name}`,
        reason: "would be outside this stack's namespaces, where another stack may write it too",
        instead: "List its namespace under `namespaces`, or leave it to the gateway's owner",
      })),
  );
}

const modeOf = (db: DatabaseSettings): TrafficModeFacts => trafficModes[db.trafficMode];

function meshFacts(mesh: MeshSettings, cluster: ClusterSettings): MeshFacts {
  switch (mesh.kind) {
    case "istio":
      return istioFacts(mesh);
    case "asm":
      // The control plane's addresses come from the nodes' vSwitch of the first zone.
      return asmFacts({ ...mesh, controlPlaneCidr: cluster.cloud === "ack" ? (cluster.zones[0]?.nodes ?? "") : "" });
    case "cloud-service-mesh":
      return cloudServiceMeshFacts({ ...mesh, ...(cluster.cloud === "gke" ? fleetOf(cluster) : { project: "" }) });
  }
}

const fleetOf = ({ project, servicePerimeter }: ClusterSettings & { cloud: "gke" }) => ({ project, servicePerimeter });

function namespaces(settings: Settings, mesh: MeshFacts, gateway: Gateway): NamespacePart[] {
  return namespaceArgs(settings, mesh, gateway).map(namespacePart);
}

function namespaceArgs(settings: Settings, mesh: MeshFacts, gateway: Gateway): MeshNamespaceArgs[] {
  const { cni } = settings.mesh;
  const own = settings.namespaces.map(({ name, importsFrom, podGuard: _, ...rest }) => ({
    ...rest,
    namespace: name,
    mesh,
    cni,
    importsFrom: importsOf({ name, importsFrom, ...rest }, settings, { mesh, gateway }),
  }));
  if (!hasGatewayNamespace(settings)) return own;
  const { revision } = settings.gateway;
  // The gateway's proxy binds ports above 1023 and redirects nothing, so the strictest level admits it.
  return [{ namespace: gateway.namespace, mesh, injection: true, revision, podSecurity: "restricted" }, ...own];
}

/** Whether the stack has a namespace of the gateway: databases that pass no gateway have their resources there too. */
function hasGatewayNamespace({ gateway, databases, mesh }: Settings): boolean {
  // ASM makes its gateways' namespace itself.
  return (gateway.install ?? databases.length > 0) && mesh.kind !== "asm";
}

/** The revision that each namespace with sidecars gets them from. */
function namespaceRevisions(settings: Settings, gateway: Gateway): Map<string, string> {
  const { mesh } = settings;
  if (mesh.kind !== "istio" || !namesRevisions(mesh)) return new Map();
  const own = settings.namespaces.filter(({ injection }) => injection);
  const all = [
    ...(hasGatewayNamespace(settings) ? [{ name: gateway.namespace, revision: settings.gateway.revision }] : []),
    ...own,
  ];
  return new Map(all.map(({ name, revision = defaultRevisionOf(mesh) }) => [name, revisionNamed(mesh, revision)]));
}

/** Namespaces whose services and routes the sidecars of one namespace take over. Undefined: every namespace's. */
function importsOf(
  { name, injection, management, importsFrom }: NamespaceSettings,
  { network }: Settings,
  { mesh, gateway }: { mesh: MeshFacts; gateway: Gateway },
): string[] | undefined {
  const choice = importsFrom ?? (management === "create" ? "declared" : "all");
  if (!injection || choice === "all") return undefined;
  return [
    mesh.rootNamespace,
    gateway.namespace,
    network.isolation.dns.namespace,
    ...(mesh.traceCollector ? [mesh.traceCollector.namespace] : []),
    ...network.flows.filter(({ from }) => from.namespace === name).map(({ to }) => to.namespace),
    ...(choice === "declared" ? [] : choice),
  ];
}

const hasGatewayNodes = ({ cluster, gateway }: Settings): boolean =>
  gateway.dedicatedNodes ?? cluster.cloud !== "existing";

function nodeGuard(settings: Settings, mesh: MeshFacts, gateway: Gateway): Part[] {
  const { enabled, exceptNamespaces } = settings.gateway.nodeGuard;
  return enabled && hasGatewayNodes(settings) ? [nodeGuardPart({ gateway, mesh, exceptNamespaces })] : [];
}

function routeGuard(settings: Settings, mesh: MeshFacts, gateway: Gateway): Part[] {
  const { enabled = mesh.kind !== "asm", ...rest } = settings.gateway.routeGuard;
  return enabled ? [routeGuardPart({ gateway, mesh, ...rest })] : [];
}

function podGuard({ namespaces, databases }: Settings, gateway: Gateway): Part[] {
  const clients = new Set(databases.flatMap((db) => db.clients.map(({ namespace }) => namespace)));
  const isOwn = ({ name, injection, management }: NamespaceSettings) =>
    injection && management === "create" && clients.has(name) && gateway.tenant === undefined;
  const guarded = namespaces.filter((each) => each.podGuard ?? isOwn(each)).map(({ name }) => name);
  return guarded.length === 0 ? [] : [podGuardPart({ gateway, namespaces: guarded })];
}

function egressGateway(
  settings: Settings,
  { mesh, gateway }: { mesh: MeshFacts; gateway: Gateway },
  throughGateway: DatabaseSettings[],
): EgressGatewayArgs {
  const { dedicatedNodes: _, nodeGuard: __, routeGuard: ___, ...own } = settings.gateway;
  const nginx = throughGateway.filter((db) => db.trafficMode === "tls-wildcard" && db.via === "sni-proxy");
  return {
    ...own,
    mesh,
    revision: nameFor(namespaceRevisions(settings, gateway), gateway.namespace),
    nodes: hasGatewayNodes(settings) ? onGatewayNodes : undefined,
    statistics: settings.observability.metrics.enabled,
    // Which clusters of the mesh run a gateway that names none, no page of ASM says.
    clusterIds: mesh.kind === "asm" ? [written({ kind: "cluster", of: "own" })] : undefined,
    forwarders: nginx.flatMap((db) =>
      endpointsOf({ ...db, host: hostOf(db, settings.gateway.tenant) }).map(forwarderOf),
    ),
  };
}

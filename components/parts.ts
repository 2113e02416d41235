import type { ClusterNetwork } from "../settings/cluster.js";
import type { DatabaseSettings } from "../settings/databases.js";
import { writesMeshPolicy } from "../settings/mutualTls.js";
import { isolatedNamespaces } from "../settings/network.js";
import { telemetryScope } from "../settings/observability.js";
import type { Settings } from "../settings/schema.js";
import { databaseEgressManifests } from "./egress/databaseEgress.js";
import { clientNamespaces } from "./egress/endpoint.js";
import { egressGatewayManifests, type EgressGatewayArgs } from "./gateway/egressGateway.js";
import type { Gateway } from "./gateway/gateway.js";
import { nodeGuardManifests, type NodeGuardArgs } from "./gateway/nodeGuard.js";
import { routeGuardManifests, type RouteGuardArgs } from "./gateway/routeGuard.js";
import { mutualTlsManifests } from "./identity/mutualTls.js";
import { httpsIngressSpecs, ingressGatewayArgs } from "./ingress/ingressFromSettings.js";
import { httpsIngressManifests } from "./ingress/httpsIngress.js";
import { ingressGatewayManifests } from "./ingress/ingressGateway.js";
import type { Manifest } from "./manifest.js";
import type { MeshFacts } from "./mesh/mesh.js";
import { podGuardManifests, type PodGuardArgs } from "./namespace/podGuard.js";
import { meshNamespaceManifests, type MeshNamespaceArgs, namespaceManifest } from "./namespace/meshNamespace.js";
import { globalIsolationArgs, networkIsolationArgs } from "./network/networkFromSettings.js";
import { globalIsolationManifests } from "./network/globalIsolation.js";
import { networkIsolationManifests } from "./network/networkIsolation.js";
import { trafficProtectionManifests } from "./network/trafficProtection.js";
import { gatewayMetricsArgs } from "./observability/fromSettings.js";
import { gatewayMetricsManifests } from "./observability/gatewayMetrics.js";
import { meshTelemetryManifests, traceCollectorOf } from "./observability/meshTelemetry.js";
import { leastPrivilegeRoleManifests } from "./rbac/leastPrivilegeRole.js";
import { componentType } from "./manifestComponent.js";
import { deploymentManifests, manifestsByNamespace } from "./workloads/workloadsFromSettings.js";

/** One component above namespaces and gateway: the manifests that are judged, and registered as they are. */
export interface Part {
  /** Its identity in the stack; its logical name derives from it alone. */
  name: string;
  /** Type of the component that holds them. */
  type: string;
  manifests: Manifest[];
  /** The API server whose provider is the component's: the cluster's, or the mesh's. */
  home: "cluster" | "mesh";
  /** Namespaces that must exist first. */
  namespaces: string[];
  /** Whether the egress gateway must exist first. */
  afterGateway?: boolean;
  /** Whether it may write in the gateway's namespace also where another stack owns that. */
  besideGateway?: boolean;
}

/** A namespace as part of a stack. */
export interface NamespacePart extends Part {
  /** Name of the namespace. */
  namespace: string;
  /** Whether it exists already and is only labelled. */
  isAdopted: boolean;
  /** The namespace as it is assumed to be, where it is used as it is. */
  assumed: Manifest[];
}

/** The namespace with what belongs to it. */
export function namespacePart(args: MeshNamespaceArgs): NamespacePart {
  return {
    name: `namespace-${args.namespace}`,
    type: componentType("MeshNamespace"),
    manifests: meshNamespaceManifests(args),
    home: "cluster",
    namespaces: [],
    namespace: args.namespace,
    isAdopted: args.management === "adopt",
    assumed: args.management === "use" ? [namespaceManifest(args)] : [],
  };
}

/** The gateway, before any database is led through it. */
export function gatewayPart(args: EgressGatewayArgs, { namespace }: Gateway): Part {
  return {
    name: "gateway",
    type: componentType("EgressGateway"),
    manifests: egressGatewayManifests(args),
    home: "cluster",
    namespaces: [namespace],
  };
}

/** What keeps the nodes of the gateway to it. Of the whole cluster, so it is written by the stack that installs the gateway. */
export function nodeGuardPart(args: NodeGuardArgs): Part {
  return {
    name: "gateway-nodes",
    type: componentType("NodeGuard"),
    manifests: nodeGuardManifests(args),
    home: "cluster",
    namespaces: [],
  };
}

/** What keeps the databases' hosts and the gateway's servers to its namespace. Of the whole cluster, like the guard of its nodes. */
export function routeGuardPart(args: RouteGuardArgs): Part {
  return {
    name: "gateway-routes",
    type: componentType("RouteGuard"),
    manifests: routeGuardManifests(args),
    home: "cluster",
    namespaces: [],
  };
}

/** What keeps pods of the clients' namespaces inside the mesh and under network policy. */
export function podGuardPart(args: PodGuardArgs): Part {
  return {
    name: "client-pods",
    type: componentType("PodGuard"),
    manifests: podGuardManifests(args),
    home: "cluster",
    namespaces: [],
  };
}

/** What the settings decided before the parts. */
export interface Context {
  mesh: MeshFacts;
  network: ClusterNetwork;
  gateway: Gateway;
  /** Whether there is a gateway, this stack's or another's. */
  hasGateway: boolean;
  /** Databases that pass the gateway. */
  throughGateway: DatabaseSettings[];
}

/** The parts of a stack, layer by layer. Each is written once: here its arguments meet renderer and component. */
export function partsOf(settings: Settings, context: Context): Part[] {
  return [
    ...settings.databases.map((database) => databasePart(database, settings, context)),
    mutualTlsPart(settings, context),
    ...networkParts(settings, context),
    ...ingressParts(settings),
    ...settings.rbac.map(rolePart),
    ...telemetryParts(settings, context),
    ...metricsParts(settings, context),
    ...workloadParts(settings),
  ].filter(({ manifests }) => manifests.length > 0);
}

function databasePart(database: DatabaseSettings, settings: Settings, context: Context): Part {
  const { mesh, gateway } = context;
  // Where nothing is denied by default, a policy for the database would deny everything else.
  const network = settings.network.isolation.enabled ? context.network : undefined;
  const args = { database, gateway, mesh, network: network && { ...network, isolated: isolatedNamespaces(settings) } };
  return {
    name: `database-${database.name}`,
    type: componentType("DatabaseEgress"),
    manifests: databaseEgressManifests(args),
    home: "cluster",
    namespaces: [gateway.namespace, ...clientNamespaces(database)],
    afterGateway: true,
    besideGateway: true,
  };
}

function mutualTlsPart(settings: Settings, { mesh }: Context): Part {
  const { mutualTls } = settings;
  const args = { ...mutualTls, rootNamespace: mesh.rootNamespace, wholeMesh: writesMeshPolicy(settings) };
  return {
    name: "mtls",
    type: componentType("MutualTls"),
    manifests: mutualTlsManifests(args),
    home: "mesh",
    namespaces: [...mutualTls.namespaces, ...mutualTls.workloads].map(({ namespace }) => namespace),
  };
}

function networkParts(settings: Settings, context: Context): Part[] {
  const { network } = settings;
  const { mesh, gateway } = context;
  const namespaces = settings.namespaces.map(({ name }) => name);
  // Whether proxies send traces is for the gateway's owner to say; a tenant who names the collector has the way open.
  const traceCollector =
    gateway.tenant === undefined ? traceCollectorOf({ ...settings.observability, mesh }) : mesh.traceCollector;
  const { cloud } = settings.cluster;
  const isolation = networkIsolationArgs(network, {
    mesh,
    serviceCidr: context.network.serviceCidr,
    traceCollector,
    isolated: isolatedNamespaces(settings),
    gateway: context.hasGateway ? gateway : undefined,
    gatewayClients: sharedPortClients(context.throughGateway),
    cloud,
  });
  const { policyEngine, serviceCidr } = context.network;
  const global = globalIsolationArgs(network, { mesh, traceCollector, policyEngine, cloud, serviceCidr });
  return [
    ...(network.isolation.enabled
      ? [
          {
            name: "network",
            type: componentType("NetworkIsolation"),
            manifests: networkIsolationManifests(isolation),
            home: "cluster" as const,
            namespaces: [gateway.namespace, ...namespaces],
            besideGateway: true,
          },
        ]
      : []),
    ...(network.globalIsolation.enabled
      ? [
          {
            name: "global-network",
            type: componentType("GlobalIsolation"),
            manifests: globalIsolationManifests(global),
            home: "cluster" as const,
            namespaces: [],
          },
        ]
      : []),
    ...network.protection.map((args): Part => ({
      name: `protection-${args.namespace}/${args.service}`,
      type: componentType("TrafficProtection"),
      manifests: trafficProtectionManifests(args),
      home: "mesh",
      namespaces: [args.namespace],
    })),
  ];
}

/** Client namespaces of databases on the gateway's shared port; one with a port of its own opens the way itself. */
function sharedPortClients(throughGateway: DatabaseSettings[]): string[] {
  return [...new Set(throughGateway.filter((db) => !db.gatewayPort).flatMap(clientNamespaces))].sort();
}

function ingressParts({ cluster, ingress }: Settings): Part[] {
  const gateway = ingressGatewayArgs(ingress, cluster);
  return [
    ...(gateway
      ? [
          {
            name: `ingress-gateway-${gateway.gateway ?? "ingressgateway"}`,
            type: componentType("IngressGateway"),
            manifests: ingressGatewayManifests(gateway),
            home: "cluster" as const,
            namespaces: [gateway.namespace],
          },
        ]
      : []),
    ...httpsIngressSpecs(ingress, cluster).map((spec): Part => ({
      name: `ingress-${spec.entry}`,
      type: componentType("HttpsIngress"),
      manifests: httpsIngressManifests(spec),
      home: "cluster",
      namespaces: [spec.namespace, ...("gateway" in spec.via ? [spec.via.gateway.namespace] : [])],
    })),
  ];
}

function rolePart({ name: role, ...rest }: Settings["rbac"][number]): Part {
  const args = { role, ...rest };
  return {
    name: `role-${args.namespace ?? ""}/${role}`,
    type: componentType("LeastPrivilegeRole"),
    manifests: leastPrivilegeRoleManifests(args),
    home: "cluster",
    namespaces: args.namespace ? [args.namespace] : [],
  };
}

/** Like all that holds for the whole mesh or the gateway, it is the gateway's owner's. */
function telemetryParts(settings: Settings, { mesh, gateway, hasGateway }: Context): Part[] {
  const scope = telemetryScope(settings);
  if (gateway.tenant !== undefined || (scope === "gateway" && !hasGateway)) return [];
  const args = { ...settings.observability, mesh, ...(scope === "gateway" ? { gateway } : {}) };
  return [
    {
      name: "telemetry",
      type: componentType("MeshTelemetry"),
      manifests: meshTelemetryManifests(args),
      home: "mesh",
      namespaces: scope === "gateway" ? [gateway.namespace] : [],
    },
  ];
}

/** The gateway's owner watches it for all stacks. */
function metricsParts(settings: Settings, context: Context): Part[] {
  const { gateway, hasGateway } = context;
  const { metrics } = settings.observability;
  if (!metrics.enabled || gateway.tenant !== undefined || !hasGateway) return [];
  return [
    {
      name: "metrics",
      type: componentType("GatewayMetrics"),
      manifests: gatewayMetricsManifests(gatewayMetricsArgs(settings, context)),
      home: "cluster",
      namespaces: [gateway.namespace, ...(metrics.namespace === undefined ? [] : [metrics.namespace])],
    },
  ];
}

function workloadParts({ workloads }: Settings): Part[] {
  const deployments = workloads.filter((workload) => workload.kind === "deployment");
  return [
    ...deployments.map((workload): Part => ({
      name: `workload-${workload.namespace}/${workload.name}`,
      type: componentType("Workload"),
      manifests: deploymentManifests(workload),
      home: "cluster",
      namespaces: [workload.namespace],
    })),
    ...[...manifestsByNamespace(workloads)].map(([namespace, manifests]): Part => ({
      name: `manifests-${namespace}`,
      type: componentType("Manifests"),
      manifests,
      home: "cluster",
      namespaces: [namespace],
    })),
  ];
}

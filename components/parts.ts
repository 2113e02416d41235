import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterNetwork } from "../settings/cluster.js";
import type { DatabaseSettings } from "../settings/databases.js";
import type { Settings } from "../settings/schema.js";
import type { Cluster } from "./cluster/cluster.js";
import type { ManagedDatabase } from "./database/database.js";
import { DatabaseEgress, databaseEgressManifests } from "./egress/databaseEgress.js";
import { clientNamespaces } from "./egress/endpoint.js";
import type { Gateway } from "./gateway/gateway.js";
import { MutualTls, mutualTlsManifests } from "./identity/mutualTls.js";
import { httpsIngressSpecs, ingressGatewayArgs } from "./ingress/fromSettings.js";
import { HttpsIngress, httpsIngressManifests } from "./ingress/httpsIngress.js";
import { IngressGateway, ingressGatewayManifests } from "./ingress/ingressGateway.js";
import type { Manifest } from "./manifest.js";
import type { Mesh, MeshFacts } from "./mesh/mesh.js";
import { globalIsolationArgs, networkIsolationArgs } from "./network/fromSettings.js";
import { GlobalIsolation, globalIsolationManifests } from "./network/globalIsolation.js";
import { NetworkIsolation, networkIsolationManifests } from "./network/networkIsolation.js";
import { TrafficProtection, trafficProtectionManifests } from "./network/trafficProtection.js";
import { MeshTelemetry, meshTelemetryManifests, traceCollectorOf } from "./observability/meshTelemetry.js";
import { LeastPrivilegeRole, leastPrivilegeRoleManifests } from "./rbac/leastPrivilegeRole.js";
import type { SecretValues } from "./secrets.js";
import { deploymentManifests, manifestsByNamespace } from "./workloads/fromSettings.js";
import { Manifests } from "./workloads/manifests.js";
import { Workload } from "./workloads/workload.js";

/** What parts stand on. */
export interface Ground {
  cluster: Cluster;
  mesh: Mesh;
  /** The mesh's API server where it is another than the cluster's. */
  meshProvider?: k8s.Provider;
  /** Databases that were created, by name. */
  databases: Map<string, ManagedDatabase>;
  secrets: SecretValues;
}

/** One component above namespaces and gateway: what it will be, and how it is registered. */
export interface Part {
  /** Its identity in the stack; its logical name derives from it alone. */
  name: string;
  manifests: Manifest[];
  /** Where its resources live: the cluster's API server, or the mesh's. */
  home: "cluster" | "mesh";
  /** Namespaces that must be there first. */
  namespaces: string[];
  /** Whether the egress gateway must be there first. */
  afterGateway?: boolean;
  /** Whether it may write in the gateway's namespace also where another stack owns that. */
  besideGateway?: boolean;
  create(name: string, ground: Ground, opts: pulumi.ComponentResourceOptions): pulumi.ComponentResource;
}

/** What the settings decided before the parts. */
export interface Surroundings {
  mesh: MeshFacts;
  network: ClusterNetwork;
  gateway: Gateway;
  /** Whether there is a gateway, this stack's or another's. */
  gatewayStands: boolean;
  /** Databases that pass the gateway. */
  guarded: DatabaseSettings[];
}

/** The parts of a stack, layer by layer. Each is written once: here its arguments meet renderer and component. */
export function partsOf(settings: Settings, around: Surroundings): Part[] {
  return [
    ...settings.databases.map((database) => databasePart(database, settings, around)),
    mutualTlsPart(settings, around),
    ...networkParts(settings, around),
    ...ingressParts(settings),
    ...settings.rbac.map(rolePart),
    // Like all that holds for the whole mesh, it is the gateway's owner's.
    ...(around.gateway.tenant === undefined ? [telemetryPart(settings, around.mesh)] : []),
    ...workloadParts(settings),
  ].filter(({ manifests }) => manifests.length > 0);
}

function databasePart(database: DatabaseSettings, settings: Settings, around: Surroundings): Part {
  const { mesh, gateway } = around;
  // Where nothing is denied by default, a policy for the database would deny everything else.
  const network = settings.network.isolation.enabled ? around.network : undefined;
  const args = { database, gateway, mesh, network };
  return {
    name: `database-${database.name}`,
    manifests: databaseEgressManifests(args),
    home: "cluster",
    namespaces: [gateway.namespace, ...clientNamespaces(database)],
    afterGateway: true,
    besideGateway: true,
    create: (name, { meshProvider, databases }, opts) =>
      new DatabaseEgress(name, { ...args, meshProvider, host: databases.get(database.name)?.host }, opts),
  };
}

function mutualTlsPart({ mutualTls }: Settings, { mesh, gateway }: Surroundings): Part {
  const args = { ...mutualTls, rootNamespace: mesh.rootNamespace, wholeMesh: gateway.tenant === undefined };
  return {
    name: "mtls",
    manifests: mutualTlsManifests(args),
    home: "mesh",
    namespaces: [...mutualTls.namespaces, ...mutualTls.workloads].map(({ namespace }) => namespace),
    create: (name, _ground, opts) => new MutualTls(name, args, opts),
  };
}

function networkParts(settings: Settings, around: Surroundings): Part[] {
  const { network } = settings;
  const { mesh, gateway } = around;
  const namespaces = settings.namespaces.map(({ name }) => name);
  // Whether proxies send traces is for the gateway's owner to say; a tenant who names the collector has the way open.
  const traceCollector =
    gateway.tenant === undefined ? traceCollectorOf({ ...settings.observability, mesh }) : mesh.traceCollector;
  const isolation = networkIsolationArgs(network, {
    mesh,
    traceCollector,
    namespaces,
    gateway: around.gatewayStands ? gateway : undefined,
    gatewayClients: sharedPortClients(around.guarded),
  });
  const global = globalIsolationArgs(network, { mesh, traceCollector, policyEngine: around.network.policyEngine });
  return [
    ...(network.isolation.enabled
      ? [
          {
            name: "network",
            manifests: networkIsolationManifests(isolation),
            home: "cluster" as const,
            namespaces: [gateway.namespace, ...namespaces],
            besideGateway: true,
            create: (name: string, _: Ground, opts: pulumi.ComponentResourceOptions) =>
              new NetworkIsolation(name, isolation, opts),
          },
        ]
      : []),
    ...(network.globalIsolation.enabled
      ? [
          {
            name: "global-network",
            manifests: globalIsolationManifests(global),
            home: "cluster" as const,
            namespaces: [],
            create: (name: string, _: Ground, opts: pulumi.ComponentResourceOptions) =>
              new GlobalIsolation(name, global, opts),
          },
        ]
      : []),
    ...network.protection.map((args): Part => ({
      name: `protection-${args.namespace}/${args.service}`,
      manifests: trafficProtectionManifests(args),
      home: "mesh",
      namespaces: [args.namespace],
      create: (name, _ground, opts) => new TrafficProtection(name, args, opts),
    })),
  ];
}

/** Client namespaces of databases on the gateway's shared port; one with a port of its own opens the way itself. */
function sharedPortClients(guarded: DatabaseSettings[]): string[] {
  return [...new Set(guarded.filter((db) => !db.gatewayPort).flatMap(clientNamespaces))].sort();
}

function ingressParts({ cluster, ingress }: Settings): Part[] {
  const gateway = ingressGatewayArgs(ingress, cluster);
  return [
    ...(gateway
      ? [
          {
            name: `ingress-gateway-${gateway.gateway ?? "ingressgateway"}`,
            manifests: ingressGatewayManifests(gateway),
            home: "cluster" as const,
            namespaces: [gateway.namespace],
            create: (name: string, _: Ground, opts: pulumi.ComponentResourceOptions) =>
              new IngressGateway(name, gateway, opts),
          },
        ]
      : []),
    ...httpsIngressSpecs(ingress, cluster).map((spec): Part => ({
      name: `ingress-${spec.entry}`,
      manifests: httpsIngressManifests(spec),
      home: "cluster",
      namespaces: [spec.namespace, ...("gateway" in spec.via ? [spec.via.gateway.namespace] : [])],
      create: (name, { secrets, meshProvider }, opts) =>
        new HttpsIngress(name, { ...spec, secrets, meshProvider }, opts),
    })),
  ];
}

function rolePart({ name: role, ...rest }: Settings["rbac"][number]): Part {
  const args = { role, ...rest };
  return {
    name: `role-${args.namespace ?? ""}/${role}`,
    manifests: leastPrivilegeRoleManifests(args),
    home: "cluster",
    namespaces: args.namespace ? [args.namespace] : [],
    create: (name, _ground, opts) => new LeastPrivilegeRole(name, args, opts),
  };
}

function telemetryPart({ observability }: Settings, mesh: MeshFacts): Part {
  const args = { ...observability, mesh };
  return {
    name: "telemetry",
    manifests: meshTelemetryManifests(args),
    home: "mesh",
    namespaces: [],
    create: (name, _ground, opts) => new MeshTelemetry(name, args, opts),
  };
}

function workloadParts({ workloads }: Settings): Part[] {
  const deployments = workloads.filter((workload) => workload.kind === "deployment");
  return [
    ...deployments.map((workload): Part => ({
      name: `workload-${workload.namespace}/${workload.name}`,
      manifests: deploymentManifests(workload),
      home: "cluster",
      namespaces: [workload.namespace],
      create: (name, { secrets }, opts) => new Workload(name, { ...workload, workload: workload.name, secrets }, opts),
    })),
    ...[...manifestsByNamespace(workloads)].map(([namespace, manifests]): Part => ({
      name: `manifests-${namespace}`,
      manifests,
      home: "cluster",
      namespaces: [namespace],
      create: (name, { secrets, meshProvider }, opts) =>
        new Manifests(name, { manifests, secrets, meshProvider }, opts),
    })),
  ];
}

import { trafficModes, type TrafficModeFacts } from "../settings/trafficModes.js";
import type { ClusterNetwork, ClusterSettings } from "../settings/cluster.js";
import type { DatabaseSettings } from "../settings/databases.js";
import type { MeshSettings } from "../settings/mesh.js";
import type { Settings } from "../settings/schema.js";
import { type NodePlacement, onGatewayNodes } from "./cluster/cluster.js";
import { clientNamespaces, endpointsOf } from "./egress/endpoint.js";
import { databaseEgressManifests, hostOrStandIn } from "./egress/databaseEgress.js";
import { forwarderOf } from "./egress/forwarder.js";
import { egressGatewayManifests, type EgressGatewayArgs } from "./gateway/egressGateway.js";
import { type Gateway, gatewayOf } from "./gateway/gateway.js";
import { mutualTlsManifests, type MutualTlsArgs } from "./identity/mutualTls.js";
import type { Manifest } from "./manifest.js";
import { asmFacts, istioFacts } from "./mesh/facts.js";
import type { MeshFacts } from "./mesh/mesh.js";
import { meshNamespaceManifests, type MeshNamespaceArgs } from "./namespace/meshNamespace.js";
import { networkIsolationManifests, type NetworkIsolationArgs } from "./network/networkIsolation.js";
import { workloadSettingsManifests } from "./workloads/fromSettings.js";

/**
 * A stack decided but not registered: the arguments of every component, as plain values. The platform registers from
 * it, and the access analysis judges its manifests before anything is applied.
 */
export interface Blueprint {
  settings: Settings;
  mesh: MeshFacts;
  network: ClusterNetwork;
  namespaces: MeshNamespaceArgs[];
  /** Facts of the gateway; its namespace also holds the resources of databases that do not pass it. */
  gateway: Gateway;
  /** Undefined when no database passes a gateway. */
  egressGateway?: EgressGatewayArgs;
  databases: DatabaseSettings[];
  mutualTls: MutualTlsArgs;
  isolation: NetworkIsolationArgs;
}

export function blueprintOf(settings: Settings): Blueprint {
  const mesh = meshFacts(settings.mesh, settings.cluster);
  const gateway = gatewayOf(settings.gateway, mesh);
  const guarded = settings.databases.filter((db) => modeOf(db).throughGateway);
  return {
    settings,
    mesh,
    network: networkOf(settings.cluster),
    namespaces: namespaces(settings, mesh, gateway),
    gateway,
    ...(guarded.length > 0 ? { egressGateway: egressGateway(settings, mesh, guarded) } : {}),
    databases: settings.databases,
    mutualTls: { ...settings.mutualTls, rootNamespace: mesh.rootNamespace },
    isolation: isolation(settings, mesh, gateway, guarded),
  };
}

/** Every manifest of the stack, layer by layer. */
export function manifestsOf(blueprint: Blueprint): Manifest[] {
  const { mesh, gateway, network } = blueprint;
  return [
    ...blueprint.namespaces.flatMap(meshNamespaceManifests),
    ...(blueprint.egressGateway ? egressGatewayManifests(blueprint.egressGateway) : []),
    ...blueprint.databases.flatMap((database) => databaseEgressManifests({ database, mesh, gateway, network })),
    ...mutualTlsManifests(blueprint.mutualTls),
    ...networkIsolationManifests(blueprint.isolation),
    ...blueprint.settings.workloads.flatMap(workloadSettingsManifests),
  ];
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
      throw new Error("not yet");
  }
}

function networkOf(cluster: ClusterSettings): ClusterNetwork {
  const { podCidr, serviceCidr } = cluster;
  return { podCidr, serviceCidr, policyEngine: cluster.cloud === "existing" ? cluster.policyEngine : "terway" };
}

function namespaces(settings: Settings, mesh: MeshFacts, gateway: Gateway): MeshNamespaceArgs[] {
  const cni = settings.mesh.kind === "istio" ? settings.mesh.cni : undefined;
  const own = settings.namespaces.map(({ name, ...rest }) => ({ ...rest, namespace: name, mesh, cni }));
  // ASM makes its gateways' namespace itself.
  if (settings.databases.length === 0 || mesh.kind === "asm") return own;
  // The gateway's proxy binds ports above 1023 and redirects nothing, so the strictest level admits it.
  return [{ namespace: gateway.namespace, mesh, injection: true, podSecurity: "restricted" }, ...own];
}

function egressGateway(settings: Settings, mesh: MeshFacts, guarded: DatabaseSettings[]): EgressGatewayArgs {
  const { dedicatedNodes, ...own } = settings.gateway;
  const nginx = guarded.filter((db) => db.trafficMode === "tls-wildcard" && db.via === "sni-proxy");
  const nodes: NodePlacement | undefined =
    (dedicatedNodes ?? settings.cluster.cloud !== "existing") ? onGatewayNodes : undefined;
  return {
    ...own,
    mesh,
    nodes,
    forwarders: nginx.flatMap((db) => endpointsOf({ ...db, host: hostOrStandIn(db) }).map(forwarderOf)),
  };
}

function isolation(
  settings: Settings,
  mesh: MeshFacts,
  gateway: Gateway,
  guarded: DatabaseSettings[],
): NetworkIsolationArgs {
  const shared = guarded.filter((db) => !db.gatewayPort);
  return {
    namespaces: settings.namespaces.map(({ name }) => name),
    controlPlane: mesh.controlPlane ?? mesh.remoteControlPlane,
    ...(guarded.length > 0
      ? {
          gateway: {
            ...gateway,
            clients: [...new Set(shared.flatMap(clientNamespaces))].sort(),
            ownNamespace: mesh.kind !== "asm",
          },
        }
      : {}),
  };
}

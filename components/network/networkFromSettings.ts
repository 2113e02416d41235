import type { NetworkSettings } from "../../settings/network.js";
import type { Gateway } from "../gateway/gateway.js";
import type { MeshFacts, TraceCollector } from "../mesh/mesh.js";
import { type DnsPeer, dnsRanges } from "./clusterDns.js";
import type { GlobalIsolationArgs } from "./globalIsolation.js";
import { metadataService } from "./metadata.js";
import type { ControlPlanePeer, NetworkIsolationArgs } from "./networkIsolation.js";

/** What isolation must know of the rest of the platform. */
export interface IsolationContext {
  mesh: MeshFacts;
  /** Range of the cluster's Services, among which is DNS. */
  serviceCidr: string;
  /** Namespaces that deny by default, the gateway's aside. */
  isolated: string[];
  gateway?: Gateway;
  /** Where sidecars send their traces; undefined where they send none. */
  traceCollector?: TraceCollector;
  /** Namespaces that may dial the gateway's shared port. Empty where each database opens the hop itself. */
  gatewayClients: string[];
  /** Cloud of the cluster. */
  cloud?: "gke" | "ack" | "existing";
}

/** The mesh's control plane, by pods where it is in the cluster and by address where it is not. */
export function controlPlaneOf(mesh: MeshFacts, ranges?: string[]): ControlPlanePeer | undefined {
  if (mesh.controlPlane) return mesh.controlPlane;
  return mesh.remoteControlPlane && { ...mesh.remoteControlPlane, ...(ranges ? { ranges } : {}) };
}

/** Where DNS is answered, by the settings or in a cluster like this one. */
function dnsOf(
  { isolation: { dns } }: Pick<NetworkSettings, "isolation">,
  { serviceCidr }: Pick<IsolationContext, "serviceCidr">,
): DnsPeer {
  return { ...dns, ranges: dns.ranges ?? dnsRanges(serviceCidr) };
}

/** The settings' isolation as the component takes it. */
export function networkIsolationArgs(network: NetworkSettings, context: IsolationContext): NetworkIsolationArgs {
  const { isolation, flows, openIngress, openEgress } = network;
  const { gateway, mesh } = context;
  return {
    namespaces: context.isolated,
    dns: dnsOf(network, context),
    controlPlane: controlPlaneOf(mesh, isolation.controlPlaneRanges),
    traceCollector: context.traceCollector,
    insideNamespace: isolation.insideNamespace,
    metricsFrom: isolation.metricsFrom,
    flows,
    openIngress,
    openEgress,
    // Elsewhere pods may need what answers there: on GKE it gives them identities of their own.
    metadataRanges: context.cloud === "ack" ? metadataService(context.cloud).ranges : [],
    gateway: gateway && {
      namespace: gateway.namespace,
      selector: gateway.selector,
      sharedPort: gateway.sharedPort,
      clients: context.gatewayClients,
      // The control plane lives in the root namespace: a default deny for all its pods would cut off the mesh.
      ownNamespace: gateway.namespace !== mesh.rootNamespace,
      // To a tenant's stack the gateway is another's.
      isolated: gateway.tenant === undefined,
    },
  };
}

/** The settings' cluster-wide isolation as the component takes it. */
export function globalIsolationArgs(
  { globalIsolation, isolation }: NetworkSettings,
  {
    mesh,
    policyEngine,
    cloud,
    serviceCidr,
    traceCollector,
  }: Pick<IsolationContext, "mesh" | "serviceCidr" | "traceCollector"> &
    Pick<GlobalIsolationArgs, "policyEngine" | "cloud">,
): GlobalIsolationArgs {
  return {
    policyEngine,
    cloud,
    calicoInstalled: globalIsolation.calicoInstalled,
    poseidonInstalled: globalIsolation.poseidonInstalled,
    exceptNamespaces: [mesh.rootNamespace, ...globalIsolation.exceptNamespaces],
    dns: dnsOf({ isolation }, { serviceCidr }),
    controlPlane: controlPlaneOf(mesh, isolation.controlPlaneRanges),
    traceCollector,
    deniedRanges: globalIsolation.deniedRanges,
    exceptPorts: globalIsolation.exceptPorts,
  };
}

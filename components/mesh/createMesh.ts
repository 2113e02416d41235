import type * as pulumi from "@pulumi/pulumi";
import type { MeshSettings } from "../../settings/mesh.js";
import type { ClusterSettings } from "../../settings/cluster.js";
import type { AckCluster } from "../cluster/ack.js";
import type { Cluster } from "../cluster/cluster.js";
import type { GkeCluster } from "../cluster/gke.js";
import type { Mesh } from "./mesh.js";

/** Makes it, once its SDK is loaded. */
export type MakeMesh = (name: string, cluster: Cluster, opts: pulumi.ComponentResourceOptions) => Mesh;

/** Loads what makes the one mesh the settings name. Which clusters can carry it, the settings have checked. */
export async function createMesh(settings: MeshSettings, cluster: ClusterSettings): Promise<MakeMesh> {
  switch (settings.kind) {
    case "istio": {
      const { IstioMesh } = await import("./istio.js");
      const platform = cluster.cloud === "gke" ? cluster.cloud : undefined;
      return (name, { provider, ready, kubernetesVersion }, opts) => {
        const site = { provider, platform, hub: cluster.registry, clusterReady: ready, kubernetesVersion };
        return new IstioMesh(name, { ...settings, ...site }, opts);
      };
    }
    case "asm": {
      const { AlibabaServiceMesh } = await import("./asm.js");
      return (name, ack, opts) =>
        new AlibabaServiceMesh(name, { ...settings, ...asmSite(ack as AckCluster, cluster) }, opts);
    }
    case "cloud-service-mesh": {
      const { CloudServiceMesh } = await import("./cloudServiceMesh.js");
      const { releaseChannel, servicePerimeter } = cluster as ClusterSettings & { cloud: "gke" };
      return (name, gke, opts) =>
        new CloudServiceMesh(
          name,
          { ...settings, releaseChannel, servicePerimeter, ...fleetSite(gke as GkeCluster) },
          opts,
        );
    }
  }
}

/** The control plane takes its addresses from the nodes' vSwitch of the first zone. */
function asmSite({ clusterId, cloudNetwork, ready, vpc }: AckCluster, cluster: ClusterSettings) {
  const { zones: [zone] = [], endpoint } = cluster.cloud === "ack" ? cluster : {};
  const vswitchId = zone && vpc.nodeVswitchIds[zone.zone];
  if (!zone || !vswitchId) throw new Error('mesh.kind: "asm" needs cluster.cloud ack with a zone');
  return {
    vpcId: cloudNetwork.vpcId,
    vswitchId,
    controlPlaneCidr: zone.nodes,
    endpoint,
    clusterIds: [clusterId],
    clusterReady: ready,
  };
}

function fleetSite({ provider, cloudNetwork, membership, ready }: GkeCluster) {
  if (!membership) throw new Error('mesh.kind: "cloud-service-mesh" needs cluster.fleet to be true');
  return { provider, project: cloudNetwork.project, membership, clusterReady: ready };
}

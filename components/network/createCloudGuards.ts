import type * as pulumi from "@pulumi/pulumi";
import { firewallDatabases } from "../../settings/cloudNetwork.js";
import { databaseRanges } from "../../settings/cluster.js";
import type { Settings } from "../../settings/schema.js";
import type { AckNetwork, Cluster, GkeNetwork } from "../cluster/cluster.js";

/** Makes it, once its SDK is loaded. */
export type MakeGuards = (
  name: string,
  cluster: Cluster,
  opts: pulumi.ComponentResourceOptions,
) => pulumi.ComponentResource[];

/** Loads the SDK of the cluster's cloud, and returns what guards its network: firewall and flow logs. */
export async function createCloudGuards({ cluster, databases, network }: Settings): Promise<MakeGuards> {
  const behindFirewall = firewallDatabases(databases, databaseRanges(cluster));
  switch (cluster.cloud) {
    case "gke": {
      const { GkeFirewall } = await import("./gkeFirewall.js");
      const args = { databases: behindFirewall, logDenied: network.firewall.logDenied };
      // Flow logs belong to the subnetwork, which the cluster makes.
      return (name, { cloudNetwork }, opts) => [
        new GkeFirewall(`${name}-firewall`, { ...args, network: cloudNetwork as GkeNetwork }, opts),
      ];
    }
    case "ack": {
      const [{ AckFirewall }, { FlowLogs }] = [await import("./ackFirewall.js"), await import("./flowLogs.js")];
      const { enabled, retentionDays } = network.flowLogs;
      return (name, cluster, opts) => {
        const cloudNetwork = cluster.cloudNetwork as AckNetwork;
        const firewall = new AckFirewall(
          `${name}-firewall`,
          { network: cloudNetwork, databases: behindFirewall },
          opts,
        );
        if (!enabled) return [firewall];
        return [firewall, new FlowLogs(`${name}-flow-logs`, { vpcId: cloudNetwork.vpcId, retentionDays }, opts)];
      };
    }
    case "existing":
      // Its network is not ours to change.
      return () => [];
  }
}

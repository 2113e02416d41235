import * as pulumi from "@pulumi/pulumi";
import type { ClusterSettings } from "../../settings/cluster.js";
import type { NetworkSettings } from "../../settings/network.js";
import { SettingsError } from "../../settings/problem.js";
import { neededSecret, type SecretValues } from "../secrets.js";
import type { Cluster } from "./cluster.js";

/** Makes it, once its SDK is loaded. */
export type MakeCluster = (name: string, secrets: SecretValues, opts: pulumi.ComponentResourceOptions) => Cluster;

/** Two stacks in one project must not ask the cloud for one name twice. */
const inCloud = (name: string | undefined) => name ?? pulumi.getStack();

/** Loads the SDK of the one cloud the settings name, and returns what makes its cluster. */
export async function createCluster(
  settings: ClusterSettings,
  network?: Pick<NetworkSettings, "flowLogs" | "globalIsolation">,
): Promise<MakeCluster> {
  switch (settings.cloud) {
    case "gke": {
      const { GkeCluster } = await import("./gke.js").catch(withoutSdk(settings.cloud, "@pulumi/gcp"));
      return (name, _secrets, opts) =>
        new GkeCluster(
          name,
          {
            ...settings,
            clusterName: inCloud(settings.name),
            flowLogs: network?.flowLogs.enabled === false ? false : network?.flowLogs,
            clusterWidePolicies: network?.globalIsolation.enabled,
          },
          opts,
        );
    }
    case "ack": {
      const { AckCluster } = await import("./ack.js").catch(withoutSdk(settings.cloud, "@pulumi/alicloud"));
      return (name, _secrets, opts) => new AckCluster(name, { ...settings, clusterName: inCloud(settings.name) }, opts);
    }
    case "existing": {
      const { ExistingCluster } = await import("./existing.js");
      const { podCidr, serviceCidr, policyEngine, kubeconfigSecret, context, deleteUnreachable } = settings;
      return (name, secrets, opts) =>
        new ExistingCluster(
          name,
          {
            network: { podCidr, serviceCidr, policyEngine },
            kubeconfig: kubeconfigSecret ? neededSecret(secrets, kubeconfigSecret) : undefined,
            context,
            deleteUnreachable,
          },
          opts,
        );
    }
  }
}

/** A cloud's SDK is an optional peer of this package: who uses the cloud installs it. */
function withoutSdk(cloud: string, sdk: string): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    if (error.code !== "ERR_MODULE_NOT_FOUND" || !error.message.includes(sdk)) throw error;
    throw new SettingsError([
      {
        path: "cluster.cloud",
        value: cloud,
        reason: `needs ${sdk}, which is not installed`,
        instead: `Install it with \`npm install ${sdk}\``,
      },
    ]);
  };
}

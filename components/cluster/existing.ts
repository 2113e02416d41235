import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterNetwork } from "../../settings/cluster.js";
import { changeInPlace, type Cluster, type NodePlacement } from "./cluster.js";

/** A cluster somebody else runs. Its network cannot be read from a kubeconfig, so it is told here. */
export interface ExistingClusterArgs {
  /** Contents or path of a kubeconfig; kept as a secret.
   * @default the one of the environment (`KUBECONFIG`, else `~/.kube/config`) */
  kubeconfig?: pulumi.Input<string>;
  /** Context of the kubeconfig to use.
   * @default the kubeconfig's current context */
  context?: string;
  /** A provider of your own, instead of `kubeconfig` and `context`.
   * @default one made from `kubeconfig` and `context` */
  provider?: k8s.Provider;
  /** Forget objects, rather than fail, when the cluster cannot be reached any more.
   * @default false */
  deleteUnreachable?: boolean;
  /** Address ranges and the engine that enforces NetworkPolicy. */
  network: ClusterNetwork;
  /** Nodes set apart for egress gateways.
   * @default none */
  gatewayNodes?: NodePlacement;
}

/** Takes a cluster that exists, by kubeconfig or by a provider. */
export class ExistingCluster extends pulumi.ComponentResource implements Cluster {
  readonly provider: k8s.Provider;
  readonly kubeconfig?: pulumi.Output<string>;
  readonly network: ClusterNetwork;
  readonly gatewayNodes?: NodePlacement;
  readonly ready: pulumi.Resource[] = [];

  constructor(name: string, args: ExistingClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    if (args.provider && (args.kubeconfig !== undefined || args.context !== undefined))
      throw new Error(`${name}: provider already says which cluster. Leave out kubeconfig and context.`);
    super("mesh-egress:index:ExistingCluster", name, {}, opts);
    this.network = args.network;
    this.gatewayNodes = args.gatewayNodes;
    this.kubeconfig = args.kubeconfig === undefined ? undefined : pulumi.secret(args.kubeconfig);
    this.provider =
      args.provider ??
      new k8s.Provider(
        `${name}-provider`,
        {
          kubeconfig: this.kubeconfig,
          context: args.context,
          // Without it a renewed kubeconfig looks like another cluster, and everything would be replaced.
          clusterIdentifier: name,
          deleteUnreachable: args.deleteUnreachable,
          ...changeInPlace,
        },
        { parent: this },
      );
    this.registerOutputs({ kubeconfig: this.kubeconfig, network: this.network });
  }
}

import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterNetwork } from "../../settings/cluster.js";

/** Where a dedicated gateway node pool puts its pods. */
export interface NodePlacement {
  nodeSelector: Record<string, string>;
  tolerations: { key: string; operator: "Equal" | "Exists"; value?: string; effect: "NoSchedule" | "NoExecute" }[];
}

/** What the upper layers need of a cluster, whichever cloud it stands in. */
export interface Cluster {
  /** Speaks to the cluster's own API server, where Kubernetes objects live. */
  readonly provider: k8s.Provider;
  /** Secret. Undefined where the provider takes its kubeconfig from the environment. */
  readonly kubeconfig?: pulumi.Output<string>;
  /** Address ranges and the engine that enforces NetworkPolicy. */
  readonly network: ClusterNetwork;
  /** Nodes that only egress gateways run on; undefined when the cluster has none. */
  readonly gatewayNodes?: NodePlacement;
}

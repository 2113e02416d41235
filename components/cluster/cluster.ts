import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterNetwork } from "../../settings/cluster.js";

/** Where a dedicated gateway node pool puts its pods. */
export interface NodePlacement {
  /** Labels of the nodes. */
  nodeSelector: Record<string, string>;
  /** Taints of the nodes that the pods tolerate. */
  tolerations: {
    /** Key of the taint. */
    key: string;
    /** How the value is compared. */
    operator: "Equal" | "Exists";
    /** Value of the taint. @default any, with Exists */
    value?: string;
    /** Effect of the taint. */
    effect: "NoSchedule" | "NoExecute";
  }[];
}

/** What firewalls and database allow-lists must know of a GKE cluster's VPC. */
export interface GkeNetwork {
  cloud: "gke";
  /** Name of the cluster in the cloud. */
  clusterName: string;
  /** Project of the cluster. */
  project: string;
  /** Region of the cluster. */
  region: string;
  /** Self link of the VPC. */
  network: pulumi.Output<string>;
  /** Network tag that every node carries. */
  nodeTag: string;
  /** Network tag that gateway nodes carry besides. */
  gatewayTag: string;
  /** What a provisioned database waits for: the peering that gives it an address. Undefined when there is no range. */
  databasePeering?: pulumi.Resource;
  /** Ranges of nodes, pods and control plane. */
  clusterRanges: string[];
  /** Ranges the gateway's pods get their addresses from, as a database inside the VPC sees them. */
  gatewayRanges: string[];
  /** Addresses the gateway's connections come from, as a database outside the VPC sees them. */
  gatewayAddresses: pulumi.Output<string[]>;
}

/** What firewalls, flow logs and database allow-lists must know of an ACK cluster's VPC. */
export interface AckNetwork {
  cloud: "ack";
  /** Region of the cluster. */
  region: string;
  /** VPC of the cluster. */
  vpcId: pulumi.Output<string>;
  /** Where a provisioned database gets its address; undefined when no zone has a range for databases. */
  database?: {
    /** Zone of the instance. */
    zone: string;
    /** vSwitch that gives the instance its address. */
    vswitchId: pulumi.Output<string>;
  };
  /** Security group of the nodes and pods that are no gateway. */
  nodeSecurityGroupId: pulumi.Output<string>;
  /** Security group of the gateway nodes and their pods. */
  gatewaySecurityGroupId: pulumi.Output<string>;
  /** Ranges the gateway's pods get their addresses from, as a database inside the VPC sees them. */
  gatewayRanges: string[];
  /** Addresses the gateway's connections come from, as a database outside the VPC sees them. */
  gatewayAddresses: pulumi.Output<string[]>;
}

/** What the upper layers need of a cluster, whichever cloud it stands in. */
export interface Cluster {
  /** Speaks to the cluster's own API server, where Kubernetes objects live. */
  readonly provider: k8s.Provider;
  /** Id of the cluster in its cloud; undefined where nothing asks for it. */
  readonly clusterId?: pulumi.Output<string>;
  /** Secret. Undefined where the provider takes its kubeconfig from the environment. */
  readonly kubeconfig?: pulumi.Output<string>;
  /** Address ranges and the engine that enforces NetworkPolicy. */
  readonly network: ClusterNetwork;
  /** Version of Kubernetes, where the cluster's cloud tells. */
  readonly kubernetesVersion?: pulumi.Output<string>;
  /** Nodes that only egress gateways run on; undefined when the cluster has none. */
  readonly gatewayNodes?: NodePlacement;
  /** The cloud's network around the cluster; undefined when it is not ours to change. */
  readonly cloudNetwork?: GkeNetwork | AckNetwork;
  /** Resources that must be there before pods can run: nodes, and the configuration of their network. */
  readonly ready: pulumi.Resource[];
}

/** Key of the label and of the taints that set gateway nodes apart. */
export const gatewayNodeKey = "mesh-egress/gateway-node";

/**
 * Both effects: a pod that names its node goes past the scheduler and with it past NoSchedule, and the kubelet looks at
 * NoExecute alone (kubernetes/kubernetes, pkg/kubelet/lifecycle/predicate.go).
 */
export const gatewayNodeEffects = ["NoSchedule", "NoExecute"] as const;

/** Placement on nodes that carry the gateway label and taints. */
export const onGatewayNodes: NodePlacement = {
  nodeSelector: { [gatewayNodeKey]: "true" },
  tolerations: gatewayNodeEffects.map((effect) => ({ key: gatewayNodeKey, operator: "Equal", value: "true", effect })),
};

/** A ConfigMap or Secret is changed where it stands. Deleting it first, the provider's default, would leave pods without. */
export const changeInPlace = { enableConfigMapMutable: true, enableSecretMutable: true };

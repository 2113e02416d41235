import { ManagedKubernetes } from "@pulumi/alicloud/cs/managedKubernetes.js";
import { getClusterCredentialOutput } from "@pulumi/alicloud/cs/getClusterCredential.js";
import { NodePool, type NodePoolArgs } from "@pulumi/alicloud/cs/nodePool.js";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  ackEndpointProblems,
  ackRangeProblems,
  ackZoneProblems,
  type ClusterNetwork,
  defaultMaintenance,
  type MaintenanceWindow,
} from "../../settings/cluster.js";
import { describeProblem, keyPath } from "../../settings/problem.js";
import { AckPublicEndpoint, type AuthorizedNetwork } from "./ackPublicEndpoint.js";
import { AckVpc, type AckZone, apiServerPort } from "./ackVpc.js";
import {
  changeInPlace,
  gatewayNodeEffects,
  gatewayNodeKey,
  onGatewayNodes,
  type AckNetwork,
  type Cluster,
  type NodePlacement,
} from "./cluster.js";
import { atServer } from "./kubeconfig.js";

/** Nodes of one kind. */
export interface AckNodePoolArgs {
  /** Instance types to choose from, such as `ecs.g7.xlarge`. */
  instanceTypes: string[];
  /** Number of nodes over all zones.
   * @default 3 for workloads, 2 for gateways */
  nodes?: number;
  /** System disk, in GiB.
   * @default 120 */
  diskGib?: number;
}

/** A managed ACK cluster with Terway. */
export interface AckClusterArgs {
  /** Name of the cluster in the cloud.
   * @default the name of the component */
  clusterName?: string;
  /** Region, such as `cn-hangzhou`. */
  region: string;
  /** Zones the cluster spreads over, each with its ranges. The NAT gateway stands in the first: add new ones at the end. */
  zones: AckZone[];
  /** An existing VPC.
   * @default a new one with `vpcCidr` */
  vpcId?: pulumi.Input<string>;
  /** Range of the VPC; every other range but `serviceCidr` lies in it.
   * @default "10.0.0.0/8" */
  vpcCidr?: string;
  /** Range of all pods; the `pods` and `gateway` ranges of the zones lie in it.
   * @default "10.64.0.0/10" */
  podCidr?: string;
  /** Range of the Services, outside the VPC.
   * @default "172.21.0.0/20" */
  serviceCidr?: string;
  /** Version of Kubernetes. With one, control plane and nodes are upgraded when it is changed; without one, the cloud
   * upgrades both, in its stable channel, during `maintenance`.
   * @default what the cloud offers */
  version?: string;
  /** When the cloud may upgrade and repair.
   * @default Thursdays from 03:00, for 3 hours */
  maintenance?: Partial<MaintenanceWindow>;
  /** Mbit/s that each of the two public addresses of the NAT gateway carries at most, 1 to 200. Traffic is what costs.
   * @default 200 */
  natBandwidthMbps?: number;
  /** Class of the control plane.
   * @default "ack.pro.small" */
  clusterSpec?: string;
  /** Nodes for workloads. */
  nodePool: AckNodePoolArgs;
  /** Nodes for egress gateways only. */
  gatewayPool: AckNodePoolArgs;
  /** How the API server is reached: `private` by an address inside `vpcId`, from where the program has to run; `public` by a
   * load balancer on the Internet that answers `authorizedNetworks` only.
   * @default "private" */
  endpoint?: "private" | "public";
  /** Networks that may reach a public API server.
   * @default none */
  authorizedNetworks?: AuthorizedNetwork[];
  /** Ranges outside the VPC that nodes may open TLS connections to, for images.
   * @default ["0.0.0.0/0"] */
  imageRanges?: string[];
  /** KMS key that encrypts Secrets in the control plane's store.
   * @default none */
  secretsKeyId?: pulumi.Input<string>;
  /** Refuse to delete the cluster.
   * @default true */
  deletionProtection?: boolean;
  /** Minutes a kubeconfig handed out by this program is valid, 15 to 4320.
   * @default 4320 */
  kubeconfigMinutes?: number;
  /** Forget objects, rather than fail, when the cluster cannot be reached any more.
   * @default false */
  deleteUnreachable?: boolean;
}

/** Terway reads its switches as strings; IPVlan selects the eBPF data path, which enforces NetworkPolicy. */
const terway = {
  name: "terway-eniip",
  config: JSON.stringify({ IPVlan: "true", NetworkPolicy: "true", ENITrunking: "false" }),
};

/** Days the control plane's logs are kept. */
const controlPlaneLogDays = "30";

/** ConfigMap that tells Terway which vSwitches and security group the pods of gateway nodes use. */
const gatewayTerwayConfig = "eni-config-egress-gateway";

/** Terway's configuration for gateway nodes, which it merges over the cluster's own: vSwitch by zone, and security group. */
export function gatewayEniConfig(vswitches: Record<string, string>, securityGroupId: string): string {
  const byZone = Object.fromEntries(Object.entries(vswitches).map(([zone, vswitch]) => [zone, [vswitch]]));
  return JSON.stringify({ vswitches: byZone, security_group: securityGroupId });
}

/** A version that is written moves when it is changed; otherwise control plane and nodes move together, by themselves. */
const upgradesItself = ({ version }: Pick<AckClusterArgs, "version">) => version === undefined;

function upgrades(args: AckClusterArgs) {
  const { weekday, start, hours } = { ...defaultMaintenance, ...args.maintenance };
  return {
    // Node pools upgrade within it too. The day of the first one has no meaning, its time has.
    maintenanceWindow: {
      enable: true,
      maintenanceTime: `2025-01-01T${start}:00.000+08:00`,
      duration: `${hours}h`,
      weeklyPeriod: weekday,
    },
    operationPolicy: {
      clusterAutoUpgrade: upgradesItself(args) ? { enabled: true, channel: "stable" } : { enabled: false },
    },
  };
}

/** Nodes reach the API server by a load balancer of ACK's own inside the VPC, `pulumi up` by the public one. */
function reachedThrough({ loadBalancerId, host }: AckPublicEndpoint) {
  return {
    controlPlaneEndpointsConfig: {
      loadBalancersConfigs: [{ endpointType: "private" }, { endpointType: "public", loadBalancerId }],
    },
    // Otherwise the server's certificate may not hold the name that is dialled.
    customSan: host,
  };
}

/** URL of the API server on the endpoint that is open, as the cluster reports it. */
function serverOf(
  connections: { apiServerInternet?: string; apiServerIntranet?: string } | undefined,
  publicHost: string | undefined,
): string {
  const { apiServerInternet, apiServerIntranet } = connections ?? {};
  const server = publicHost
    ? // Reported of a load balancer of ACK's own; this one has its name from its own resource.
      apiServerInternet || `https://${publicHost}:${apiServerPort}`
    : apiServerIntranet;
  if (!server) throw new Error("The cluster reports no address of its API server inside the VPC.");
  return server;
}

/** ACK with Terway: NetworkPolicy enforced, an API server for named networks only, gateway nodes with addresses and rules of their own. */
export class AckCluster extends pulumi.ComponentResource implements Cluster {
  readonly provider: k8s.Provider;
  readonly kubeconfig: pulumi.Output<string>;
  readonly network: ClusterNetwork;
  readonly gatewayNodes: NodePlacement = onGatewayNodes;
  readonly cloudNetwork: AckNetwork;
  readonly ready: pulumi.Resource[];
  /** Id of the cluster. */
  readonly clusterId: pulumi.Output<string>;
  readonly vpc: AckVpc;

  constructor(name: string, args: AckClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const filled = { vpcCidr: "10.0.0.0/8", podCidr: "10.64.0.0/10", serviceCidr: "172.21.0.0/20", ...args };
    const problems = [...ackZoneProblems(filled), ...ackRangeProblems(filled), ...ackEndpointProblems(filled)];
    if (problems.length > 0)
      throw new Error(
        problems.map((problem) => describeProblem({ ...problem, path: keyPath(problem.path) })).join("\n"),
      );
    super("mesh-egress:index:AckCluster", name, {}, opts);

    this.network = { podCidr: filled.podCidr, serviceCidr: filled.serviceCidr, policyEngine: "terway" };
    const apiServerRanges = (filled.authorizedNetworks ?? []).map(({ range }) => range);
    this.vpc = new AckVpc(`${name}-vpc`, { ...filled, apiServerRanges }, { parent: this });
    this.cloudNetwork = this.vpc.cloudNetwork;
    const publicEndpoint = filled.endpoint === "public" ? this.publicEndpoint(name, filled) : undefined;
    const cluster = this.controlPlane(name, filled, publicEndpoint);
    this.clusterId = cluster.id;
    const credential = getClusterCredentialOutput(
      { clusterId: cluster.id, temporaryDurationMinutes: args.kubeconfigMinutes ?? 4320 },
      { parent: this },
    );
    this.kubeconfig = pulumi.secret(
      pulumi
        .all([credential.kubeConfig, cluster.connections, publicEndpoint?.host])
        .apply(([kubeconfig, connections, host]) => atServer(kubeconfig, serverOf(connections, host))),
    );
    this.provider = new k8s.Provider(
      `${name}-provider`,
      // The kubeconfig is renewed on every run; what it stands for changes only with the cluster.
      {
        kubeconfig: this.kubeconfig,
        clusterIdentifier: cluster.id,
        deleteUnreachable: args.deleteUnreachable,
        ...changeInPlace,
      },
      { parent: this },
    );
    this.ready = this.nodes(name, args);
    this.registerOutputs({ clusterId: this.clusterId, kubeconfig: this.kubeconfig, network: this.network });
  }

  private publicEndpoint(name: string, { authorizedNetworks = [] }: AckClusterArgs): AckPublicEndpoint {
    const { vpcId } = this.cloudNetwork;
    const args = { vpcId, vswitchIds: this.vpc.nodeVswitchIds, authorizedNetworks };
    return new AckPublicEndpoint(`${name}-api-server`, args, { parent: this });
  }

  private controlPlane(
    name: string,
    args: AckClusterArgs & { serviceCidr: string },
    publicEndpoint: AckPublicEndpoint | undefined,
  ): ManagedKubernetes {
    return new ManagedKubernetes(
      `${name}-cluster`,
      {
        name: args.clusterName ?? name,
        version: args.version,
        clusterSpec: args.clusterSpec ?? "ack.pro.small",
        vswitchIds: Object.values(this.vpc.nodeVswitchIds),
        podVswitchIds: Object.values(this.vpc.podVswitchIds),
        serviceCidr: args.serviceCidr,
        securityGroupId: this.cloudNetwork.nodeSecurityGroupId,
        // The VPC brings its own NAT, with one address for gateways and another for everything else.
        newNatGateway: false,
        // Would give the API server a public address that answers everybody.
        slbInternetEnabled: false,
        ...(publicEndpoint ? reachedThrough(publicEndpoint) : {}),
        // Pods get cloud permissions by service account, so nodes need none that a pod could borrow.
        enableRrsa: true,
        ...upgrades(args),
        ...(args.secretsKeyId ? { encryptionProviderKey: args.secretsKeyId, disableEncryption: false } : {}),
        auditLogConfig: { enabled: true },
        controlPlaneLogComponents: ["apiserver", "kcm", "scheduler", "ccm"],
        controlPlaneLogTtl: controlPlaneLogDays,
        deletionProtection: args.deletionProtection ?? true,
        addons: [
          terway,
          { name: "csi-plugin" },
          { name: "csi-provisioner" },
          // Would open a public load balancer that nobody asked for.
          { name: "nginx-ingress-controller", disabled: true },
        ],
      },
      // Addons are read at creation only; a later difference would never go away.
      { parent: this, ignoreChanges: ["addons"], customTimeouts: { create: "90m", update: "60m", delete: "60m" } },
    );
  }

  private nodes(name: string, args: AckClusterArgs): pulumi.Resource[] {
    const { nodeSecurityGroupId, gatewaySecurityGroupId } = this.cloudNetwork;
    const terwayConfig = new k8s.core.v1.ConfigMap(
      `${name}-gateway-terway`,
      {
        metadata: { name: gatewayTerwayConfig, namespace: "kube-system" },
        data: {
          eni_conf: pulumi
            .all([this.vpc.gatewayVswitchIds, gatewaySecurityGroupId])
            .apply(([vswitches, group]) => gatewayEniConfig(vswitches, group)),
        },
      },
      { parent: this, provider: this.provider },
    );
    const workloads = this.nodePool(`${name}-nodes`, args, args.nodePool, 3, {
      vswitchIds: Object.values(this.vpc.nodeVswitchIds),
      securityGroupIds: [nodeSecurityGroupId],
    });
    const gateways = this.nodePool(
      `${name}-gateway-nodes`,
      args,
      args.gatewayPool,
      2,
      {
        vswitchIds: Object.values(this.vpc.gatewayVswitchIds),
        securityGroupIds: [gatewaySecurityGroupId],
        labels: [
          { key: gatewayNodeKey, value: "true" },
          { key: "terway-config", value: gatewayTerwayConfig },
        ],
        taints: gatewayNodeEffects.map((effect) => ({ key: gatewayNodeKey, value: "true", effect })),
      },
      // Terway reads its configuration when a node joins, so it must be there before the first one does.
      [terwayConfig],
    );
    return [workloads, gateways];
  }

  private nodePool(
    name: string,
    args: AckClusterArgs,
    pool: AckNodePoolArgs,
    defaultNodes: number,
    place: Partial<NodePoolArgs>,
    dependsOn: pulumi.Resource[] = [],
  ): NodePool {
    return new NodePool(
      name,
      {
        nodePoolName: name,
        clusterId: this.clusterId,
        instanceTypes: pool.instanceTypes,
        desiredSize: String(pool.nodes ?? defaultNodes),
        imageType: "AliyunLinux3",
        systemDiskCategory: "cloud_essd",
        systemDiskSize: pool.diskGib ?? 120,
        systemDiskEncrypted: true,
        // A pod that can make the node fetch an address must not get the node's credentials that way.
        instanceMetadataOptions: { httpTokens: "required" },
        installCloudMonitor: true,
        management: {
          enable: true,
          autoRepair: true,
          autoUpgrade: upgradesItself(args),
          autoVulFix: true,
          maxUnavailable: 1,
        },
        ...place,
      },
      // Nodes pull images as soon as they join, and do so until they are gone.
      { parent: this, dependsOn: [...this.vpc.internet, ...dependsOn] },
    );
  }
}

import { Cluster as GkeControlPlane } from "@pulumi/gcp/container/cluster.js";
import { NodePool, type NodePoolArgs } from "@pulumi/gcp/container/nodePool.js";
import { IAMMember } from "@pulumi/gcp/projects/iammember.js";
import { Account } from "@pulumi/gcp/serviceaccount/account.js";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { gkeEndpointProblems, gkeRangeProblems, gkeZoneProblems, type ClusterNetwork } from "../../settings/cluster.js";
import { describeProblem, keyPath } from "../../settings/problem.js";
import {
  changeInPlace,
  gatewayNodeKey,
  onGatewayNodes,
  type Cluster,
  type GkeNetwork,
  type NodePlacement,
} from "./cluster.js";
import { gkeClusterName, nodeAccountId, shortened } from "./gkeNames.js";
import { GkeVpc, rangeNames, type GkeFlowLogsArgs } from "./gkeVpc.js";

/** Nodes of one kind. */
export interface GkeNodePoolArgs {
  /** Machine type.
   * @default "e2-standard-4" for workloads, "e2-standard-2" for gateways */
  machineType?: string;
  /** Number of nodes in each zone.
   * @default 1 */
  nodesPerZone?: number;
  /** Boot disk, in GiB.
   * @default 100 for workloads, 50 for gateways */
  diskGib?: number;
}

/** A regional GKE cluster with private nodes. */
export interface GkeClusterArgs {
  /** Name of the cluster in the cloud, and the beginning of its nodes' tags and accounts. What Google does not accept in a
   * name is replaced, and what is too long is cut; a digest of the whole then keeps it apart from others.
   * @default the name of the component */
  clusterName?: string;
  /** Project of the cluster. */
  project: string;
  /** Region, such as `europe-west3`. */
  region: string;
  /** Zones with nodes.
   * @default three that the cloud chooses */
  zones?: string[];
  /** An existing VPC, by name or self link.
   * @default a new one */
  network?: pulumi.Input<string>;
  /** Range of the nodes.
   * @default "10.0.0.0/20" */
  nodeCidr?: string;
  /** Range of all pods; the next two lie in it.
   * @default "10.64.0.0/14" */
  podCidr?: string;
  /** Range of the workloads' pods.
   * @default "10.64.0.0/15" */
  workloadPodCidr?: string;
  /** Range of the gateway nodes' pods: what a database's allow-list names.
   * @default "10.66.0.0/20" */
  gatewayPodCidr?: string;
  /** Range of the Services.
   * @default "10.96.0.0/20" */
  serviceCidr?: string;
  /** Range of the control plane, a /28.
   * @default "172.16.0.0/28" */
  controlPlaneCidr?: string;
  /** Range of databases created with the cluster.
   * @default none can be */
  databaseCidr?: string;
  /** What enforces NetworkPolicy.
   * @default "dataplane-v2" */
  policyEngine?: "dataplane-v2" | "calico";
  /** Whether Dataplane V2 reads CiliumClusterwideNetworkPolicy.
   * @default false */
  clusterWidePolicies?: boolean;
  /**
   * How the API server is reached: `dns` by a name, from any network, with Google credentials that hold
   * `container.clusters.connect`; `private` by an address inside the VPC; `public` by a public address. The last two
   * answer `authorizedNetworks` only, which must hold the machine that runs `pulumi up`.
   * @default "dns"
   */
  endpoint?: "dns" | "private" | "public";
  /** Ranges that may reach the API server by address, besides the cluster's own nodes. Private ranges for a private endpoint.
   * @default none */
  authorizedNetworks?: {
    /** What the cloud shows beside the range. */
    name: string;
    /** The range. */
    range: string;
  }[];
  /** How early upgrades come.
   * @default "REGULAR" */
  releaseChannel?: "RAPID" | "REGULAR" | "STABLE";
  /** Nodes for workloads.
   * @default one e2-standard-4 per zone */
  nodePool?: GkeNodePoolArgs;
  /** Nodes for egress gateways only.
   * @default one e2-standard-2 per zone */
  gatewayPool?: GkeNodePoolArgs;
  /** Register the cluster in the project's fleet; Cloud Service Mesh needs it.
   * @default true */
  fleet?: boolean;
  /** Answer names under googleapis.com inside the VPC with addresses that only a VPC routes. A VPC can have one response policy.
   * @default true in a new VPC, false in an existing one, where it changes what others resolve */
  googleApisDns?: boolean;
  /** Perimeter of VPC Service Controls that the project is in: those addresses are then the ones it guards.
   * @default none */
  servicePerimeter?: string;
  /** Flow logs of the nodes and pods; false for none.
   * @default half of all flows */
  flowLogs?: GkeFlowLogsArgs | false;
  /** Cloud KMS key that encrypts Secrets in the control plane's store.
   * @default none */
  secretsKey?: pulumi.Input<string>;
  /** Refuse to delete the cluster.
   * @default true */
  deletionProtection?: boolean;
  /** Forget objects, rather than fail, when the cluster cannot be reached any more.
   * @default false */
  deleteUnreachable?: boolean;
}

const ranges = {
  nodeCidr: "10.0.0.0/20",
  podCidr: "10.64.0.0/14",
  workloadPodCidr: "10.64.0.0/15",
  gatewayPodCidr: "10.66.0.0/20",
  serviceCidr: "10.96.0.0/20",
  controlPlaneCidr: "172.16.0.0/28",
};
const defaultEndpoint = "dns";
type Filled = GkeClusterArgs & typeof ranges & { clusterName: string };

/** What a node itself needs: to write logs and metrics, and to pull images. Pods get their own by Workload Identity. */
const nodeRoles = { logs: "roles/container.defaultNodeServiceAccount", images: "roles/artifactregistry.reader" };

type NodePurpose = "nodes" | "gateway-nodes";

/** The account that nodes of a pool run under, and its roles. */
interface NodeAccount {
  account: Account;
  grants: IAMMember[];
}

/** What distinguishes the pools. */
interface NodeShape {
  pool: GkeNodePoolArgs;
  nodeConfig: NodePoolArgs["nodeConfig"] & object;
  podRange?: string;
}

const hardenedNode = {
  imageType: "COS_CONTAINERD",
  oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
  // Pods that ask the metadata address get their own identity, not the node's.
  workloadMetadataConfig: { mode: "GKE_METADATA" },
  metadata: { "disable-legacy-endpoints": "true" },
  shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
};

/** Google allows 40 characters for a pool; what is added to this is `-gateway-nodes` and eight at random. */
const longestName = 18;

/** Counts against no quota of solid-state disks. */
const smallDisk = { diskSizeGb: 50, diskType: "pd-standard" };

/** A kubeconfig that asks gcloud for a token each time, so that it holds no credential and never expires. */
export function gkeKubeconfig(cluster: { name: string; server: string; certificateAuthority?: string }): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": cluster.name,
    contexts: [{ name: cluster.name, context: { cluster: cluster.name, user: cluster.name } }],
    clusters: [
      {
        name: cluster.name,
        cluster: { server: cluster.server, "certificate-authority-data": cluster.certificateAuthority },
      },
    ],
    users: [
      {
        name: cluster.name,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "gke-gcloud-auth-plugin",
            installHint: "gcloud components install gke-gcloud-auth-plugin",
            interactiveMode: "Never",
            provideClusterInfo: true,
          },
        },
      },
    ],
  });
}

function policyEngine(args: GkeClusterArgs) {
  // Dataplane V2 enforces by itself; the API refuses a networkPolicy block beside it.
  if (args.policyEngine !== "calico")
    return {
      datapathProvider: "ADVANCED_DATAPATH",
      enableCiliumClusterwideNetworkPolicy: args.clusterWidePolicies ?? false,
    };
  return {
    datapathProvider: "LEGACY_DATAPATH",
    networkPolicy: { enabled: true, provider: "CALICO" },
    addonsConfig: { networkPolicyConfig: { disabled: false } },
  };
}

function check(args: Filled): void {
  const problems = [...gkeZoneProblems(args), ...gkeRangeProblems(args), ...gkeEndpointProblems(args)].map((problem) =>
    describeProblem({ ...problem, path: keyPath(problem.path) }),
  );
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

/** GKE with private nodes: NetworkPolicy enforced, gateway nodes with addresses of their own. */
export class GkeCluster extends pulumi.ComponentResource implements Cluster {
  readonly provider: k8s.Provider;
  readonly kubeconfig: pulumi.Output<string>;
  readonly network: ClusterNetwork;
  readonly gatewayNodes: NodePlacement = onGatewayNodes;
  readonly cloudNetwork: GkeNetwork;
  readonly kubernetesVersion: pulumi.Output<string>;
  readonly ready: pulumi.Resource[];
  readonly vpc: GkeVpc;
  /** Name and place of the fleet membership; undefined when the cluster is in no fleet. */
  readonly membership?: {
    /** Name of the membership. */
    id: pulumi.Output<string>;
    /** Its location. */
    location: pulumi.Output<string>;
  };
  private readonly cluster: GkeControlPlane;
  /** What the names of its resources begin with. */
  private readonly name: string;

  constructor(componentName: string, args: GkeClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const name = shortened(componentName, longestName);
    const filled = { ...ranges, ...args, clusterName: gkeClusterName(args.clusterName ?? componentName) };
    check(filled);
    super("mesh-egress:index:GkeCluster", componentName, {}, opts);
    this.name = name;
    this.network = {
      podCidr: filled.podCidr,
      serviceCidr: filled.serviceCidr,
      policyEngine: args.policyEngine ?? "dataplane-v2",
    };
    this.vpc = new GkeVpc(`${name}-vpc`, filled, { parent: this });
    this.cloudNetwork = this.vpc.cloudNetwork;
    const accounts = {
      nodes: this.nodeAccount("nodes", filled),
      "gateway-nodes": this.nodeAccount("gateway-nodes", filled),
    };
    this.cluster = this.controlPlane(filled, accounts.nodes);
    this.kubernetesVersion = this.cluster.masterVersion;
    const { fleet } = this.cluster;
    if (args.fleet ?? true)
      this.membership = {
        id: fleet.apply((member) => member?.membershipId ?? ""),
        location: fleet.apply((member) => member?.membershipLocation ?? ""),
      };
    this.kubeconfig = pulumi.secret(this.credentials(filled));
    this.provider = new k8s.Provider(
      `${name}-provider`,
      // Addresses and authorities may change; only another cluster is a reason to replace what stands in it.
      {
        kubeconfig: this.kubeconfig,
        clusterIdentifier: this.cluster.id,
        deleteUnreachable: args.deleteUnreachable,
        ...changeInPlace,
      },
      { parent: this },
    );
    this.ready = this.nodes(filled, accounts);
    this.registerOutputs({ kubeconfig: this.kubeconfig, network: this.network });
  }

  private controlPlane(args: Filled, { account, grants }: NodeAccount): GkeControlPlane {
    const endpoint = args.endpoint ?? defaultEndpoint;
    return new GkeControlPlane(
      `${this.name}-cluster`,
      {
        name: args.clusterName,
        project: args.project,
        location: args.region,
        nodeLocations: args.zones,
        network: this.vpc.network,
        subnetwork: this.vpc.subnetwork,
        networkingMode: "VPC_NATIVE",
        ipAllocationPolicy: {
          clusterSecondaryRangeName: rangeNames.workloadPods,
          servicesSecondaryRangeName: rangeNames.services,
        },
        ...policyEngine(args),
        privateClusterConfig: {
          // A node without a public address can be neither scanned nor a way out past NAT.
          enablePrivateNodes: true,
          enablePrivateEndpoint: endpoint !== "public",
          masterIpv4CidrBlock: args.controlPlaneCidr,
        },
        // Present also when empty: then the ranges of the cluster's own subnetwork are all it admits.
        masterAuthorizedNetworksConfig: {
          cidrBlocks: (args.authorizedNetworks ?? []).map(({ name, range }) => ({
            displayName: name,
            cidrBlock: range,
          })),
          gcpPublicCidrsAccessEnabled: false,
        },
        controlPlaneEndpointsConfig: { dnsEndpointConfig: { allowExternalTraffic: endpoint === "dns" } },
        workloadIdentityConfig: { workloadPool: `${args.project}.svc.id.goog` },
        // Pods keep their own address towards databases, so that an allow-list can tell gateway pods from others.
        defaultSnatStatus: { disabled: true },
        // Otherwise flow logs miss what pods on one node say to each other.
        enableIntranodeVisibility: true,
        enableShieldedNodes: true,
        // Basic and certificate authentication cannot be revoked one user at a time.
        masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
        databaseEncryption:
          args.secretsKey === undefined ? undefined : { state: "ENCRYPTED", keyName: args.secretsKey },
        releaseChannel: { channel: args.releaseChannel ?? "REGULAR" },
        fleet: (args.fleet ?? true) ? { project: args.project } : undefined,
        // The pool a cluster is born with has no taints. It lives for minutes, but it must start: the project's default
        // account, which it would run under, is disabled or without roles in many organizations.
        removeDefaultNodePool: true,
        initialNodeCount: 1,
        nodeConfig: { ...hardenedNode, serviceAccount: account.email, ...smallDisk },
        deletionProtection: args.deletionProtection ?? true,
      },
      {
        parent: this,
        // Nodes pull their first images through NAT, and the API server calls webhooks through the firewall.
        dependsOn: [...this.vpc.ready, ...grants],
        // It is of a pool that is gone by then; a difference would replace the cluster.
        ignoreChanges: ["nodeConfig"],
        customTimeouts: { create: "60m", update: "60m", delete: "60m" },
      },
    );
  }

  /** An account for the nodes of one pool, with what a node itself needs. */
  private nodeAccount(purpose: NodePurpose, { project, clusterName }: Filled): NodeAccount {
    const name = `${this.name}-${purpose}`;
    const account = new Account(
      `${name}-account`,
      { project, accountId: nodeAccountId(clusterName, purpose) },
      { parent: this },
    );
    const grants = Object.entries(nodeRoles).map(
      ([what, role]) =>
        new IAMMember(
          `${name}-${what}`,
          { project, role, member: pulumi.interpolate`serviceAccount:${account.email}` },
          { parent: this },
        ),
    );
    return { account, grants };
  }

  private credentials({ clusterName: name, endpoint = defaultEndpoint }: Filled): pulumi.Output<string> {
    if (endpoint === "dns")
      // Its certificate is Google's own, which every client trusts already.
      return this.cluster.controlPlaneEndpointsConfig.apply(({ dnsEndpointConfig }) =>
        gkeKubeconfig({ name, server: `https://${dnsEndpointConfig?.endpoint}` }),
      );
    return pulumi
      .all([this.cluster.endpoint, this.cluster.masterAuth.clusterCaCertificate])
      .apply(([address, certificateAuthority]) =>
        gkeKubeconfig({ name, server: `https://${address}`, certificateAuthority }),
      );
  }

  private nodes(args: Filled, accounts: Record<NodePurpose, NodeAccount>): pulumi.Resource[] {
    const { nodeTag, gatewayTag } = this.cloudNetwork;
    const workloads = this.nodePool("nodes", args, accounts, {
      pool: { machineType: "e2-standard-4", diskGib: 100, ...args.nodePool },
      nodeConfig: { tags: [nodeTag] },
    });
    const gateways = this.nodePool("gateway-nodes", args, accounts, {
      pool: { machineType: "e2-standard-2", diskGib: 50, ...args.gatewayPool },
      nodeConfig: {
        tags: [nodeTag, gatewayTag],
        labels: { [gatewayNodeKey]: "true" },
        taints: ["NO_SCHEDULE", "NO_EXECUTE"].map((effect) => ({ key: gatewayNodeKey, value: "true", effect })),
      },
      podRange: rangeNames.gatewayPods,
    });
    return [workloads, gateways];
  }

  private nodePool(
    purpose: NodePurpose,
    { project, region }: Filled,
    accounts: Record<NodePurpose, NodeAccount>,
    { pool, nodeConfig, podRange }: NodeShape,
  ): NodePool {
    const { account, grants } = accounts[purpose];
    return new NodePool(
      `${this.name}-${purpose}`,
      {
        project,
        location: region,
        cluster: this.cluster.name,
        nodeCount: pool.nodesPerZone ?? 1,
        networkConfig: { enablePrivateNodes: true, podRange },
        management: { autoRepair: true, autoUpgrade: true },
        nodeConfig: {
          ...hardenedNode,
          machineType: pool.machineType,
          diskSizeGb: pool.diskGib,
          serviceAccount: account.email,
          ...nodeConfig,
        },
      },
      { parent: this, dependsOn: grants },
    );
  }
}

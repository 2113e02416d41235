import { Address } from "@pulumi/gcp/compute/address.js";
import { Firewall } from "@pulumi/gcp/compute/firewall.js";
import { GlobalAddress } from "@pulumi/gcp/compute/globalAddress.js";
import { Network } from "@pulumi/gcp/compute/network.js";
import { Router } from "@pulumi/gcp/compute/router.js";
import { RouterNat } from "@pulumi/gcp/compute/routerNat.js";
import { Subnetwork } from "@pulumi/gcp/compute/subnetwork.js";
import { ResponsePolicy } from "@pulumi/gcp/dns/responsePolicy.js";
import { ResponsePolicyRule } from "@pulumi/gcp/dns/responsePolicyRule.js";
import { Connection } from "@pulumi/gcp/servicenetworking/connection.js";
import * as pulumi from "@pulumi/pulumi";
import { googleApis } from "../../settings/googleApis.js";
import type { GkeNetwork } from "./cluster.js";

/** Flow logs of a subnetwork. */
export interface GkeFlowLogsArgs {
  /** Flows that are logged, in percent.
   * @default 50 */
  samplePercent?: number;
}

/** Network of a GKE cluster. */
export interface GkeVpcArgs {
  /** Name of the cluster in the cloud: its nodes' tags begin with it. */
  clusterName: string;
  /** Project of the cluster. */
  project: string;
  /** Region of the cluster. */
  region: string;
  /** An existing VPC, by name or self link.
   * @default a new one */
  network?: pulumi.Input<string>;
  /** Range of the nodes. */
  nodeCidr: string;
  /** Range of the workloads' pods. */
  workloadPodCidr: string;
  /** Range of the gateway nodes' pods. */
  gatewayPodCidr: string;
  /** Range of the Services. */
  serviceCidr: string;
  /** Range of the control plane. */
  controlPlaneCidr: string;
  /** Range of databases created with the cluster.
   * @default none can be */
  databaseCidr?: string;
  /** Answer names under googleapis.com inside the VPC with addresses that only a VPC routes. A VPC can have one response policy.
   * @default true in a new VPC, false in an existing one, where it changes what others resolve */
  googleApisDns?: boolean;
  /** Perimeter of VPC Service Controls that the project is in: those addresses are then the ones it guards.
   * @default none */
  servicePerimeter?: string;
  /** Flow logs of the nodes and pods; false for none.
   * @default half of all flows */
  flowLogs?: GkeFlowLogsArgs | false;
}

/** Names of the subnetwork's secondary ranges. */
export const rangeNames = { workloadPods: "workload-pods", gatewayPods: "gateway-pods", services: "services" } as const;

/** Cloud DNS and Cloud SQL take a VPC by its link only, which everything else takes too. */
function networkLink(project: string, vpc: string): string {
  return vpc.includes("/") ? vpc : `projects/${project}/global/networks/${vpc}`;
}

/** Port that Istio's injection webhook listens on. The firewall GKE makes itself opens 443 and 10250 only. */
const injectionPort = "15017";

/** Seconds a resolver may keep a record that never changes. */
const recordTtlSeconds = 300;

/**
 * VPC of a GKE cluster: one subnetwork, where gateway pods have a range of their own; NAT with one public address for
 * gateways and another for everything else. So a database, inside the VPC or outside, can admit the gateway and
 * nobody else. Names under googleapis.com resolve to private addresses, so that no pod needs the Internet for them.
 */
export class GkeVpc extends pulumi.ComponentResource {
  readonly network: pulumi.Output<string>;
  readonly subnetwork: pulumi.Output<string>;
  readonly cloudNetwork: GkeNetwork;
  /** What must be there before a machine starts: its ways to registries and APIs, and that of the API server to its pods. */
  readonly ready: pulumi.Resource[];

  constructor(
    private readonly name: string,
    private readonly args: GkeVpcArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mesh-egress:index:GkeVpc", name, {}, opts);
    const { project, region } = args;
    const nodeTag = `${args.clusterName}-node`;
    this.network =
      args.network === undefined
        ? new Network(`${name}-network`, { project, autoCreateSubnetworks: false }, { parent: this }).selfLink
        : pulumi.output(args.network).apply((vpc) => networkLink(project, vpc));
    this.subnetwork = this.subnet().selfLink;
    const rules = [...this.privateGoogleApis(), this.admitInjection(nodeTag)];

    const router = new Router(`${name}-router`, { project, region, network: this.network }, { parent: this });
    const node = this.translate(router, "node", {
      sourceIpRangesToNats: ["PRIMARY_IP_RANGE", "LIST_OF_SECONDARY_IP_RANGES"],
      secondaryIpRangeNames: [rangeNames.workloadPods],
    });
    const gateway = this.translate(router, "gateway", {
      sourceIpRangesToNats: ["LIST_OF_SECONDARY_IP_RANGES"],
      secondaryIpRangeNames: [rangeNames.gatewayPods],
    });
    this.ready = [...rules, node.nat, gateway.nat];
    this.cloudNetwork = {
      cloud: "gke",
      clusterName: args.clusterName,
      project,
      region,
      network: this.network,
      nodeTag,
      gatewayTag: `${args.clusterName}-gateway`,
      databasePeering: args.databaseCidr === undefined ? undefined : this.peerDatabases(args.databaseCidr),
      clusterRanges: [args.nodeCidr, args.workloadPodCidr, args.gatewayPodCidr, args.controlPlaneCidr],
      gatewayRanges: [args.gatewayPodCidr],
      gatewayAddresses: gateway.address.apply((address) => [address]),
    };
    this.registerOutputs({ network: this.network, gatewayAddresses: this.cloudNetwork.gatewayAddresses });
  }

  private subnet(): Subnetwork {
    const { project, region, nodeCidr, workloadPodCidr, gatewayPodCidr, serviceCidr, flowLogs = {} } = this.args;
    return new Subnetwork(
      `${this.name}-subnetwork`,
      {
        project,
        region,
        network: this.network,
        ipCidrRange: nodeCidr,
        secondaryIpRanges: [
          { rangeName: rangeNames.workloadPods, ipCidrRange: workloadPodCidr },
          { rangeName: rangeNames.gatewayPods, ipCidrRange: gatewayPodCidr },
          { rangeName: rangeNames.services, ipCidrRange: serviceCidr },
        ],
        // Nodes have no public address, and must still reach Google's APIs and registries.
        privateIpGoogleAccess: true,
        logConfig: flowLogs
          ? {
              aggregationInterval: "INTERVAL_5_SEC",
              flowSampling: (flowLogs.samplePercent ?? 50) / 100,
              // Names of pods and namespaces, without which an address seen in a log says nothing a day later.
              metadata: "INCLUDE_ALL_METADATA",
            }
          : undefined,
      },
      { parent: this },
    );
  }

  /**
   * Names under googleapis.com resolve to addresses that only a VPC routes, whose few numbers a policy can name. A response
   * policy, not a private zone: a zone answers for every name under it, with NXDOMAIN until its records are there and again
   * while they are deleted, to everything in the VPC.
   */
  private privateGoogleApis(): pulumi.Resource[] {
    const { project, clusterName, servicePerimeter, googleApisDns = this.args.network === undefined } = this.args;
    if (!googleApisDns) return [];
    const policy = new ResponsePolicy(
      `${this.name}-dns`,
      { project, responsePolicyName: `${clusterName}-googleapis`, networks: [{ networkUrl: this.network }] },
      { parent: this },
    );
    const dnsName = "*.googleapis.com.";
    const { addresses } = googleApis(servicePerimeter);
    const answer = { name: dnsName, type: "A", ttl: recordTtlSeconds, rrdatas: addresses };
    return [
      new ResponsePolicyRule(
        `${this.name}-googleapis`,
        {
          project,
          responsePolicy: policy.responsePolicyName,
          ruleName: "googleapis",
          dnsName,
          localData: { localDatas: [answer] },
        },
        { parent: this },
      ),
    ];
  }

  private admitInjection(nodeTag: string): Firewall {
    return new Firewall(
      `${this.name}-injection`,
      {
        project: this.args.project,
        network: this.network,
        direction: "INGRESS",
        sourceRanges: [this.args.controlPlaneCidr],
        targetTags: [nodeTag],
        allows: [{ protocol: "tcp", ports: [injectionPort] }],
      },
      { parent: this },
    );
  }

  /** Cloud SQL stands in Google's own network and takes private addresses from a range lent to it. */
  private peerDatabases(databaseCidr: string): Connection {
    const [address, prefix] = databaseCidr.split("/");
    const range = new GlobalAddress(
      `${this.name}-databases`,
      {
        project: this.args.project,
        network: this.network,
        purpose: "VPC_PEERING",
        addressType: "INTERNAL",
        address,
        prefixLength: Number(prefix),
      },
      { parent: this },
    );
    return new Connection(
      `${this.name}-database-peering`,
      {
        network: this.network,
        service: "servicenetworking.googleapis.com",
        reservedPeeringRanges: [range.name],
        // Google keeps a deleted instance's network for days and refuses to delete the connection meanwhile.
        deletionPolicy: "ABANDON",
      },
      { parent: this },
    );
  }

  /** Gives ranges of the subnetwork one public address of their own. */
  private translate(
    router: Router,
    who: string,
    ranges: { sourceIpRangesToNats: string[]; secondaryIpRangeNames: string[] },
  ): { address: pulumi.Output<string>; nat: RouterNat } {
    const { project, region } = this.args;
    const { address, selfLink } = new Address(`${this.name}-${who}-address`, { project, region }, { parent: this });
    const nat = new RouterNat(
      `${this.name}-${who}-nat`,
      {
        project,
        region,
        router: router.name,
        natIpAllocateOption: "MANUAL_ONLY",
        natIps: [selfLink],
        sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
        subnetworks: [{ name: this.subnetwork, ...ranges }],
        // Each connection to one database takes a port; the default of 64 per machine ends a busy gateway's day.
        enableDynamicPortAllocation: true,
        enableEndpointIndependentMapping: false,
        minPortsPerVm: 1024,
        maxPortsPerVm: 32768,
        logConfig: { enable: true, filter: "ERRORS_ONLY" },
      },
      { parent: this },
    );
    return { address, nat };
  }
}

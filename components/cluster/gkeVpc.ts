import { Address } from "@pulumi/gcp/compute/address.js";
import { Firewall } from "@pulumi/gcp/compute/firewall.js";
import { GlobalAddress } from "@pulumi/gcp/compute/globalAddress.js";
import { Network } from "@pulumi/gcp/compute/network.js";
import { Router } from "@pulumi/gcp/compute/router.js";
import { RouterNat } from "@pulumi/gcp/compute/routerNat.js";
import { Subnetwork } from "@pulumi/gcp/compute/subnetwork.js";
import { ManagedZone } from "@pulumi/gcp/dns/managedZone.js";
import { RecordSet } from "@pulumi/gcp/dns/recordSet.js";
import { Connection } from "@pulumi/gcp/servicenetworking/connection.js";
import * as pulumi from "@pulumi/pulumi";
import { googleApis } from "../mesh/facts.js";
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
  /** Flow logs of the nodes and pods; false for none.
   * @default half of all flows */
  flowLogs?: GkeFlowLogsArgs | false;
}

/** Names of the subnetwork's secondary ranges. */
export const rangeNames = { workloadPods: "workload-pods", gatewayPods: "gateway-pods", services: "services" } as const;

/** Port that Istio's injection webhook listens on. The firewall GKE makes itself opens 443 and 10250 only. */
const injectionPort = "15017";

/** Seconds a resolver may keep a record that never changes. */
const recordTtlSeconds = 300;

/**
 * VPC of a GKE cluster: one subnetwork, where gateway pods have a range of their own; NAT with one public address for
 * gateways and another for everything else. So a database, inside the VPC or outside, can admit the gateway and
 * nobody else. Google's APIs are reached by their private addresses, so that no pod needs the Internet for them.
 */
export class GkeVpc extends pulumi.ComponentResource {
  readonly network: pulumi.Output<string>;
  readonly subnetwork: pulumi.Output<string>;
  readonly cloudNetwork: GkeNetwork;

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
        : pulumi.output(args.network);
    this.subnetwork = this.subnet().selfLink;
    this.privateGoogleApis();
    this.admitInjection(nodeTag);

    const router = new Router(`${name}-router`, { project, region, network: this.network }, { parent: this });
    this.translate(router, "node", {
      sourceIpRangesToNats: ["PRIMARY_IP_RANGE", "LIST_OF_SECONDARY_IP_RANGES"],
      secondaryIpRangeNames: [rangeNames.workloadPods],
    });
    const gatewayAddress = this.translate(router, "gateway", {
      sourceIpRangesToNats: ["LIST_OF_SECONDARY_IP_RANGES"],
      secondaryIpRangeNames: [rangeNames.gatewayPods],
    });
    this.cloudNetwork = {
      cloud: "gke",
      project,
      region,
      network: this.network,
      nodeTag,
      gatewayTag: `${args.clusterName}-gateway`,
      databasePeering: args.databaseCidr === undefined ? undefined : this.peerDatabases(args.databaseCidr),
      clusterRanges: [args.nodeCidr, args.workloadPodCidr, args.gatewayPodCidr, args.controlPlaneCidr],
      gatewayRanges: [args.gatewayPodCidr],
      gatewayAddresses: gatewayAddress.apply((address) => [address]),
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

  /** Names under googleapis.com resolve to addresses that only a VPC routes, whose few numbers a policy can name. */
  private privateGoogleApis(): void {
    const { project } = this.args;
    const zone = new ManagedZone(
      `${this.name}-googleapis`,
      {
        project,
        dnsName: "googleapis.com.",
        visibility: "private",
        privateVisibilityConfig: { networks: [{ networkUrl: this.network }] },
      },
      { parent: this },
    );
    const record = (name: string, args: { name: string; type: string; rrdatas: string[] }) =>
      new RecordSet(name, { project, managedZone: zone.name, ttl: recordTtlSeconds, ...args }, { parent: this });
    record(`${this.name}-googleapis-address`, {
      name: "private.googleapis.com.",
      type: "A",
      rrdatas: googleApis.addresses,
    });
    record(`${this.name}-googleapis-names`, {
      name: "*.googleapis.com.",
      type: "CNAME",
      rrdatas: ["private.googleapis.com."],
    });
  }

  private admitInjection(nodeTag: string): void {
    new Firewall(
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
        // So in a VPC that exists longer than a stack, the next one finds the connection and gives it its own range.
        updateOnCreationFail: true,
      },
      { parent: this },
    );
  }

  /** Gives ranges of the subnetwork one public address of their own, and returns it. */
  private translate(
    router: Router,
    who: string,
    ranges: { sourceIpRangesToNats: string[]; secondaryIpRangeNames: string[] },
  ): pulumi.Output<string> {
    const { project, region } = this.args;
    const address = new Address(`${this.name}-${who}-address`, { project, region }, { parent: this });
    new RouterNat(
      `${this.name}-${who}-nat`,
      {
        project,
        region,
        router: router.name,
        natIpAllocateOption: "MANUAL_ONLY",
        natIps: [address.selfLink],
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
    return address.address;
  }
}

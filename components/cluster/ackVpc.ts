import { EipAddress } from "@pulumi/alicloud/ecs/eipAddress.js";
import { EipAssociation } from "@pulumi/alicloud/ecs/eipAssociation.js";
import { SecurityGroup } from "@pulumi/alicloud/ecs/securityGroup.js";
import { SecurityGroupRule, type SecurityGroupRuleArgs } from "@pulumi/alicloud/ecs/securityGroupRule.js";
import { NatGateway } from "@pulumi/alicloud/vpc/natGateway.js";
import { Network } from "@pulumi/alicloud/vpc/network.js";
import { SnatEntry } from "@pulumi/alicloud/vpc/snatEntry.js";
import { Switch } from "@pulumi/alicloud/vpc/switch.js";
import * as pulumi from "@pulumi/pulumi";
import type { AckNetwork } from "./cluster.js";

/** One zone of an ACK cluster, and the range of each vSwitch in it. */
export interface AckZone {
  /** Zone, such as `cn-hangzhou-i`. */
  zone: string;
  /** Range of the nodes. */
  nodes: string;
  /** Range of the pods. */
  pods: string;
  /** Range of the gateway nodes and their pods: what a database's allow-list names. */
  gateway: string;
  /** Range of databases created with the cluster.
   * @default no database can be created in this zone */
  databases?: string;
}

/** Network of an ACK cluster. */
export interface AckVpcArgs {
  /** Region, such as `cn-hangzhou`. */
  region: string;
  /** Zones the cluster spreads over, each with its ranges. The NAT gateway stands in the first: add new ones at the end. */
  zones: AckZone[];
  /** An existing VPC.
   * @default a new one with `vpcCidr` */
  vpcId?: pulumi.Input<string>;
  /** Range of the VPC. */
  vpcCidr: string;
  /** Ranges outside the VPC that nodes may open TLS connections to, for images.
   * @default ["0.0.0.0/0"] */
  imageRanges?: string[];
  /** Ranges outside the VPC from which the API server is reached by a load balancer that hands the client's address through.
   * @default none */
  apiServerRanges?: string[];
  /** Mbit/s that each public address carries at most, 1 to 200.
   * @default 200 */
  natBandwidthMbps?: number;
}

/** The most that an address takes which is paid by traffic. Left out, the cloud gives 5. */
const mostBandwidthMbps = 200;

/** Port of the API server. */
export const apiServerPort = 6443;

/** Ids by zone. */
export type VswitchIds = Record<string, pulumi.Output<string>>;
type Purpose = "nodes" | "pods" | "gateway" | "databases";

/** Alibaba Cloud's own services inside every VPC: DNS, time, object storage, metadata, health checks. */
const cloudServices = "100.64.0.0/10";

/** Priorities of the rules here: 1 wins over 100, and the smaller ones are left to CloudFirewall. */
const priority = { allow: 50, dropRest: 100 };

const anyPort = { ipProtocol: "all", portRange: "-1/-1" };

/** What nodes of a cluster may exchange, before any database is known. Names depend on the zone, never on an index. */
function clusterRules(
  who: "nodes" | "gateway",
  args: AckVpcArgs,
): Record<string, Omit<SecurityGroupRuleArgs, "securityGroupId">> {
  const inside = args.zones.flatMap(({ zone, nodes, pods, gateway }) =>
    Object.entries({ nodes, pods, gateway }).flatMap(([purpose, cidrIp]) =>
      ["ingress", "egress"].map((type) => [`${type}-${purpose}-${zone}`, { type, cidrIp, ...anyPort }] as const),
    ),
  );
  const images = (args.imageRanges ?? ["0.0.0.0/0"]).map(
    (cidrIp) =>
      [
        `egress-images-${cidrIp.replace("/", "-")}`,
        { type: "egress", cidrIp, ipProtocol: "tcp", portRange: "443/443" },
      ] as const,
  );
  // The control plane's network interfaces are in the nodes' group.
  const clients = (who === "nodes" ? (args.apiServerRanges ?? []) : []).map(
    (cidrIp) =>
      [
        `ingress-api-server-${cidrIp.replace("/", "-")}`,
        { type: "ingress", cidrIp, ipProtocol: "tcp", portRange: `${apiServerPort}/${apiServerPort}` },
      ] as const,
  );
  return {
    ...Object.fromEntries([...inside, ...images, ...clients]),
    "ingress-cloud-services": { type: "ingress", cidrIp: cloudServices, ...anyPort },
    "egress-cloud-services": { type: "egress", cidrIp: cloudServices, ...anyPort },
    // A security group lets everything out that no rule names, databases beyond the VPC included.
    "egress-rest": { type: "egress", cidrIp: "0.0.0.0/0", ...anyPort, policy: "drop", priority: priority.dropRest },
  };
}

/**
 * VPC of an ACK cluster: per zone a vSwitch for nodes, pods, gateways and databases; a security group for gateways
 * and one for everything else; NAT with one public address for gateways and another for everything else. So a
 * database, inside the VPC or outside, can admit the gateway and nobody else.
 */
export class AckVpc extends pulumi.ComponentResource {
  readonly nodeVswitchIds: VswitchIds;
  readonly podVswitchIds: VswitchIds;
  readonly gatewayVswitchIds: VswitchIds;
  readonly cloudNetwork: AckNetwork;
  /** What a node needs to reach the Internet and its cluster: translation, addresses and rules. Before it is there, and until
   * no node is left, no image can be pulled. */
  readonly internet: pulumi.Resource[] = [];
  private readonly vpcId: pulumi.Output<string>;

  constructor(
    private readonly name: string,
    args: AckVpcArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mesh-egress:index:AckVpc", name, {}, opts);
    this.vpcId =
      args.vpcId === undefined
        ? new Network(`${name}-network`, { vpcName: name, cidrBlock: args.vpcCidr }, { parent: this }).id
        : pulumi.output(args.vpcId);
    this.nodeVswitchIds = this.vswitches("nodes", args.zones);
    this.podVswitchIds = this.vswitches("pods", args.zones);
    this.gatewayVswitchIds = this.vswitches("gateway", args.zones);
    const [database] = Object.entries(this.vswitches("databases", args.zones));

    const nat = this.nat();
    this.translate(nat, "nodes", args, { nodes: this.nodeVswitchIds, pods: this.podVswitchIds });
    const gatewayAddress = this.translate(nat, "gateway", args, { gateway: this.gatewayVswitchIds });
    this.cloudNetwork = {
      cloud: "ack",
      region: args.region,
      vpcId: this.vpcId,
      database: database && { zone: database[0], vswitchId: database[1] },
      nodeSecurityGroupId: this.securityGroup("nodes", args),
      gatewaySecurityGroupId: this.securityGroup("gateway", args),
      gatewayRanges: args.zones.map((zone) => zone.gateway),
      gatewayAddresses: gatewayAddress.apply((address) => [address]),
    };
    this.registerOutputs({ vpcId: this.vpcId, gatewayAddresses: this.cloudNetwork.gatewayAddresses });
  }

  private vswitches(purpose: Purpose, zones: AckZone[]): VswitchIds {
    const own = zones.flatMap((zone) => {
      const cidrBlock = zone[purpose];
      if (cidrBlock === undefined) return [];
      const vswitchName = `${this.name}-${purpose}-${zone.zone}`;
      const vswitch = new Switch(
        vswitchName,
        { vswitchName, vpcId: this.vpcId, zoneId: zone.zone, cidrBlock },
        { parent: this },
      );
      return [[zone.zone, vswitch.id] as const];
    });
    return Object.fromEntries(own);
  }

  private nat(): NatGateway {
    return new NatGateway(
      `${this.name}-nat`,
      {
        natGatewayName: this.name,
        vpcId: this.vpcId,
        vswitchId: Object.values(this.nodeVswitchIds)[0],
        natType: "Enhanced",
        networkType: "internet",
        paymentType: "PayAsYouGo",
      },
      { parent: this },
    );
  }

  /** Gives vSwitches one public address of their own, and returns it. */
  private translate(
    nat: NatGateway,
    who: string,
    { natBandwidthMbps = mostBandwidthMbps }: AckVpcArgs,
    vswitches: Record<string, VswitchIds>,
  ): pulumi.Output<string> {
    const eip = new EipAddress(
      `${this.name}-${who}-address`,
      {
        addressName: `${this.name}-${who}`,
        paymentType: "PayAsYouGo",
        internetChargeType: "PayByTraffic",
        bandwidth: String(natBandwidthMbps),
      },
      { parent: this },
    );
    const association = new EipAssociation(
      `${this.name}-${who}-address-nat`,
      { allocationId: eip.id, instanceId: nat.id, instanceType: "Nat" },
      { parent: this },
    );
    for (const [purpose, ids] of Object.entries(vswitches))
      for (const [zone, sourceVswitchId] of Object.entries(ids))
        this.internet.push(
          new SnatEntry(
            `${this.name}-${purpose}-${zone}-snat`,
            { snatTableId: nat.snatTableIds, sourceVswitchId, snatIp: eip.ipAddress },
            { parent: this, dependsOn: [association] },
          ),
        );
    return eip.ipAddress;
  }

  private securityGroup(who: "nodes" | "gateway", args: AckVpcArgs): pulumi.Output<string> {
    const securityGroupName = `${this.name}-${who}-group`;
    const group = new SecurityGroup(
      securityGroupName,
      { securityGroupName, vpcId: this.vpcId, description: `Least privilege for the ${who} of ${this.name}` },
      { parent: this },
    );
    for (const [rule, spec] of Object.entries(clusterRules(who, args)))
      this.internet.push(
        new SecurityGroupRule(
          `${securityGroupName}-${rule}`,
          { securityGroupId: group.id, nicType: "intranet", policy: "accept", priority: priority.allow, ...spec },
          { parent: this },
        ),
      );
    return group.id;
  }
}

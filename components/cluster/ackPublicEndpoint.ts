import { SecurityGroup } from "@pulumi/alicloud/ecs/securityGroup.js";
import { SecurityGroupRule } from "@pulumi/alicloud/ecs/securityGroupRule.js";
import { LoadBalancer } from "@pulumi/alicloud/nlb/loadBalancer.js";
import * as pulumi from "@pulumi/pulumi";
import { apiServerPort, type VswitchIds } from "./ackVpc.js";

/** A network from which an API server may be reached. */
export interface AuthorizedNetwork {
  /** Name of the network, for people. */
  name: string;
  /** Range of its public addresses. */
  range: string;
}

/** The way to an API server from the Internet. */
export interface AckPublicEndpointArgs {
  vpcId: pulumi.Input<string>;
  /** vSwitches of the load balancer by zone, in two zones at least. */
  vswitchIds: VswitchIds;
  /** Networks that may connect. */
  authorizedNetworks: AuthorizedNetwork[];
}

/** The load balancer's own rules have 1, for its health checks, and 100, which admits everybody. */
const priority = { admit: 10, refuse: 50 };

/**
 * A Network Load Balancer on the Internet, whose security group admits the authorized networks only. ACK adds the listener.
 * The Classic Load Balancer that it uses by default has an access list too, but the provider cannot write it on a
 * listener of ACK's.
 */
export class AckPublicEndpoint extends pulumi.ComponentResource {
  readonly loadBalancerId: pulumi.Output<string>;
  readonly host: pulumi.Output<string>;

  constructor(name: string, args: AckPublicEndpointArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mesh-egress:index:AckPublicEndpoint", name, {}, opts);
    const { vpcId, vswitchIds, authorizedNetworks } = args;
    const group = new SecurityGroup(
      `${name}-group`,
      { securityGroupName: `${name}-group`, vpcId, description: "Who reaches the API server from the Internet" },
      { parent: this },
    );
    const rule = (what: string, spec: { cidrIp: string; policy: "accept" | "drop"; priority: number }) =>
      new SecurityGroupRule(
        `${name}-group-${what}`,
        {
          securityGroupId: group.id,
          type: "ingress",
          ipProtocol: "tcp",
          portRange: `${apiServerPort}/${apiServerPort}`,
          nicType: "intranet",
          ...spec,
        },
        { parent: this },
      );
    const rules = [
      ...authorizedNetworks.map(({ range }) =>
        rule(range.replace("/", "-"), { cidrIp: range, policy: "accept", priority: priority.admit }),
      ),
      // A group without a rule that drops admits everybody to a load balancer.
      rule("rest", { cidrIp: "0.0.0.0/0", policy: "drop", priority: priority.refuse }),
    ];
    const balancer = new LoadBalancer(
      `${name}-balancer`,
      {
        loadBalancerName: name,
        loadBalancerType: "Network",
        addressType: "Internet",
        vpcId,
        securityGroupIds: [group.id],
        zoneMappings: Object.entries(vswitchIds).map(([zoneId, vswitchId]) => ({ zoneId, vswitchId })),
      },
      // Never open to everybody, not even for a moment.
      { parent: this, dependsOn: rules },
    );
    this.loadBalancerId = balancer.id;
    this.host = balancer.dnsName;
    this.registerOutputs({ host: this.host });
  }
}

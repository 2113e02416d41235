import { SecurityGroupRule, type SecurityGroupRuleArgs } from "@pulumi/alicloud/ecs/securityGroupRule.js";
import * as pulumi from "@pulumi/pulumi";
import type { FirewallDatabase } from "../../settings/cloudNetwork.js";
import type { AckNetwork } from "../cluster/cluster.js";
import { firewallTargets, type FirewallTarget } from "./cloudFirewall.js";

/** Security group rules of an ACK cluster towards databases. */
export interface AckFirewallArgs {
  /** The cluster's network. */
  network: AckNetwork;
  /** Databases of the cluster's workloads. */
  databases: FirewallDatabase[];
}

/**
 * 1 wins over 100. The cluster's own rules follow at 50, and the one that drops the rest at 100, so a target whose
 * address is not known is refused to nodes by that one.
 */
const priority = { admit: 5, refuse: 10 };

type Rule = Omit<SecurityGroupRuleArgs, "securityGroupId"> & { group: "nodes" | "gateway" };

/** Rules by name: the gateway's group may connect to a database behind the gateway, the nodes' group may not. */
export function ackFirewallRules(targets: FirewallTarget[]): Record<string, Rule> {
  return Object.assign({}, ...targets.map(rulesOf));
}

function rulesOf({ name, range, port, throughGateway }: FirewallTarget): Record<string, Rule> {
  const towards = { type: "egress", ipProtocol: "tcp", portRange: `${port}/${port}`, nicType: "intranet" };
  const admit = { ...towards, cidrIp: range ?? "0.0.0.0/0", policy: "accept", priority: priority.admit };
  if (!throughGateway) return { [`${name}-nodes`]: { ...admit, group: "nodes" } };
  const gateway: Rule = { ...admit, group: "gateway" };
  if (range === undefined) return { [`${name}-gateway`]: gateway };
  const others: Rule = { ...towards, cidrIp: range, policy: "drop", priority: priority.refuse, group: "nodes" };
  return { [`${name}-gateway`]: gateway, [`${name}-others`]: others };
}

/** Security groups: only gateway nodes and their pods reach the databases, whatever a pod elsewhere does. */
export class AckFirewall extends pulumi.ComponentResource {
  constructor(name: string, args: AckFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mesh-egress:index:AckFirewall", name, {}, opts);
    const groups = { nodes: args.network.nodeSecurityGroupId, gateway: args.network.gatewaySecurityGroupId };
    const rules = ackFirewallRules(firewallTargets(args.databases));
    for (const [rule, { group, ...spec }] of Object.entries(rules))
      new SecurityGroupRule(`${name}-${rule}`, { securityGroupId: groups[group], ...spec }, { parent: this });
    this.registerOutputs({ rules: Object.keys(rules) });
  }
}

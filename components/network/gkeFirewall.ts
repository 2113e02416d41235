import { Firewall, type FirewallArgs } from "@pulumi/gcp/compute/firewall.js";
import * as pulumi from "@pulumi/pulumi";
import type { FirewallDatabase } from "../../settings/cloudNetwork.js";
import type { GkeNetwork } from "../cluster/cluster.js";
import { shortened } from "../cluster/gkeNames.js";
import { firewallTargets, type FirewallTarget } from "./cloudFirewall.js";

/** Firewall of a GKE cluster's VPC towards databases. */
export interface GkeFirewallArgs {
  /** The cluster's network. */
  network: GkeNetwork;
  /** Databases of the cluster's workloads. */
  databases: FirewallDatabase[];
  /** Log refused connections.
   * @default true */
  logDenied?: boolean;
}

/** The smaller number wins. Google's own default, which lets everything out, comes last with 65535. */
const priority = { gateway: 800, insideCluster: 900, everyNode: 1000 };

/** Google allows 63 characters for a rule: a range, a port and what it is for follow, and eight at random. */
const longestName = 22;

type Rule = Omit<FirewallArgs, "network" | "project">;

/** Rules by name: gateway nodes may connect to a database behind the gateway, other nodes may not. */
export function gkeFirewallRules(args: {
  targets: FirewallTarget[];
  network: Pick<GkeNetwork, "nodeTag" | "gatewayTag" | "clusterRanges">;
  logDenied: boolean;
}): Record<string, Rule> {
  const { nodeTag, gatewayTag, clusterRanges } = args.network;
  const behindGateway = args.targets.filter(({ throughGateway }) => throughGateway);
  const egress = { direction: "EGRESS" };
  const towards = ({ range, port }: FirewallTarget) => ({
    ...egress,
    destinationRanges: [range ?? "0.0.0.0/0"],
    ports: [{ protocol: "tcp", ports: [String(port)] }],
  });
  const rules = behindGateway.flatMap((target) => {
    const { ports, ...where } = towards(target);
    const denied = args.logDenied ? { logConfig: { metadata: "INCLUDE_ALL_METADATA" } } : {};
    return [
      [`${target.name}-gateway`, { ...where, allows: ports, targetTags: [gatewayTag], priority: priority.gateway }],
      [
        `${target.name}-others`,
        { ...where, denies: ports, targetTags: [nodeTag], priority: priority.everyNode, ...denied },
      ],
    ] as const;
  });
  return {
    ...Object.fromEntries(rules),
    // A database port denied towards any address must stay open between the cluster's own pods.
    "inside-cluster": {
      ...egress,
      destinationRanges: clusterRanges,
      allows: [{ protocol: "all" }],
      targetTags: [nodeTag],
      priority: priority.insideCluster,
    },
  };
}

/** VPC firewall: only gateway nodes reach the databases, whatever a pod elsewhere does to its own proxy. */
export class GkeFirewall extends pulumi.ComponentResource {
  constructor(name: string, args: GkeFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mesh-egress:index:GkeFirewall", name, {}, opts);
    const { project, network } = args.network;
    const targets = firewallTargets(args.databases);
    const rules = gkeFirewallRules({ targets, network: args.network, logDenied: args.logDenied ?? true });
    for (const [rule, spec] of Object.entries(rules))
      new Firewall(`${shortened(name, longestName)}-${rule}`, { project, network, ...spec }, { parent: this });
    this.registerOutputs({ rules: Object.keys(rules) });
  }
}

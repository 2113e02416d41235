import type * as pulumi from "@pulumi/pulumi";
import type { FirewallDatabase, FirewallSettings } from "../../settings/cloudNetwork.js";
import type { AckNetwork, GkeNetwork } from "../cluster/cluster.js";

/** Where connections go, as a packet filter sees it; several databases may share one. */
export interface FirewallTarget {
  /** Part of the rule's name. It depends on the target alone, so that another database changes no rule. */
  name: string;
  /** Undefined for any address. */
  range?: string;
  port: number;
  throughGateway: boolean;
}

/** Each range and port once, whichever database it belongs to. */
export function firewallTargets(databases: FirewallDatabase[]): FirewallTarget[] {
  const targets = databases.flatMap(({ ranges, port, throughGateway }) =>
    (ranges ?? [undefined]).map((range) => ({
      name: `${range?.replace(/[./]/g, "-") ?? "any"}-${port}`,
      range,
      port,
      throughGateway,
    })),
  );
  // A target that one database reaches directly stays open for all nodes: NetworkPolicy tells the pods apart.
  const open = new Set(targets.filter(({ throughGateway }) => !throughGateway).map(({ name }) => name));
  const byName = new Map(targets.map((target) => [target.name, { ...target, throughGateway: !open.has(target.name) }]));
  return [...byName.values()];
}

type Make = (name: string, opts: pulumi.ComponentResourceOptions) => pulumi.ComponentResource;

/** Loads the SDK of the one cloud whose network it is, and returns what makes its firewall. */
export async function createCloudFirewall(
  cloud: "gke" | "ack",
  databases: FirewallDatabase[],
  { logDenied }: FirewallSettings,
): Promise<(network: GkeNetwork | AckNetwork) => Make> {
  if (cloud === "gke") {
    const { GkeFirewall } = await import("./gkeFirewall.js");
    return (network) => (name, opts) =>
      new GkeFirewall(name, { network: network as GkeNetwork, databases, logDenied }, opts);
  }
  const { AckFirewall } = await import("./ackFirewall.js");
  return (network) => (name, opts) => new AckFirewall(name, { network: network as AckNetwork, databases }, opts);
}

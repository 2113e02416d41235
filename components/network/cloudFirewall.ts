import type { FirewallDatabase } from "../../settings/cloudNetwork.js";

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
  // A target that one database reaches directly stays open for all nodes: NetworkPolicy distinguishes the pods.
  const open = new Set(targets.filter(({ throughGateway }) => !throughGateway).map(({ name }) => name));
  const byName = new Map(targets.map((target) => [target.name, { ...target, throughGateway: !open.has(target.name) }]));
  return [...byName.values()];
}

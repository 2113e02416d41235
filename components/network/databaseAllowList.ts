import { WhitelistTemplate } from "@pulumi/alicloud/rds/whitelistTemplate.js";
import * as pulumi from "@pulumi/pulumi";
import type { AckNetwork } from "../cluster/cluster.js";

/** Allow-list for ApsaraDB RDS instances that exist already. */
export interface DatabaseAllowListArgs {
  /** The cluster's network. */
  network: Pick<AckNetwork, "gatewayRanges" | "gatewayAddresses">;
}

/**
 * An allow-list template that admits the egress gateway and nobody else. Attach it to an instance in the place of its
 * own list: `templateIdLists` of the instance, or the console.
 */
export class DatabaseAllowList extends pulumi.ComponentResource {
  readonly templateId: pulumi.Output<string>;
  /** What the list admits. */
  readonly admitted: pulumi.Output<string[]>;

  constructor(name: string, args: DatabaseAllowListArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mesh-egress:index:DatabaseAllowList", name, {}, opts);
    const { gatewayRanges, gatewayAddresses } = args.network;
    this.admitted = gatewayAddresses.apply((addresses) => [...gatewayRanges, ...addresses]);
    const template = new WhitelistTemplate(
      `${name}-template`,
      { templateName: name, ipWhiteList: this.admitted.apply((admitted) => admitted.join(",")) },
      { parent: this },
    );
    this.templateId = template.id;
    this.registerOutputs({ templateId: this.templateId, admitted: this.admitted });
  }
}

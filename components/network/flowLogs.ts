import { Project } from "@pulumi/alicloud/log/project.js";
import { Store } from "@pulumi/alicloud/log/store.js";
import { FlowLog } from "@pulumi/alicloud/vpc/flowLog.js";
import * as pulumi from "@pulumi/pulumi";

/** Flow log of an Alibaba Cloud VPC. On GKE flow logs belong to the subnetwork: see GkeCluster's `flowLogs`. */
export interface FlowLogsArgs {
  /** VPC to watch. */
  vpcId: pulumi.Input<string>;
  /** Days the log is kept.
   * @default 30 */
  retentionDays?: number;
}

/** Shortest interval there is: a connection that was refused within seconds still has a record of its own. */
const aggregationInterval = "1";

/** Every connection of a VPC, allowed or dropped, in a log store of its own. */
export class FlowLogs extends pulumi.ComponentResource {
  /** Project and store that hold the log. */
  readonly log: { project: pulumi.Output<string>; store: pulumi.Output<string> };

  constructor(name: string, args: FlowLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mesh-egress:index:FlowLogs", name, {}, opts);
    const project = new Project(
      `${name}-project`,
      { description: "VPC flow logs around a mesh egress gateway" },
      { parent: this },
    );
    const store = new Store(
      `${name}-store`,
      { projectName: project.projectName, logstoreName: "flows", retentionPeriod: args.retentionDays ?? 30 },
      { parent: this },
    );
    new FlowLog(
      `${name}-log`,
      {
        flowLogName: name,
        resourceType: "VPC",
        resourceId: args.vpcId,
        trafficType: "All",
        trafficPaths: ["all"],
        aggregationInterval,
        projectName: project.projectName,
        logStoreName: store.logstoreName,
      },
      { parent: this },
    );
    this.log = { project: project.projectName, store: store.logstoreName };
    this.registerOutputs({ log: this.log });
  }
}

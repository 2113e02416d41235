/**
 * What stands on Alibaba Cloud. Needs `@pulumi/alicloud` beside this package.
 *
 * @module pulumi-mesh-egress/ack
 */

export { AckCluster, type AckClusterArgs, type AckNodePoolArgs } from "./cluster/ack.js";
export type { AuthorizedNetwork } from "./cluster/ackPublicEndpoint.js";
export type { MaintenanceWindow } from "../settings/cluster.js";
export { AckVpc, type AckVpcArgs, type AckZone } from "./cluster/ackVpc.js";
export { RdsDatabase, type RdsDatabaseArgs } from "./database/rds.js";
export { AlibabaServiceMesh, type AlibabaServiceMeshArgs } from "./mesh/asm.js";
export { AckFirewall, type AckFirewallArgs } from "./network/ackFirewall.js";
export { DatabaseAllowList, type DatabaseAllowListArgs } from "./network/databaseAllowList.js";
export { FlowLogs, type FlowLogsArgs } from "./network/flowLogs.js";

/**
 * What stands on Google Cloud. Needs `@pulumi/gcp` beside this package.
 *
 * @module pulumi-mesh-egress/gke
 */

export { GkeCluster, type GkeClusterArgs, type GkeNodePoolArgs } from "./cluster/gke.js";
export { GkeVpc, type GkeFlowLogsArgs, type GkeVpcArgs } from "./cluster/gkeVpc.js";
export { CloudSqlDatabase, type CloudSqlDatabaseArgs } from "./database/cloudSql.js";
export { CloudServiceMesh, type CloudServiceMeshArgs } from "./mesh/cloudServiceMesh.js";
export { GkeFirewall, type GkeFirewallArgs } from "./network/gkeFirewall.js";

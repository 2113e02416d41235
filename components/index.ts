/**
 * Components for each layer, usable alone with a provider, cluster and namespaces of your own. What needs a cloud's SDK
 * has an entry point of its own, so that nobody installs the SDK of a cloud they do not use: `pulumi-mesh-egress/gke`
 * with `@pulumi/gcp`, `pulumi-mesh-egress/ack` with `@pulumi/alicloud`.
 *
 * @module pulumi-mesh-egress
 */

// Cluster
export { onGatewayNodes } from "./cluster/cluster.js";
export type { AckNetwork, Cluster, GkeNetwork, NodePlacement } from "./cluster/cluster.js";
export { ExistingCluster, type ExistingClusterArgs } from "./cluster/existing.js";
export type { ClusterNetwork } from "../settings/cluster.js";

// Mesh
export { asmFacts, cloudServiceMeshFacts, istioFacts } from "./mesh/meshFacts.js";
export { IstioMesh, type IstioMeshArgs } from "./mesh/istio.js";
export type { Mesh, MeshFacts, TraceCollector } from "./mesh/mesh.js";

// Namespaces
export { MeshNamespace } from "./namespace/meshNamespace.js";
export type { MeshNamespaceArgs, NamespaceQuota, PodSecurityLevel } from "./namespace/meshNamespace.js";

// Egress gateway and databases
export { EgressGateway, type EgressGatewayArgs } from "./gateway/egressGateway.js";
export { type Gateway, gatewayOf } from "./gateway/gateway.js";
export { DatabaseEgress, type DatabaseEgressArgs } from "./egress/databaseEgress.js";
export type { AllowedClients, DatabaseAccess, DatabaseAccessOptions } from "./egress/databaseAccess.js";
export type { DatabaseInput, ListInput } from "./egress/databaseInputs.js";
export { type Forwarder, forwarderOf } from "./egress/forwarder.js";
export type { ManagedDatabase, ManagedDatabaseArgs } from "./database/database.js";
export { type Protocol, type TrafficMode, whyNot } from "../settings/trafficModes.js";

// Identity
export { MutualTls } from "./identity/mutualTls.js";
export type { MutualTlsArgs, MutualTlsMode, PortMutualTls, WorkloadMutualTls } from "./identity/mutualTls.js";

// Network
export type { DnsPeer } from "./network/clusterDns.js";
export { GlobalIsolation, type GlobalIsolationArgs } from "./network/globalIsolation.js";
export { NetworkIsolation } from "./network/networkIsolation.js";
export type {
  ControlPlanePeer,
  Flow,
  GatewayPeer,
  NetworkIsolationArgs,
  OpenDoor,
  PodGroup,
} from "./network/networkIsolation.js";
export { TrafficProtection, type TrafficProtectionArgs } from "./network/trafficProtection.js";
export type { FirewallDatabase } from "../settings/cloudNetwork.js";

// Ingress, roles, observability
export { HttpsIngress } from "./ingress/httpsIngress.js";
export type { HttpsIngressArgs, HttpsIngressSpec, ServingGateway } from "./ingress/httpsIngress.js";
export { IngressGateway, type IngressGatewayArgs } from "./ingress/ingressGateway.js";
export { LeastPrivilegeRole } from "./rbac/leastPrivilegeRole.js";
export type { LeastPrivilegeRoleArgs, RoleRule, RoleSubject } from "./rbac/leastPrivilegeRole.js";
export { GatewayMetrics, type GatewayMetricsArgs } from "./observability/gatewayMetrics.js";
export type { AlertChange, WatchedDatabase } from "./observability/metrics/context.js";
export type { AlertName, Severity } from "../settings/alerts.js";
export { MeshTelemetry, type MeshTelemetryArgs } from "./observability/meshTelemetry.js";

// Workloads
export { Workload, type WorkloadArgs, type WorkloadSpec } from "./workloads/workload.js";

// The whole platform, from settings
export { blueprintOf } from "./blueprint.js";
export { SecurePlatform, type SecurePlatformArgs } from "./platform.js";
export type { Reach } from "./judgement/stackReach.js";
export { FailedAssertionsError } from "../settings/failedAssertions.js";
export type { Manifest } from "./manifest.js";
export type { SecretValues } from "./secrets.js";
export { loadSettings } from "../settings/load.js";
export { type Problem, SettingsError } from "../settings/problem.js";
export type * from "../settings/input.js";
export type { Settings } from "../settings/schema.js";
export type {
  DeploymentSettings,
  ExistingSettings,
  ManifestsSettings,
  WorkloadSettings,
} from "../settings/workloads.js";
export type { FileObject, WrittenObject } from "../settings/manifestFiles.js";

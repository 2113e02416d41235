import type { PlannedResource } from "../plan/recording.js";

/** Layers in the order they build on each other, and the components of each. */
const layers = {
  cluster: ["GkeCluster", "AckCluster", "ExistingCluster"],
  mesh: ["IstioMesh", "AlibabaServiceMesh", "CloudServiceMesh"],
  namespaces: ["MeshNamespace", "PodGuard"],
  gateway: ["EgressGateway", "NodeGuard", "RouteGuard"],
  databases: ["RdsDatabase", "CloudSqlDatabase", "DatabaseEgress"],
  identity: ["MutualTls"],
  network: [
    "NetworkIsolation",
    "GlobalIsolation",
    "TrafficProtection",
    "GkeFirewall",
    "AckFirewall",
    "FlowLogs",
    "DatabaseAllowList",
  ],
  ingress: ["IngressGateway", "HttpsIngress"],
  rbac: ["LeastPrivilegeRole"],
  observability: ["MeshTelemetry", "GatewayMetrics"],
};

/** A resource with what stands beneath it. */
export interface Branch {
  resource: PlannedResource;
  children: Branch[];
}

/** The resource tree by layer; what belongs to none of them is a workload. */
export function byLayer(resources: PlannedResource[]): Map<string, Branch[]> {
  const branches = new Map(resources.map((resource) => [resource.urn, { resource, children: [] as Branch[] }]));
  const roots: Branch[] = [];
  for (const branch of branches.values()) (branches.get(branch.resource.parent ?? "")?.children ?? roots).push(branch);
  const tops = roots.flatMap(({ children }) => children);
  const grouped = new Map([...Object.keys(layers), "workloads"].map((layer) => [layer, [] as Branch[]]));
  for (const top of tops) grouped.get(layerOf(top.resource))?.push(top);
  return new Map([...grouped].filter(([, members]) => members.length > 0));
}

function layerOf({ type }: PlannedResource): string {
  const component = type.split(":").at(-1) ?? "";
  return Object.entries(layers).find(([, members]) => members.includes(component))?.[0] ?? "workloads";
}

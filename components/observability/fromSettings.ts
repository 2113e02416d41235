import type { DatabaseSettings } from "../../settings/databases.js";
import type { Settings } from "../../settings/schema.js";
import { hostOf } from "../egress/databaseEgress.js";
import { endpointsOf } from "../egress/endpoint.js";
import type { Gateway } from "../gateway/gateway.js";
import type { MeshFacts } from "../mesh/mesh.js";
import type { GatewayMetricsArgs } from "./gatewayMetrics.js";
import type { WatchedDatabase } from "./metrics/context.js";

/** The settings' metrics as the component takes them. */
export function gatewayMetricsArgs(
  { gateway: { resources }, observability: { metrics } }: Settings,
  { mesh, gateway, throughGateway }: { mesh: MeshFacts; gateway: Gateway; throughGateway: DatabaseSettings[] },
): GatewayMetricsArgs {
  const { enabled: _, ...own } = metrics;
  return { ...own, gateway, mesh, memoryLimit: resources.memoryLimit, databases: throughGateway.flatMap(watched) };
}

/** What clients of a wildcard dial is not known beforehand, so nobody can tell that it is unused. */
function watched(database: DatabaseSettings): WatchedDatabase[] {
  if (database.trafficMode === "tls-wildcard") return [];
  const { maxConnections } = database.limits;
  return endpointsOf({ ...database, host: hostOf(database) }).map(({ host, port }) => ({ host, port, maxConnections }));
}

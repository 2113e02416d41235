import type { DatabaseSettings } from "../../settings/databases.js";
import type { Settings } from "../../settings/schema.js";
import { trafficModes } from "../../settings/trafficModes.js";
import { hostOf } from "../egress/databaseEgress.js";
import { endpointsOf } from "../egress/endpoint.js";
import type { Gateway } from "../gateway/gateway.js";
import type { MeshFacts } from "../mesh/mesh.js";
import type { GatewayMetricsArgs } from "./gatewayMetrics.js";
import type { WatchedDatabase } from "./metrics/context.js";

/** The settings' metrics as the component takes them. */
export function gatewayMetricsArgs(
  { gateway: { resources }, observability: { metrics }, databases }: Settings,
  { mesh, gateway }: { mesh: MeshFacts; gateway: Gateway },
): GatewayMetricsArgs {
  const { enabled: _, ...own } = metrics;
  return { ...own, gateway, mesh, memoryLimit: resources.memoryLimit, databases: databases.flatMap(watched) };
}

/** The endpoints of a database on the gateway. Which hosts of a wildcard clients dial is not known beforehand. */
function watched(database: DatabaseSettings): WatchedDatabase[] {
  if (!trafficModes[database.trafficMode].throughGateway || database.trafficMode === "tls-wildcard") return [];
  const { maxConnections } = database.limits;
  return endpointsOf({ ...database, host: hostOf(database) }).map(({ host, port }) => ({ host, port, maxConnections }));
}

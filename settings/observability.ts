import { z } from "zod";
import { objectName } from "./formats.js";
import { makesMesh } from "./mesh.js";
import { metricsSchema } from "./metrics.js";
import type { Problem } from "./problem.js";
import type { Settings } from "./schema.js";

/** `observability`: what proxies tell of the traffic they carry. */
export const observabilitySchema = z.strictObject({
  scope: z
    .enum(["mesh", "gateway"])
    .optional()
    .describe(
      "Whose proxies it is about. `mesh`: every proxy, by a Telemetry in the root namespace. `gateway`: those of the egress gateway. Default: mesh; with `mesh.install: false` gateway.",
    ),
  accessLogs: z
    .strictObject({
      enabled: z.boolean().default(true).describe("Proxies log each connection and request."),
      filter: z
        .string()
        .min(1)
        .optional()
        .describe("CEL expression of what is logged, such as `response.code >= 400`. Default: everything."),
    })
    .prefault({})
    .describe("Access logs on the proxies' standard output."),
  tracing: z
    .strictObject({
      enabled: z.boolean().default(false).describe("Proxies send traces."),
      samplingPercent: z
        .number()
        .min(0)
        .max(100)
        .default(1)
        .describe(
          "Share of requests that are traced, in percent. It holds whatever sampled trace a caller brings (traceparent).",
        ),
      provider: objectName
        .optional()
        .describe(
          "Extension provider of the mesh config that takes traces; the way to it is yours to open (network.flows). Default: the one the mesh brings.",
        ),
    })
    .prefault({})
    .describe("Distributed tracing of HTTP and gRPC. A connection to a database is TCP and makes no span."),
  metrics: metricsSchema
    .prefault({})
    .describe("What Prometheus and Grafana need to watch the egress gateway. See docs/alerts/README.md."),
});
export type ObservabilitySettings = z.output<typeof observabilitySchema>;

type TelemetrySettings = Pick<Settings, "observability" | "mesh">;

/** Whose proxies the settings are about. */
export function telemetryScope({ observability, mesh }: TelemetrySettings): "mesh" | "gateway" {
  return observability.scope ?? (makesMesh(mesh) ? "mesh" : "gateway");
}

/** Tracing that nothing would send. */
export function telemetryProblems(settings: TelemetrySettings): Problem[] {
  return settings.observability.tracing.enabled && telemetryScope(settings) === "gateway"
    ? [
        {
          path: "observability.tracing.enabled",
          value: true,
          reason: "has no effect on the gateway alone: what it carries is TCP and makes no span",
          instead: "Set observability.scope to mesh, which changes the telemetry of every proxy",
        },
      ]
    : [];
}

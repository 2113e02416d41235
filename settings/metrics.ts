import { z } from "zod";
import { alertNames, severities } from "./alerts.js";
import { labels, objectName, rangeDuration } from "./formats.js";
import type { Problem } from "./problem.js";
import { repeated } from "./repeated.js";
import type { Settings } from "./schema.js";

const alert = z
  .strictObject({
    name: z.enum(alertNames).describe("Name of the alert. docs/alerts/README.md lists all."),
    enabled: z.boolean().default(true).describe("Write the alert."),
    severity: z.enum(severities).optional().describe("Its label `severity`. Default: the alert's own."),
    for: rangeDuration
      .optional()
      .describe("How long its condition must hold before it fires. Default: the alert's own."),
    threshold: z
      .number()
      .min(0)
      .optional()
      .describe("Where its condition begins to hold, in the alert's unit. Default: the alert's own."),
  })
  .describe("A change to one alert.");

/** `observability.metrics`: what Prometheus and Grafana need of the egress gateway. */
export const metricsSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(false)
    .describe(
      "Write scrape configuration, recording rules, alerts and a dashboard for the egress gateway, and switch on the proxy statistics that they read. The gateway's pods restart once.",
    ),
  format: z
    .enum(["configMaps", "prometheusOperator"])
    .default("configMaps")
    .describe(
      "`configMaps`: a ConfigMap with a scrape configuration and a file of rules, for a Prometheus that mounts or loads them; it needs no custom resources. `prometheusOperator`: a PodMonitor and a PrometheusRule, whose custom resource definitions the cluster must have.",
    ),
  namespace: objectName
    .optional()
    .describe(
      "Namespace of rules and dashboard. It must exist: Prometheus mounts ConfigMaps of its own namespace only. Default: the gateway's. A PodMonitor is always beside the gateway.",
    ),
  labels: labels
    .default({})
    .describe(
      "Further labels of the objects, such as `release: kube-prometheus-stack`, by which the operator selects them.",
    ),
  dashboardLabels: labels
    .default({ grafana_dashboard: "1" })
    .describe("Labels of the dashboard's ConfigMap, by which Grafana's sidecar finds it."),
  runbooks: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      "Address under which the pages of docs/alerts are served. Each alert then links its own, as `<address>/<alert>.md`. Default: alerts name the page without a link.",
    ),
  window: rangeDuration
    .default("5m")
    .describe("Time over which rates are taken. At least four times the interval at which Prometheus scrapes."),
  alerts: z
    .array(alert)
    .default([])
    .describe("Changes to alerts. One that is not listed is written with its defaults."),
});
export type MetricsSettings = z.output<typeof metricsSchema>;

/** Metrics that nobody could read, and alerts that are changed twice. */
export function metricsProblems({
  observability: { metrics },
  network,
}: Pick<Settings, "observability" | "network">): Problem[] {
  const { enabled, metricsFrom } = network.isolation;
  const names = metrics.alerts.map(({ name }, index) => ({
    path: `observability.metrics.alerts[${index}].name`,
    value: name,
  }));
  return [
    ...repeated(names, () => "is listed already", "Keep one of them"),
    ...(metrics.enabled && enabled && metricsFrom === undefined
      ? [
          {
            path: "observability.metrics.enabled",
            value: true,
            reason: "writes scrape configuration, and network.isolation lets no Prometheus reach the gateway's pods",
            instead:
              "Name Prometheus' pods under network.isolation.metricsFrom, such as { namespace: monitoring, labels: { app.kubernetes.io/name: prometheus } }",
          },
        ]
      : []),
  ];
}

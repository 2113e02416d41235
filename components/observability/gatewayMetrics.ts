import type * as pulumi from "@pulumi/pulumi";
import { writeYaml } from "mesh-access/yaml";
import { gatewaySchema } from "../../settings/gateway.js";
import { bytes } from "../../settings/formats.js";
import { metricsSchema, type MetricsSettings } from "../../settings/metrics.js";
import { parse } from "../../settings/parse.js";
import type { Gateway } from "../gateway/gateway.js";
import type { Manifest } from "../manifest.js";
import { componentType, ManifestComponent } from "../manifestComponent.js";
import type { MeshFacts } from "../mesh/mesh.js";
import type { AlertChange, RuleContext, WatchedDatabase } from "./metrics/context.js";
import { dashboard } from "./metrics/dashboard.js";
import { type Rules, rulesOf } from "./metrics/rules.js";
import { podMonitorSpec, scrapeConfigs, type Target } from "./metrics/scrape.js";

/** Arguments of {@link GatewayMetrics}. */
export interface GatewayMetricsArgs {
  /** The gateway to watch: `gateway` of an {@link EgressGateway} with `statistics: true`. */
  gateway: Gateway;
  /** The mesh whose proxy it runs. */
  mesh: Pick<MeshFacts, "kind" | "controlPlane">;
  /** Most memory of a gateway pod, as the gateway's `resources.memoryLimit` has it. @default 1Gi */
  memoryLimit?: string;
  /** Databases whose limits and use are watched. @default none: those that are used are watched for failures alone */
  databases?: readonly WatchedDatabase[];
  /**
   * `configMaps`: scrape configuration and rules in a ConfigMap. `prometheusOperator`: PodMonitor and PrometheusRule, whose
   * custom resource definitions must exist. @default configMaps
   */
  format?: "configMaps" | "prometheusOperator";
  /** Namespace of rules and dashboard, which must exist. @default the gateway's */
  namespace?: string;
  /** Further labels of the objects, by which the operator selects them. @default none */
  labels?: Record<string, string>;
  /** Labels of the dashboard's ConfigMap, by which Grafana's sidecar finds it. @default grafana_dashboard: "1" */
  dashboardLabels?: Record<string, string>;
  /** Address under which the pages of docs/alerts are served. @default alerts name the page without a link */
  runbooks?: string;
  /** Time over which rates are taken; at least four times the scrape interval. @default 5m */
  window?: string;
  /** Changes to alerts. @default none */
  alerts?: readonly AlertChange[];
}

/** What is written, as plain data: for manifests, and for a command to print. */
export interface GatewayMetricsContent {
  /** Entries of `scrape_configs`. */
  scrapeConfigs: object[];
  rules: Rules;
  /** A dashboard in Grafana's form. */
  dashboard: object;
}

/** Proxy alone: it goes on while a pod shuts down. */
const proxyMetrics = { port: 15090, path: "/stats/prometheus" };
/** Agent, with those of the proxy again. */
const agentMetrics = { port: 15020, path: "/stats/prometheus", keep: "istio_agent_(cert_expiry_seconds|process_.+)" };
const controlPlaneMetrics = {
  port: 15014,
  path: "/metrics",
  container: "discovery",
  keep: "pilot_xds|istio_build|citadel_server_root_cert_expiry_timestamp",
};

function gatewayTargets({ gateway }: GatewayMetricsArgs): Target[] {
  const of = { namespace: gateway.namespace, pods: gateway.selector, container: "istio-proxy" };
  return [
    { job: `${gateway.name}-proxy`, ...of, ...proxyMetrics },
    { job: `${gateway.name}-agent`, ...of, ...agentMetrics },
  ];
}

/** None where the control plane is outside the cluster. */
function controlPlaneTargets({ gateway, mesh: { controlPlane } }: GatewayMetricsArgs): Target[] {
  if (!controlPlane) return [];
  const { namespace, podLabels } = controlPlane;
  return [{ job: `${gateway.name}-control-plane`, namespace, pods: podLabels, ...controlPlaneMetrics }];
}

/** The settings among the arguments, checked and with their defaults. */
function settingsOf(args: GatewayMetricsArgs): MetricsSettings {
  const { format, namespace, labels, dashboardLabels, runbooks, window, alerts } = args;
  return parse(metricsSchema, { format, namespace, labels, dashboardLabels, runbooks, window, alerts }, "metrics");
}

function contextOf({ gateway, mesh, memoryLimit, databases = [] }: GatewayMetricsArgs, window: string): RuleContext {
  // ASM's operator names the pods after the Service.
  const deployment = mesh.kind === "asm" ? `istio-${gateway.name}` : gateway.name;
  return {
    gateway: `${gateway.namespace}/${gateway.name}`,
    pods: `namespace="${gateway.namespace}",pod=~"${deployment}-[a-z0-9]+-[a-z0-9]+"`,
    ...(mesh.controlPlane ? { controlPlane: `namespace="${mesh.controlPlane.namespace}"` } : {}),
    sharedPort: gateway.sharedPort,
    memoryLimitBytes: bytes(memoryLimit ?? gatewaySchema.parse({}).resources.memoryLimit),
    databases,
    window,
  };
}

/** Scrape configuration, rules and dashboard of a gateway. */
export function gatewayMetricsContent(args: GatewayMetricsArgs): GatewayMetricsContent {
  const { window, alerts, runbooks } = settingsOf(args);
  const context = contextOf(args, window);
  return {
    scrapeConfigs: scrapeConfigs([...gatewayTargets(args), ...controlPlaneTargets(args)]),
    rules: rulesOf(context, alerts, runbooks),
    dashboard: dashboard(args.gateway.name, context),
  };
}

/**
 * The objects that carry them, in the format that is asked for.
 *
 * @throws {@link SettingsError} with every problem of the arguments at once.
 */
export function gatewayMetricsManifests(args: GatewayMetricsArgs): Manifest[] {
  const { gateway } = args;
  const { format, namespace = gateway.namespace, labels, dashboardLabels } = settingsOf(args);
  const content = gatewayMetricsContent(args);
  const metadata = (name: string, more: Record<string, string> = {}, home = namespace) => {
    const all = { ...labels, ...more };
    return { name, namespace: home, ...(Object.keys(all).length > 0 ? { labels: all } : {}) };
  };
  return [
    ...(format === "prometheusOperator"
      ? operatorObjects(args, content, metadata)
      : plainObjects(args, content, metadata)),
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: metadata(`${gateway.name}-dashboard`, dashboardLabels),
      data: { [`${gateway.name}.json`]: JSON.stringify(content.dashboard, null, 1) },
    },
  ];
}

/** Names, places and labels an object of the stack's. @default namespace: that of rules and dashboard */
type Metadata = (name: string, more?: Record<string, string>, namespace?: string) => Manifest["metadata"];

function plainObjects(
  { gateway }: GatewayMetricsArgs,
  { scrapeConfigs, rules }: GatewayMetricsContent,
  metadata: Metadata,
): Manifest[] {
  const data = { "scrape.yaml": writeYaml({ scrape_configs: scrapeConfigs }), "rules.yaml": writeYaml(rules) };
  return [{ apiVersion: "v1", kind: "ConfigMap", metadata: metadata(`${gateway.name}-prometheus`), data }];
}

const operatorApi = "monitoring.coreos.com/v1";

function operatorObjects(args: GatewayMetricsArgs, { rules }: GatewayMetricsContent, metadata: Metadata): Manifest[] {
  const { name, namespace } = args.gateway;
  // Beside the gateway: an operator may take a PodMonitor's targets from its own namespace only.
  const monitor = (of: string, targets: Target[]): Manifest[] =>
    targets.length === 0
      ? []
      : [
          {
            apiVersion: operatorApi,
            kind: "PodMonitor",
            metadata: metadata(of, {}, namespace),
            spec: podMonitorSpec(targets),
          },
        ];
  return [
    ...monitor(name, gatewayTargets(args)),
    ...monitor(`${name}-control-plane`, controlPlaneTargets(args)),
    { apiVersion: operatorApi, kind: "PrometheusRule", metadata: metadata(name), spec: rules },
  ];
}

/**
 * What Prometheus and Grafana need to watch an egress gateway: scrape configuration, recording rules, alerts and a
 * dashboard. Each alert has a page under docs/alerts.
 */
export class GatewayMetrics extends ManifestComponent {
  constructor(name: string, args: GatewayMetricsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("GatewayMetrics"), name, gatewayMetricsManifests(args), {}, opts);
    this.registerOutputs({});
  }
}

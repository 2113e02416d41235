import assert from "node:assert/strict";
import type { IConfigMap } from "kubernetes-models/v1";
import { readYaml } from "mesh-access/yaml";
import { blueprintOf } from "../../../components/blueprint.js";
import type { Manifest } from "../../../components/manifest.js";
import { databaseLabel, recorded } from "../../../components/observability/metrics/records.js";
import type { Rules } from "../../../components/observability/metrics/rules.js";
import { gatewayMetricsArgs } from "../../../components/observability/fromSettings.js";
import { alertNames } from "../../../settings/alerts.js";
import { loadSettings } from "../../../settings/load.js";
import { trafficModeNames, trafficModes } from "../../../settings/trafficModes.js";
import { assertFollowsSchema } from "../crdSchemas.js";
import { database, smallStack } from "../../plan/stackFiles.js";

const metricsFrom = { namespace: "monitoring", labels: { app: "prometheus" } };

function blueprint(metrics: object = {}, more: object = {}) {
  return blueprintOf(
    loadSettings({
      ...smallStack,
      network: { isolation: { metricsFrom } },
      observability: { metrics: { enabled: true, ...metrics } },
      ...more,
    }),
  );
}

const named = (manifests: Manifest[], kind: string, name: string) =>
  manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);

function rulesIn(manifests: Manifest[]): Rules {
  const { data = {} } = named(manifests, "ConfigMap", "egressgateway-prometheus") as IConfigMap;
  return readYaml(data["rules.yaml"] ?? "").value as Rules;
}

const ruleOf = (rules: Rules, alert: string) =>
  rules.groups.flatMap((group) => group.rules).find((rule) => "alert" in rule && rule.alert === alert);

describe("Metrics of the gateway", () => {
  it("are not written unless a stack wants them", () => {
    const { manifests } = blueprintOf(loadSettings(smallStack));
    assert.deepEqual(
      manifests.filter(({ kind }) => ["ConfigMap", "PodMonitor", "PrometheusRule"].includes(kind)),
      [],
    );
    const gateway = named(manifests, "Deployment", "egressgateway");
    assert.ok(!JSON.stringify(gateway).includes("proxyStatsMatcher"));
  });

  it("need no custom resources by default", () => {
    const { manifests, parts } = blueprint();
    const own = parts.find(({ name }) => name === "metrics")?.manifests ?? [];
    own.forEach(assertFollowsSchema);
    assert.deepEqual(
      own.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`),
      ["ConfigMap istio-egress/egressgateway-prometheus", "ConfigMap istio-egress/egressgateway-dashboard"],
    );
    const { data = {} } = named(manifests, "ConfigMap", "egressgateway-prometheus") as IConfigMap;
    const { scrape_configs } = readYaml(data["scrape.yaml"] ?? "").value as { scrape_configs: { job_name: string }[] };
    assert.deepEqual(
      scrape_configs.map(({ job_name }) => job_name),
      ["egressgateway-proxy", "egressgateway-agent", "egressgateway-control-plane"],
    );
  });

  it("are a PodMonitor and a PrometheusRule for the operator, with the same rules", () => {
    const labels = { release: "kube-prometheus-stack" };
    const { manifests } = blueprint({ format: "prometheusOperator", namespace: "monitoring", labels });
    const rule = named(manifests, "PrometheusRule", "egressgateway");
    assert.deepEqual(rule?.metadata, { name: "egressgateway", namespace: "monitoring", labels });
    assert.deepEqual(rule?.spec, rulesIn(blueprint().manifests));
    const monitor = named(manifests, "PodMonitor", "egressgateway");
    assert.deepEqual(monitor?.metadata, { name: "egressgateway", namespace: "istio-egress", labels });
    const { podMetricsEndpoints } = monitor?.spec as { podMetricsEndpoints: { relabelings: object[] }[] };
    assert.ok(JSON.stringify(podMetricsEndpoints[0]?.relabelings).includes('"$1:15090"'));
  });

  it("have an alert for each name, with a page", () => {
    const rules = rulesIn(blueprint().manifests);
    const alerts = rules.groups.flatMap((group) => group.rules).filter((rule) => "alert" in rule);
    assert.deepEqual(
      alerts.map(({ alert }) => alert),
      alertNames,
    );
    for (const { alert, annotations } of alerts) assert.equal(annotations.runbook, `docs/alerts/${alert}.md`);
  });

  it("link to pages that are served somewhere", () => {
    const rules = rulesIn(blueprint({ runbooks: "https://runbooks.example.com/mesh/" }).manifests);
    const rule = ruleOf(rules, "EgressDatabaseUnused");
    assert.ok(rule && "annotations" in rule);
    assert.equal(rule.annotations.runbook_url, "https://runbooks.example.com/mesh/EgressDatabaseUnused.md");
  });

  it("take a stack's changes to alerts", () => {
    const rules = rulesIn(
      blueprint({
        alerts: [
          { name: "EgressDatabaseUnused", enabled: false },
          { name: "EgressGatewayMemoryNearLimit", severity: "critical", for: "1m", threshold: 90 },
          { name: "EgressGatewayPolicyDenied", for: "2m" },
        ],
      }).manifests,
    );
    assert.equal(ruleOf(rules, "EgressDatabaseUnused"), undefined);
    const memory = ruleOf(rules, "EgressGatewayMemoryNearLimit");
    assert.ok(memory && "alert" in memory);
    assert.deepEqual([memory.labels.severity, memory.for], ["critical", "1m"]);
    assert.match(memory.expr, /> 90$/);
    const denied = ruleOf(rules, "EgressGatewayPolicyDenied");
    assert.deepEqual(denied && "alert" in denied && [denied.for, denied.labels.severity], ["2m", "warning"]);
  });

  it("read only series that are recorded, and of this gateway alone", () => {
    const rules = rulesIn(blueprint().manifests);
    const written = new Set(
      rules.groups.flatMap((group) => group.rules).flatMap((rule) => ("record" in rule ? [rule.record] : [])),
    );
    assert.deepEqual([...written].sort(), Object.values(recorded).sort());
    const read = rules.groups.flatMap((group) =>
      group.rules.flatMap(({ expr }) => expr.match(/mesh_egress:[a-z_]+:?[a-z_]*(\{[^}]*\})?/g) ?? []),
    );
    for (const series of read) assert.match(series, /\{gateway="istio-egress\/egressgateway"[,}]/, series);
  });

  it("know databases by the names that the gateway's proxy gives their clusters", () => {
    for (const trafficMode of trafficModeNames) {
      const { throughGateway, wire, needsOwnPort } = trafficModes[trafficMode];
      if (!throughGateway || trafficMode === "tls-wildcard") continue;
      const mine = {
        ...database("orders"),
        trafficMode,
        protocol: wire === "tcp" ? "redis" : "tls",
        clients: [{ namespace: "shop" }],
        ...(needsOwnPort ? { gatewayPort: 15500 } : {}),
      };
      const stack = blueprint({}, { databases: [mine] });
      const destinations = stack.manifests
        .filter(({ kind }) => kind === "VirtualService")
        .flatMap(({ spec }) => [
          ...JSON.stringify(spec).matchAll(/"destination":\{"host":"([^"]+)","port":\{"number":(\d+)\}/g),
        ])
        .map(([, host, port]) => `${host}:${port}`);
      for (const each of gatewayMetricsArgs(stack.settings, stack).databases ?? [])
        assert.ok(
          destinations.includes(databaseLabel(each)),
          `${trafficMode}: ${databaseLabel(each)} of ${destinations.join(", ")}`,
        );
    }
  });

  it("switch on the statistics that Istio leaves out, beside what the pods' ProxyConfig says already", () => {
    const { manifests } = blueprint({}, { gateway: { drainDuration: "60s" } });
    const deployment = named(manifests, "Deployment", "egressgateway") as unknown as {
      spec: { template: { metadata: { annotations: Record<string, string> } } };
    };
    const config = JSON.parse(deployment.spec.template.metadata.annotations["proxy.istio.io/config"] ?? "{}") as {
      drainDuration: string;
      proxyStatsMatcher: { inclusionRegexps: string[] };
    };
    assert.equal(config.drainDuration, "60s");
    const kept = config.proxyStatsMatcher.inclusionRegexps.map((regexp) => new RegExp(`^${regexp}$`));
    const isKept = (statistic: string) => kept.some((regexp) => regexp.test(statistic));
    assert.ok(isKept("cluster.outbound|3306||orders.db.example.com;.upstream_cx_connect_fail"));
    assert.ok(isKept("listener.0.0.0.0_15443.ssl.fail_verify_san"));
    assert.ok(!isKept("cluster.outbound|3306||orders.db.example.com;.upstream_rq_total"));
  });

  it("have a dashboard whose panels have ids of their own and do not overlap", () => {
    const { data = {} } = named(blueprint().manifests, "ConfigMap", "egressgateway-dashboard") as IConfigMap;
    const { panels } = JSON.parse(data["egressgateway.json"] ?? "{}") as {
      panels: { id: number; gridPos: { x: number; y: number; w: number; h: number } }[];
    };
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)}/${y + Math.floor(cell / w)}`),
    );
    assert.equal(new Set(cells).size, cells.length);
    assert.ok(panels.every(({ gridPos: { x, w } }) => x + w <= 24));
  });

  it("are refused where nobody could scrape them, and where an alert is changed twice", () => {
    const refused = (stack: object) => {
      try {
        loadSettings({ ...smallStack, ...stack });
        return [];
      } catch (error) {
        return (error as { problems: { path: string }[] }).problems.map(({ path }) => path);
      }
    };
    assert.deepEqual(refused({ observability: { metrics: { enabled: true } } }), ["observability.metrics.enabled"]);
    const alerts = [{ name: "EgressDatabaseUnused" }, { name: "EgressDatabaseUnused" }];
    assert.deepEqual(refused({ observability: { metrics: { alerts } } }), ["observability.metrics.alerts[1].name"]);
  });
});

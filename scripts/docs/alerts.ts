import { writeYaml } from "mesh-access/yaml";
import { gatewayMetricsContent } from "../../components/observability/gatewayMetrics.js";
import { gatewayStatistics } from "../../components/observability/metrics/statistics.js";
import { type AlertDefaults, alertDefaults, type AlertName, alertNames } from "../../settings/alerts.js";
import { table } from "./markdown.js";

/** Alerts of the gateway that a stack has which says nothing else. */
function rules() {
  const gateway = {
    name: "egressgateway",
    namespace: "istio-egress",
    selector: { istio: "egressgateway" },
    host: "egressgateway.istio-egress.svc.cluster.local",
    sharedPort: 15443,
    callersPolicy: "filterChain" as const,
  };
  const controlPlane = { namespace: "istio-system", podLabels: { app: "istiod" }, ports: [15012] };
  return gatewayMetricsContent({ gateway, mesh: { kind: "istio", controlPlane } }).rules.groups.flatMap(
    (group) => group.rules,
  );
}

const ruleOf = (name: AlertName) => rules().flatMap((rule) => ("alert" in rule && rule.alert === name ? [rule] : []));

function thresholdOf({ threshold }: AlertDefaults): string {
  return threshold === undefined ? "none" : `${threshold.value} ${threshold.unit}`;
}

/** A line for each alert. */
export function alertsTable(): string {
  const rows = alertNames.flatMap((name) =>
    ruleOf(name).map(({ annotations }) => {
      const { severity, for: holds, ...rest }: AlertDefaults = alertDefaults[name];
      return [
        `[${name}](${name}.md)`,
        annotations.summary,
        severity,
        holds,
        thresholdOf({ severity, for: holds, ...rest }),
      ];
    }),
  );
  return table(["Alert", "What has happened", "Severity", "For", "Threshold"], rows).trim();
}

/** What an alert's page says of its rule. */
export function alertFacts(name: AlertName): string {
  const { severity, for: holds, ...rest }: AlertDefaults = alertDefaults[name];
  const facts = table(
    ["Severity", "For", "Threshold"],
    [[severity, holds, thresholdOf({ severity, for: holds, ...rest })]],
  ).trim();
  const text = ruleOf(name).map(
    ({ expr, annotations }) => `${annotations.summary}\n\n${facts}\n\n\`\`\`promql\n${expr}\n\`\`\``,
  );
  return text.join("\n");
}

/** The regular expressions of the statistics that are switched on. */
export function statisticsList(): string {
  return `\`\`\`yaml\n${writeYaml({ inclusionRegexps: gatewayStatistics }).trim()}\n\`\`\``;
}

import { type Alert, alertsOf } from "./alerts.js";
import type { AlertChange, RuleContext } from "./context.js";
import { type RecordingRule, records } from "./records.js";

interface AlertingRule {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string; gateway: string };
  annotations: { summary: string; description: string; runbook?: string; runbook_url?: string };
}

/** A file of rules as Prometheus loads it, and the `spec` of a PrometheusRule. */
export interface Rules {
  groups: { name: string; rules: (RecordingRule | AlertingRule)[] }[];
}

/** Where the page of an alert is, seen from the repository or from where pages are served. */
export const runbookPage = (alert: string): string => `docs/alerts/${alert}.md`;

function alertingRule(alert: Alert, gateway: string, runbooks?: string): AlertingRule {
  const { name, severity, for: holds, expr, summary, description } = alert;
  return {
    alert: name,
    expr,
    ...(holds === "0s" ? {} : { for: holds }),
    labels: { severity, gateway },
    annotations: {
      summary,
      description,
      ...(runbooks === undefined
        ? { runbook: runbookPage(name) }
        : { runbook_url: `${runbooks.replace(/\/$/, "")}/${name}.md` }),
    },
  };
}

/** Recording rules and alerts of a gateway, in one group: rules of a group are evaluated in order, groups are not. */
export function rulesOf(context: RuleContext, changes: readonly AlertChange[] = [], runbooks?: string): Rules {
  const alerts = alertsOf(context, changes).map((alert) => alertingRule(alert, context.gateway, runbooks));
  return { groups: [{ name: `mesh-egress ${context.gateway}`, rules: [...records(context), ...alerts] }] };
}

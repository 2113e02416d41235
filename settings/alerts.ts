/** How urgent an alert is: somebody must act now, within a working day, or when there is time. */
export type Severity = "critical" | "warning" | "info";
export const severities = ["critical", "warning", "info"] as const satisfies readonly Severity[];

/** What a stack may change of an alert, and what holds otherwise. */
export interface AlertDefaults {
  severity: Severity;
  /** How long its condition must hold, as Prometheus writes it. */
  for: string;
  /** Where it begins to hold, and in which unit. Without one, any occurrence counts. */
  threshold?: { value: number; unit: string };
}

/** Name of an alert, in the order of their pages. */
export type AlertName =
  | "EgressGatewayNotScraped"
  | "EgressGatewayStatisticsMissing"
  | "EgressGatewayHandshakesRefused"
  | "EgressGatewayPolicyDenied"
  | "EgressDatabaseConnectFailures"
  | "EgressDatabaseConnectionsNearLimit"
  | "EgressDatabaseConnectionLimitReached"
  | "EgressDatabaseUnused"
  | "EgressGatewayCertificateExpiring"
  | "EgressGatewayMemoryNearLimit"
  | "EgressGatewayConnectionsNearLimit"
  | "EgressGatewayDraining"
  | "EgressGatewayVersionSkew";

/** The alerts of an egress gateway. Their expressions are in components/observability/alerts.ts. */
export const alertDefaults = {
  EgressGatewayNotScraped: { severity: "critical", for: "10m" },
  EgressGatewayStatisticsMissing: { severity: "warning", for: "15m" },
  EgressGatewayHandshakesRefused: {
    severity: "warning",
    for: "0s",
    threshold: { value: 0, unit: "refused handshakes within the window" },
  },
  EgressGatewayPolicyDenied: {
    severity: "warning",
    for: "0s",
    threshold: { value: 0, unit: "denied connections within the window" },
  },
  EgressDatabaseConnectFailures: {
    severity: "critical",
    for: "5m",
    threshold: { value: 10, unit: "percent of the attempts to connect" },
  },
  EgressDatabaseConnectionsNearLimit: {
    severity: "warning",
    for: "5m",
    threshold: { value: 80, unit: "percent of `limits.maxConnections`" },
  },
  EgressDatabaseConnectionLimitReached: {
    severity: "critical",
    for: "0s",
    threshold: { value: 0, unit: "connections refused within the window" },
  },
  EgressDatabaseUnused: {
    severity: "info",
    for: "1h",
    threshold: { value: 14, unit: "days without a connection" },
  },
  EgressGatewayCertificateExpiring: {
    severity: "critical",
    for: "5m",
    threshold: { value: 6, unit: "hours left" },
  },
  EgressGatewayMemoryNearLimit: {
    severity: "warning",
    for: "5m",
    threshold: { value: 80, unit: "percent of `gateway.resources.memoryLimit`" },
  },
  EgressGatewayConnectionsNearLimit: {
    severity: "warning",
    for: "5m",
    threshold: { value: 80, unit: "percent of the file descriptors of a pod" },
  },
  EgressGatewayDraining: { severity: "warning", for: "5m" },
  EgressGatewayVersionSkew: { severity: "warning", for: "1h" },
} as const satisfies Record<AlertName, AlertDefaults>;

export const alertNames = Object.keys(alertDefaults) as [AlertName, ...AlertName[]];

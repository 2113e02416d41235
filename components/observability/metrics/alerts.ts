import {
  alertDefaults,
  type AlertDefaults,
  type AlertName,
  alertNames,
  type Severity,
} from "../../../settings/alerts.js";
import type { AlertChange, RuleContext } from "./context.js";
import { perDatabase, perPod, read, recorded } from "./records.js";

/** An alert as a row of the table: what its rule is made of, whatever the format. */
interface AlertRow {
  /** Condition, with the threshold it is given. */
  expr: (context: RuleContext, threshold: number) => string;
  /** One line, for a notification's title. */
  summary: string;
  /** What is seen, with the values of the case. */
  description: string;
}

/** An alert as a stack writes it. */
export interface Alert {
  name: AlertName;
  severity: Severity;
  for: string;
  expr: string;
  summary: string;
  description: string;
}

const secondsPerDay = 86_400;
const secondsPerHour = 3_600;
/** A root takes weeks to replace in every proxy and in every database that checks it. */
const rootNoticeDays = 30;

const rows: Record<AlertName, AlertRow> = {
  EgressGatewayNotScraped: {
    expr: ({ pods }) => `absent(envoy_server_live{${pods}})`,
    summary: "Prometheus reads no metrics of the egress gateway.",
    description:
      "No pod of the egress gateway in {{ $labels.namespace }} gives metrics. No other alert of it can fire.",
  },
  EgressGatewayStatisticsMissing: {
    // Istio keeps the first one itself, and the port is there once a database is.
    expr: ({ pods, sharedPort }) =>
      `count by (namespace) (${perPod(`envoy_listener_downstream_cx_active{${pods},listener_address=~".*_${sharedPort}"}`)} unless on (namespace, pod) ${perPod(`envoy_listener_ssl_handshake{${pods}}`)})`,
    summary: "Pods of the egress gateway leave out the statistics that alerts read.",
    description:
      "{{ $value }} pods of the egress gateway in {{ $labels.namespace }} give no statistics of handshakes. Alerts on handshakes and databases cannot fire for them.",
  },
  EgressGatewayHandshakesRefused: {
    expr: (context, threshold) => `${read(context, recorded.refused)} > ${threshold}`,
    summary: "The egress gateway refuses TLS handshakes.",
    description:
      'The egress gateway in {{ $labels.namespace }} refused {{ $value | printf "%.0f" }} handshakes: {{ $labels.reason }}.',
  },
  EgressGatewayPolicyDenied: {
    expr: (context, threshold) => `${read(context, recorded.denied)} > ${threshold}`,
    summary: "The egress gateway denies connections by policy.",
    description:
      'The egress gateway in {{ $labels.namespace }} denied {{ $value | printf "%.0f" }} connections of authenticated clients.',
  },
  EgressDatabaseConnectFailures: {
    expr: (context, threshold) =>
      `100 * ${read(context, recorded.failures)} / (${read(context, recorded.attempts)} > 0) > ${threshold}`,
    summary: "The egress gateway cannot connect to a database.",
    description: '{{ $value | printf "%.0f" }} % of the attempts to connect to {{ $labels.database }} fail.',
  },
  EgressDatabaseConnectionsNearLimit: {
    expr: (context, threshold) => `100 * ${read(context, recorded.limitUsed)} > ${threshold}`,
    summary: "Connections to a database are near their limit.",
    description:
      'A pod of the egress gateway holds {{ $value | printf "%.0f" }} % of the connections it may hold to {{ $labels.database }}.',
  },
  EgressDatabaseConnectionLimitReached: {
    expr: (context, threshold) => `${read(context, recorded.overLimit)} > ${threshold}`,
    summary: "The egress gateway refuses connections to a database, because their limit is reached.",
    description:
      '{{ $value | printf "%.0f" }} connections to {{ $labels.database }} were refused at the limit of a gateway pod.',
  },
  EgressDatabaseUnused: {
    expr: (context, days) => {
      const { pods } = context;
      const window = range(days * secondsPerDay);
      const total = `envoy_cluster_upstream_cx_total{${pods}}`;
      // A counter that appears with its first connection has no increase: Envoy makes statistics of a cluster when it is used.
      const used = [
        `increase(${total}[${window}]) > 0`,
        `(max_over_time(${total}[${window}]) > 0 unless ${total} offset ${window})`,
        `max_over_time(envoy_cluster_upstream_cx_active{${pods}}[${window}]) > 0`,
      ].join(" or ");
      const known = read(context, recorded.limit);
      return `${known} and ${known} offset ${window} unless on (database) ${perDatabase(used)}`;
    },
    summary: "A database is registered, and no client uses it.",
    description: "No client has connected to {{ $labels.database }} for longer than the alert allows.",
  },
  EgressGatewayCertificateExpiring: {
    expr: (context, hours) => {
      const left = (certificate: string) => read(context, recorded.certificate, `,certificate="${certificate}"`);
      return `${left("workload")} < ${hours * secondsPerHour} or ${left("root")} < ${rootNoticeDays * secondsPerDay}`;
    },
    summary: "A certificate of the egress gateway is about to expire.",
    description:
      "The {{ $labels.certificate }} certificate of {{ $labels.namespace }}/{{ $labels.pod }} expires in {{ $value | humanizeDuration }}, and was not renewed.",
  },
  EgressGatewayMemoryNearLimit: {
    expr: (context, threshold) => `100 * ${read(context, recorded.memory)} > ${threshold}`,
    summary: "A pod of the egress gateway is near its memory limit.",
    description: '{{ $labels.namespace }}/{{ $labels.pod }} uses {{ $value | printf "%.0f" }} % of its memory limit.',
  },
  EgressGatewayConnectionsNearLimit: {
    expr: (context, threshold) => `100 * ${read(context, recorded.descriptors)} > ${threshold}`,
    summary: "A pod of the egress gateway holds nearly as many connections as it can.",
    description:
      '{{ $labels.namespace }}/{{ $labels.pod }} uses {{ $value | printf "%.0f" }} % of its file descriptors for connections.',
  },
  EgressGatewayDraining: {
    expr: (context) => `${read(context, recorded.draining)} > 0`,
    summary: "The egress gateway does not stop draining connections.",
    description:
      "The egress gateway in {{ $labels.namespace }} drains connections all the time ({{ $labels.reason }}): they end when the drain time is over.",
  },
  EgressGatewayVersionSkew: {
    expr: versionSkew,
    summary: "The egress gateway and its control plane run different versions.",
    description:
      "{{ $value }} proxies are of another version than the control plane or the gateway's other pods ({{ $labels.reason }} {{ $labels.version }}).",
  },
};

function versionSkew({ pods, controlPlane }: RuleContext): string {
  const revisions = `count_values by (namespace) ("version", ${perPod(`envoy_server_version{${pods}}`)})`;
  const mixed = `${revisions} and on (namespace) count by (namespace) (${revisions}) > 1`;
  const pair = `label_replace(${mixed}, "reason", "gateway pods", "", "")`;
  if (controlPlane === undefined) return pair;
  const build = `label_replace(group by (tag) (istio_build{${controlPlane},component="pilot"}), "version", "$1", "tag", "(.*)")`;
  const proxies = `sum by (version) (max by (namespace, pod, version) (pilot_xds{${controlPlane}})) > 0`;
  const others = `${proxies} unless on (version) ${build} and on () group(istio_build{${controlPlane},component="pilot"})`;
  return `${pair} or label_replace(${others}, "reason", "proxies of the mesh", "", "")`;
}

/** A time as Prometheus writes it: a whole number of the largest unit that fits. */
function range(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  const units = { d: secondsPerDay, h: secondsPerHour, m: 60, s: 1 };
  const [unit, length] = Object.entries(units).find(([, each]) => whole % each === 0) ?? ["s", 1];
  return `${whole / length}${unit}`;
}

/** The alerts of a gateway, in the order of their pages, with the changes a stack makes. */
export function alertsOf(context: RuleContext, changes: readonly AlertChange[] = []): Alert[] {
  return alertNames.flatMap((name) => {
    const {
      enabled = true,
      severity,
      threshold,
      for: holds,
    } = changes.find((change) => change.name === name) ?? { name };
    if (!enabled) return [];
    const defaults: AlertDefaults = alertDefaults[name];
    const { expr, summary, description } = rows[name];
    return [
      {
        name,
        severity: severity ?? defaults.severity,
        for: holds ?? defaults.for,
        expr: expr(context, threshold ?? defaults.threshold?.value ?? 0),
        summary,
        description,
      },
    ];
  });
}

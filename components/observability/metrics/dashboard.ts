import type { RuleContext } from "./context.js";
import { read, recorded } from "./records.js";

interface Panel {
  title: string;
  description: string;
  unit: "cps" | "percentunit" | "short" | "s";
  /** Expressions with the name of their series. */
  queries: [expr: string, legend: string][];
  /** @default timeseries */
  type?: "timeseries" | "stat";
}

interface Row {
  title: string;
  panels: Panel[];
}

const ofDatabase = (context: RuleContext, series: string): string => read(context, series, ',database=~"$database"');

function rows(context: RuleContext): Row[] {
  return [
    { title: "At a glance", panels: glance(context) },
    { title: "Databases", panels: databases(context) },
    { title: "Who is refused", panels: refusals(context) },
    { title: "Pods of the gateway", panels: podPanels(context) },
  ];
}

function glance(context: RuleContext): Panel[] {
  const { pods, gateway } = context;
  return [
    {
      title: "Pods that give metrics",
      description: "Pods of the gateway that Prometheus reads.",
      unit: "short",
      type: "stat",
      queries: [[`count(max by (namespace, pod) (envoy_server_live{${pods}})) or vector(0)`, "pods"]],
    },
    {
      title: "Open connections",
      description: "Connections to all databases.",
      unit: "short",
      type: "stat",
      queries: [[`sum(${read(context, recorded.open)}) or vector(0)`, "connections"]],
    },
    {
      title: "Alerts that fire",
      description: "Alerts of this gateway.",
      unit: "short",
      type: "stat",
      queries: [[`count(ALERTS{gateway="${gateway}",alertstate="firing"}) or vector(0)`, "alerts"]],
    },
    {
      title: "Shortest certificate",
      description: "Time until the first certificate of a pod expires. Istio renews them halfway.",
      unit: "s",
      type: "stat",
      queries: [[`min(${read(context, recorded.certificate, ',certificate="workload"')})`, "left"]],
    },
  ];
}

function databases(context: RuleContext): Panel[] {
  return [
    {
      title: "New connections",
      description: "Connections opened to each database, per second.",
      unit: "cps",
      queries: [[ofDatabase(context, recorded.connections), "{{database}}"]],
    },
    {
      title: "Open connections",
      description: "Connections of all gateway pods.",
      unit: "short",
      queries: [[ofDatabase(context, recorded.open), "{{database}}"]],
    },
    {
      title: "Failed attempts to connect",
      description: "Per second. The database refuses them, does not answer, or its name has no address.",
      unit: "cps",
      queries: [[ofDatabase(context, recorded.failures), "{{database}}"]],
    },
    {
      title: "Share of the connection limit",
      description: "Of the fullest gateway pod. At 100 % further connections are refused.",
      unit: "percentunit",
      queries: [[ofDatabase(context, recorded.limitUsed), "{{database}}"]],
    },
  ];
}

function refusals(context: RuleContext): Panel[] {
  const { window } = context;
  return [
    {
      title: `Refused handshakes in ${window}`,
      description: "Clients that may not use a database, have no certificate, or speak no TLS.",
      unit: "short",
      queries: [[read(context, recorded.refused), "{{reason}}"]],
    },
    {
      title: `Connections denied by policy in ${window}`,
      description: "Authenticated clients that no policy lets in.",
      unit: "short",
      queries: [[read(context, recorded.denied), "denied"]],
    },
    {
      title: "Completed handshakes",
      description: "Per second. Connections that clients open to the gateway.",
      unit: "cps",
      queries: [[read(context, recorded.handshakes), "handshakes"]],
    },
  ];
}

function podPanels(context: RuleContext): Panel[] {
  const { pods } = context;
  return [
    {
      title: "Share of the memory limit",
      description: "Proxy and agent together.",
      unit: "percentunit",
      queries: [[read(context, recorded.memory), "{{pod}}"]],
    },
    {
      title: "Share of the file descriptors",
      description: "Connections of clients and to databases. At 100 % no new one is accepted.",
      unit: "percentunit",
      queries: [[read(context, recorded.descriptors), "{{pod}}"]],
    },
    {
      title: "Draining",
      description:
        "Filter chains and listeners of a replaced configuration, and pods that shut down with open connections.",
      unit: "short",
      queries: [[read(context, recorded.draining), "{{reason}}"]],
    },
    {
      title: "Revision of the proxy",
      description: "Several lines: pods of different versions.",
      unit: "short",
      queries: [[`count_values("revision", max by (namespace, pod) (envoy_server_version{${pods}}))`, "{{revision}}"]],
    },
  ];
}

const gridWidth = 24;
/** Longest that Grafana takes. */
const longestUid = 40;
const heights = { row: 1, stat: 4, timeseries: 8 };
const datasource = { type: "prometheus", uid: "$datasource" };

/** A dashboard in Grafana's own form, of schema version 39 (Grafana 11). */
export function dashboard(name: string, context: RuleContext): object {
  return {
    uid: `mesh-egress-${name}`.slice(0, longestUid),
    title: `Egress gateway ${context.gateway}`,
    tags: ["mesh-egress", "istio"],
    schemaVersion: 39,
    version: 1,
    editable: true,
    refresh: "1m",
    time: { from: "now-6h", to: "now" },
    timezone: "browser",
    annotations: { list: [] },
    links: [],
    templating: { list: [datasourceVariable, databaseVariable(context)] },
    panels: laidOut(rows(context)),
  };
}

const datasourceVariable = {
  name: "datasource",
  label: "Data source",
  type: "datasource",
  query: "prometheus",
  hide: 0,
};

function databaseVariable(context: RuleContext): object {
  const query = `label_values(${read(context, recorded.open)}, database)`;
  return {
    name: "database",
    label: "Database",
    type: "query",
    datasource,
    query: { query, refId: "database" },
    definition: query,
    includeAll: true,
    allValue: ".*",
    multi: true,
    refresh: 2,
    sort: 1,
    hide: 0,
    current: { text: "All", value: "$__all" },
  };
}

/** Rows one below the other, the panels of each side by side. */
function laidOut(list: readonly Row[]): object[] {
  const placed: object[] = [];
  let y = 0;
  for (const { title, panels } of list) {
    placed.push({
      id: placed.length + 1,
      type: "row",
      title,
      collapsed: false,
      panels: [],
      gridPos: { h: 1, w: gridWidth, x: 0, y },
    });
    y += heights.row;
    const perLine = panels.length > 3 && panels[0]?.type !== "stat" ? 2 : panels.length;
    const w = Math.floor(gridWidth / perLine);
    const h = heights[panels[0]?.type ?? "timeseries"];
    panels.forEach((panel, index) => {
      const gridPos = { h, w, x: (index % perLine) * w, y: y + Math.floor(index / perLine) * h };
      placed.push({ id: placed.length + 1, ...drawn(panel), gridPos });
    });
    y += Math.ceil(panels.length / perLine) * h;
  }
  return placed;
}

function drawn({ title, description, unit, queries, type = "timeseries" }: Panel): object {
  return {
    type,
    title,
    description,
    datasource,
    targets: queries.map(([expr, legendFormat], index) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + index),
      datasource,
      expr,
      legendFormat,
      ...(type === "stat" ? { instant: true, range: false } : { range: true }),
    })),
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options:
      type === "stat"
        ? {
            reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
            colorMode: "value",
            graphMode: "none",
          }
        : {
            legend: { displayMode: "list", placement: "bottom", showLegend: true },
            tooltip: { mode: "multi", sort: "desc" },
          },
  };
}

import type { RuleContext } from "./context.js";

/** A recording rule: a series under a name of its own. */
export interface RecordingRule {
  record: string;
  expr: string;
  labels?: { [label: string]: string };
}

/** Names of the recorded series, for alerts and dashboard. */
export const recorded = {
  connections: "mesh_egress:database_connections:rate",
  open: "mesh_egress:database_connections:open",
  failures: "mesh_egress:database_connection_failures:rate",
  attempts: "mesh_egress:database_connection_attempts:rate",
  overLimit: "mesh_egress:database_connections_over_limit:increase",
  limit: "mesh_egress:database_connection_limit",
  limitUsed: "mesh_egress:database_connection_limit_used:ratio",
  handshakes: "mesh_egress:handshakes:rate",
  refused: "mesh_egress:handshakes_refused:increase",
  denied: "mesh_egress:policy_denied:increase",
  certificate: "mesh_egress:certificate_left:seconds",
  memory: "mesh_egress:memory_used:ratio",
  descriptors: "mesh_egress:file_descriptors_used:ratio",
  draining: "mesh_egress:draining:count",
} as const;

/** A recorded series of this gateway: one Prometheus may watch several. */
export const read = ({ gateway }: Pick<RuleContext, "gateway">, series: string, more = ""): string =>
  `${series}{gateway="${gateway}"${more}}`;

/** A database as the rules call it. */
export const databaseLabel = ({ host, port }: { host: string; port: number }): string => `${host}:${port}`;

/** `outbound|3306||orders.db.example.com`, as istiod names what leads to a database. */
const clusterOfDatabase = "outbound[|]([0-9]+)[|][^|]*[|]([^;]+).*";

/**
 * One value for each database, of one for each pod and upstream cluster. The maximum comes first because a pod may be
 * scraped twice: by its annotations and by a scrape configuration.
 */
export function perDatabase(expr: string, over: "sum" | "max" = "sum"): string {
  const each = `max by (namespace, pod, cluster_name) (${expr})`;
  return `${over} by (namespace, database) (label_replace(${each}, "database", "$2:$1", "cluster_name", "${clusterOfDatabase}"))`;
}

/** One value for each pod. */
export const perPod = (expr: string): string => `max by (namespace, pod) (${expr})`;

/** Counters of refused handshakes, and what each counts. */
export const refusals = {
  envoy_listener_ssl_fail_verify_san: "client may not use the database",
  envoy_listener_ssl_fail_verify_no_cert: "client has no certificate",
  envoy_listener_ssl_fail_verify_error: "client's certificate is not trusted",
  envoy_listener_ssl_connection_error: "client speaks no TLS",
  envoy_listener_no_filter_chain_match: "no database has this server name",
};

/** What alerts and dashboard read, computed once. */
export function records(context: RuleContext): RecordingRule[] {
  const all = [...databaseRecords(context), ...accessRecords(context), ...podRecords(context)];
  return all.map(({ record, expr, labels }) => ({ record, expr, labels: { gateway: context.gateway, ...labels } }));
}

function databaseRecords({ gateway, pods, window, databases }: RuleContext): RecordingRule[] {
  const upstream = (name: string) => `envoy_cluster_upstream_cx_${name}{${pods}}`;
  const rate = (name: string) => perDatabase(`rate(${upstream(name)}[${window}])`);
  return [
    ...databases.map((database) => ({
      record: recorded.limit,
      expr: `vector(${database.maxConnections})`,
      labels: { database: databaseLabel(database) },
    })),
    { record: recorded.connections, expr: rate("total") },
    { record: recorded.open, expr: perDatabase(upstream("active")) },
    // A host without an address makes no attempt that Envoy would count.
    { record: recorded.attempts, expr: `${rate("total")} + ${rate("none_healthy")}` },
    { record: recorded.failures, expr: `${rate("connect_fail")} + ${rate("none_healthy")}` },
    { record: recorded.overLimit, expr: perDatabase(`increase(${upstream("overflow")}[${window}])`) },
    {
      // The limit is that of one pod, so it is the fullest pod that counts.
      record: recorded.limitUsed,
      expr: `${perDatabase(upstream("active"), "max")} / on (database) group_left () ${read({ gateway }, recorded.limit)}`,
    },
  ];
}

function accessRecords({ pods, window }: RuleContext): RecordingRule[] {
  const perListener = (expr: string) => `sum by (namespace) (max by (namespace, pod, listener_address) (${expr}))`;
  return [
    { record: recorded.handshakes, expr: perListener(`rate(envoy_listener_ssl_handshake{${pods}}[${window}])`) },
    ...Object.entries(refusals).map(([counter, reason]) => ({
      record: recorded.refused,
      expr: perListener(`increase(${counter}{${pods}}[${window}])`),
      labels: { reason },
    })),
    {
      record: recorded.denied,
      expr: `sum by (namespace) (max by (namespace, pod, tcp_prefix) (increase(envoy_tcp{${pods},authz_enforce_result="denied"}[${window}])))`,
    },
  ];
}

function podRecords({ pods, memoryLimitBytes }: RuleContext): RecordingRule[] {
  const live = perPod(`envoy_server_live{${pods}}`);
  const expiry = (certificate: string) =>
    `${perPod(`envoy_listener_ssl_certificate_${certificate}_expiration_unix_time_seconds{${pods}}`)} - time()`;
  const ofAgent = (name: string) => perPod(`istio_agent_${name}{${pods}}`);
  const agentsSeen = `count by (namespace) (present_over_time(istio_agent_process_max_fds{${pods}}[1h]))`;
  const upstream = `sum by (namespace, pod) (max by (namespace, pod, cluster_name) (envoy_cluster_upstream_cx_active{${pods}}))`;
  return [
    {
      record: recorded.certificate,
      // Proxies before Envoy 1.35 do not know; there the agent does.
      expr: `${expiry("default")} or ${ofAgent("cert_expiry_seconds").replace("}", ',resource_name="default"}')}`,
      labels: { certificate: "workload" },
    },
    { record: recorded.certificate, expr: expiry("ROOTCA"), labels: { certificate: "root" } },
    {
      record: recorded.memory,
      expr: `(${plus(perPod(`envoy_server_memory_physical_size{${pods}}`), ofAgent("process_resident_memory_bytes"))}) / ${memoryLimitBytes}`,
    },
    {
      // Each connection that is passed on has two: the client's and the database's.
      record: recorded.descriptors,
      expr: `(${plus(perPod(`envoy_server_total_connections{${pods}}`), upstream)}) / ${ofAgent("process_max_fds")}`,
    },
    {
      record: recorded.draining,
      expr: `sum by (namespace) (${perPod(`envoy_listener_manager_total_filter_chains_draining{${pods}}`)} + ${perPod(`envoy_listener_manager_total_listeners_draining{${pods}}`)})`,
      labels: { reason: "configuration" },
    },
    {
      // An agent that shuts down stops answering at once, while its proxy waits for connections to end.
      record: recorded.draining,
      // It says nothing where nobody scrapes agents.
      expr: `count by (namespace) (${live} unless on (namespace, pod) ${ofAgent("process_max_fds")}) and on (namespace) ${agentsSeen}`,
      labels: { reason: "shutdown" },
    },
  ];
}

/** The sum of two series of the same pods, or the first where the second is not there. */
const plus = (first: string, second: string): string => `${first} + on (namespace, pod) ${second} or ${first}`;

/** What a line of an egress gateway's access log says of one connection. */
export interface Connection {
  /** When it began, as the log writes it: ISO 8601, which sorts as text. */
  start: string;
  /** SPIFFE identity in the client's certificate. Undefined where it showed none, or where the log does not tell. */
  identity?: string;
  /** Name in the client's TLS: the database's host on the hop to the gateway. */
  serverName?: string;
  /** Where the gateway sent it: host and port of the cluster. */
  upstream?: { host: string; port: number };
  /** Address that the gateway connected to. */
  upstreamAddress?: string;
  /** Bytes from the client, and to it. */
  received: number;
  sent: number;
  outcome: "used" | "refused" | "failed";
  /** Why it was refused or failed, in the proxy's words. */
  reason: string;
  /** The log's format names no client at all. */
  isAnonymousFormat: boolean;
}

type Fields = Partial<Record<(typeof textFields)[number] | "downstream_peer_uri_san" | OwnFields, unknown>>;
type OwnFields = "downstream_transport_failure_reason";

/**
 * Istio's default text format, field by field.
 *
 * Source: istio pilot/pkg/model/telemetry_logging.go, `EnvoyTextLogFormat`.
 */
const textFields = [
  "start_time",
  "request",
  "response_code",
  "response_flags",
  "response_code_details",
  "connection_termination_details",
  "upstream_transport_failure_reason",
  "bytes_received",
  "bytes_sent",
  "duration",
  "upstream_service_time",
  "x_forwarded_for",
  "user_agent",
  "request_id",
  "authority",
  "upstream_host",
  "upstream_cluster",
  "upstream_local_address",
  "downstream_local_address",
  "downstream_remote_address",
  "requested_server_name",
  "route_name",
] as const;

/**
 * Reads a line of a proxy's access log: JSON as this project's meshes write it, or Istio's default text. What collectors put
 * before it, such as a pod's name, or around it, as Cloud Logging does, is skipped. Undefined for any other line.
 */
export function parseLine(line: string): Connection | undefined {
  const brace = line.indexOf("{");
  const fields = brace < 0 ? textLine(line) : (jsonLine(line.slice(brace)) ?? textLine(line));
  return fields && connectionOf(fields);
}

function jsonLine(text: string): Fields | undefined {
  try {
    const value = JSON.parse(text) as { jsonPayload?: Fields } & Fields;
    const fields = value.jsonPayload ?? value;
    return typeof fields === "object" && "start_time" in fields ? fields : undefined;
  } catch {
    return undefined;
  }
}

function textLine(line: string): Fields | undefined {
  const start = /\[(\d{4}-\d\d-\d\dT[\d:.]+Z)\] (?=")/.exec(line);
  if (!start) return undefined;
  const rest = line.slice(start.index + start[0].length);
  const values = [start[1], ...[...rest.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain)];
  if (values.length < textFields.length) return undefined;
  return Object.fromEntries(textFields.map((name, index) => [name, values[index]]));
}

function connectionOf(fields: Fields): Connection | undefined {
  const start = textOf(fields.start_time);
  if (start === undefined) return undefined;
  const [, port, host] = /^outbound\|(\d+)\|[^|]*\|(.+)$/.exec(textOf(fields.upstream_cluster) ?? "") ?? [];
  return {
    start,
    // Several names are written with commas; Istio's certificates have one.
    identity: textOf(fields.downstream_peer_uri_san)?.split(",")[0],
    serverName: textOf(fields.requested_server_name),
    upstream: host === undefined ? undefined : { host, port: Number(port) },
    upstreamAddress: textOf(fields.upstream_host),
    received: numberOf(fields.bytes_received),
    sent: numberOf(fields.bytes_sent),
    ...outcomeOf(fields),
    isAnonymousFormat: !("downstream_peer_uri_san" in fields),
  };
}

/** Flags of a connection that the proxy had no route for, or did not admit. */
const refusingFlags = new Set(["NR", "UAEX"]);

/**
 * Whether the database was reached. A handshake that fails and a policy that denies are the gateway's refusals; what fails
 * behind the gateway is not.
 *
 * Source: Envoy, access log command operators; RBAC network filter for `rbac_access_denied`.
 */
function outcomeOf(fields: Fields): Pick<Connection, "outcome" | "reason"> {
  const flags = textOf(fields.response_flags)?.split(",") ?? [];
  const details = [fields.connection_termination_details, fields.response_code_details].map(textOf);
  const denied = details.find(
    (text) => text?.includes("rbac_access_denied") || text?.includes("filter_chain_not_found"),
  );
  const handshake = textOf(fields.downstream_transport_failure_reason);
  const refusal = denied ?? handshake ?? flags.find((flag) => refusingFlags.has(flag));
  if (refusal !== undefined) return { outcome: "refused", reason: refusal };
  if (isCutShort(fields, flags)) return { outcome: "refused", reason: "handshake not completed" };
  if (textOf(fields.upstream_host) === undefined)
    return {
      outcome: "failed",
      reason: textOf(fields.upstream_transport_failure_reason) ?? (flags.join(",") || "closed"),
    };
  const failure = textOf(fields.upstream_transport_failure_reason);
  if (failure !== undefined || flags.some((flag) => /^U[FHTOC]$|^LR$|^URX$/.test(flag)))
    return { outcome: "failed", reason: failure ?? flags.join(",") };
  return { outcome: "used", reason: "" };
}

/**
 * Whether a connection ended before its handshake, in a format without the field that says why. The lab sees such a line for
 * every client that the gateway does not know.
 */
function isCutShort(fields: Fields, flags: readonly string[]): boolean {
  const bytes = numberOf(fields.bytes_received) + numberOf(fields.bytes_sent);
  const saysWhy = "downstream_transport_failure_reason" in fields;
  return !saysWhy && bytes === 0 && flags.length === 0 && textOf(fields.upstream_host) === undefined;
}

/** A field's text; `-` and null stand for nothing. */
function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "-" && value !== "" ? value : undefined;
}

function numberOf(value: unknown): number {
  const number = Number(value);
  return Number.isFinite(number) ? number : 0;
}

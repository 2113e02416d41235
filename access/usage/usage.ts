import { append } from "../model/append.js";
import type { Analysis, Target, Workload } from "../model/model.js";
import type { Connection } from "./accessLog.js";

/** A client as a certificate names it; undefined parts are not known. */
export interface Client {
  namespace?: string;
  serviceAccount?: string;
  /** The identity in full, where it is not one of this mesh's workloads. */
  identity?: string;
}

/** Connections of one client to one database that ended in the same way. */
export interface Seen {
  client: Client;
  host: string;
  port?: number;
  database?: string;
  connections: number;
  received: number;
  sent: number;
  first: string;
  last: string;
  /** Why they were refused or failed; empty for what was used. */
  reason: string;
}

/** A client that the analysis lets through the gateway to a database. */
export interface Allowed {
  client: { namespace: string; serviceAccount: string };
  workloads: string[];
  host: string;
  port: number;
  database?: string;
}

/** What was allowed beside what was done. */
export interface Usage {
  /** Lines that are no access log, such as the proxy's own messages. */
  otherLines: number;
  connections: number;
  first?: string;
  last?: string;
  /** Allowed, and used. */
  used: Seen[];
  /** Allowed, and not in the log. */
  neverUsed: Allowed[];
  /** Allowed, and not in the log under its name, while the log holds connections to the same database without one. */
  maybeUsed: Allowed[];
  refused: Seen[];
  /** Let through, and not answered by the database. */
  failed: Seen[];
  /** Let through although the analysis says that it is not: the gateway is configured in another way, or was. */
  impossible: Seen[];
}

/** Different names that are kept apart: whoever tries many must not fill the memory. */
const mostEntries = 50_000;
const furtherNames = "(further names)";

/** Counts connections as they are read, in memory that grows with the pairs and not with the log. */
export class UsageCounter {
  readonly #targets = new Map<string, Target[]>();
  readonly #allowed = new Map<string, Allowed>();
  /** Databases whose clients show the gateway no certificate. */
  readonly #anonymous = new Set<string>();
  readonly #seen = new Map<string, Seen & { kind: "used" | "refused" | "failed" | "impossible" }>();
  /** Databases with connections that the log gives no client for. */
  readonly #unnamed = new Set<string>();
  #connections = 0;
  #otherLines = 0;
  #first: string | undefined;
  #last: string | undefined;

  /** @param trustDomain of the mesh; where it is not known, identities of any are the mesh's own. */
  constructor(
    { rows, workloads, targets }: Pick<Analysis, "rows" | "workloads" | "targets">,
    private readonly trustDomain?: string,
  ) {
    for (const target of targets) for (const name of namesOf(target)) append(this.#targets, name, target);
    for (const [from, workload] of workloads.entries())
      for (const [to, target] of targets.entries()) {
        const mesh = rows.at(from, to)?.mesh;
        if (mesh?.verdict === "gateway") this.#allow(workload, target, mesh.identity);
      }
  }

  #allow({ namespace, serviceAccount, name }: Workload, { host, port, database }: Target, identity: boolean): void {
    const to = `${host}:${port}`;
    if (!identity) this.#anonymous.add(to);
    const key = `${namespace}/${serviceAccount} ${to}`;
    const known = this.#allowed.get(key);
    if (known) known.workloads.push(name);
    else this.#allowed.set(key, { client: { namespace, serviceAccount }, workloads: [name], host, port, database });
  }

  /** Counts a line of the log; undefined stands for a line that is not understood. */
  add(connection: Connection | undefined): void {
    if (!connection) {
      this.#otherLines++;
      return;
    }
    const { start, outcome } = connection;
    this.#connections++;
    if (this.#first === undefined || start < this.#first) this.#first = start;
    if (this.#last === undefined || start > this.#last) this.#last = start;
    const { host, port, target } = this.#destination(connection);
    const client = this.#client(connection.identity);
    const isAllowed = this.#isAllowed(client, target, connection);
    if (outcome === "used" && client.identity === undefined && client.namespace === undefined)
      this.#unnamed.add(`${host}:${port}`);
    const kind = outcome === "used" && !isAllowed ? "impossible" : outcome;
    this.#count(kind, client, { host, port, database: target?.database }, connection);
  }

  #count(
    kind: "used" | "refused" | "failed" | "impossible",
    client: Client,
    to: Pick<Seen, "host" | "port" | "database">,
    { start, received, sent, reason }: Connection,
  ): void {
    const who = client.identity ?? `${client.namespace}/${client.serviceAccount}`;
    const short = reason.replace(/[|:].*$/s, "");
    let key = [kind, who, to.host, to.port, short].join(" ");
    if (!this.#seen.has(key) && this.#seen.size >= mostEntries) key = `${kind} ${furtherNames}`;
    const seen = this.#seen.get(key);
    if (!seen) {
      const named = key.endsWith(furtherNames) ? { client: {}, to: { host: furtherNames } } : { client, to };
      const counts = { connections: 1, received, sent, first: start, last: start, reason };
      this.#seen.set(key, { kind, client: named.client, ...named.to, ...counts });
      return;
    }
    seen.connections++;
    seen.received += received;
    seen.sent += sent;
    if (start < seen.first) seen.first = start;
    if (start > seen.last) seen.last = start;
  }

  /** The database of a connection: by where it went, else by the name that the client asked for. */
  #destination({ serverName, upstream }: Connection): { host: string; port?: number; target?: Target } {
    const host = upstream?.host ?? serverName;
    if (host === undefined) return { host: "(no name)" };
    const candidates = this.#targets.get(host.replace(/^.*--(?=[^.]+\.sni-forward\.)/, "")) ?? [];
    const target = candidates.find(({ port }) => port === upstream?.port) ?? candidates[0];
    return target ? { host: target.host, port: target.port, target } : { host, port: upstream?.port };
  }

  #client(identity: string | undefined): Client {
    if (identity === undefined) return {};
    const { domain, namespace, serviceAccount } =
      /^spiffe:\/\/(?<domain>[^/]+)\/ns\/(?<namespace>[^/]+)\/sa\/(?<serviceAccount>[^/]+)$/.exec(identity)?.groups ??
      {};
    const isOwn = namespace !== undefined && (this.trustDomain === undefined || domain === this.trustDomain);
    return isOwn ? { namespace, serviceAccount } : { identity };
  }

  #isAllowed(client: Client, target: Target | undefined, { serverName, isAnonymousFormat }: Connection): boolean {
    if (!target) return false;
    // On the hop the client asks for the database by name: it must not arrive at another.
    const asked = serverName === undefined ? undefined : this.#targets.get(serverName);
    if (asked && !asked.includes(target)) return false;
    const to = `${target.host}:${target.port}`;
    const { namespace, serviceAccount, identity } = client;
    if (namespace === undefined) return identity === undefined && (isAnonymousFormat || this.#anonymous.has(to));
    return this.#allowed.has(`${namespace}/${serviceAccount} ${to}`) || this.#allowed.has(`${namespace}/* ${to}`);
  }

  usage(): Usage {
    const of = (kind: string): Seen[] =>
      [...this.#seen.values()]
        .filter((seen) => seen.kind === kind)
        .map(({ kind: _, ...seen }) => seen)
        .sort((a, b) => b.connections - a.connections);
    const used = of("used");
    const unused = [...this.#allowed.values()].filter(
      ({ client, host, port }) =>
        !used.some(
          (seen) =>
            seen.host === host &&
            seen.port === port &&
            seen.client.namespace === client.namespace &&
            (client.serviceAccount === "*" || seen.client.serviceAccount === client.serviceAccount),
        ),
    );
    const isUnnamed = ({ host, port }: Allowed) => this.#unnamed.has(`${host}:${port}`);
    return {
      otherLines: this.#otherLines,
      connections: this.#connections,
      first: this.#first,
      last: this.#last,
      used,
      neverUsed: unused.filter((one) => !isUnnamed(one)),
      maybeUsed: unused.filter(isUnnamed),
      refused: of("refused"),
      failed: of("failed"),
      impossible: of("impossible"),
    };
  }
}

/** Names by which the log knows a database: its host, or that of the forwarder for a wildcard. */
function namesOf({ host, database }: Target): string[] {
  return host.startsWith("*.") && database !== undefined ? [host, `${database}.sni-forward.internal`] : [host];
}

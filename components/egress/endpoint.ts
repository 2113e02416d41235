import { createHash } from "node:crypto";
import type { DatabaseSettings } from "../../settings/databases.js";
import type { Protocol } from "../../settings/trafficModes.js";
import type { Gateway } from "../gateway/gateway.js";
import type { MeshFacts } from "../mesh/mesh.js";

/** Who may use a database. */
export interface Client {
  namespace: string;
  /** Without service accounts every workload of the namespace may. */
  serviceAccounts?: string[];
}

/** One host and port that clients dial. A database has one; a cluster that hands out brokers has several. */
export interface Endpoint {
  /** Unique in the stack; names of resources derive from it. */
  name: string;
  host: string;
  port: number;
  protocol: Protocol;
  addresses: string[];
  clients: Client[];
  /** Port of its own on the gateway, if it has one. */
  gatewayPort?: number;
  via: DatabaseSettings["via"];
  applicationTls: DatabaseSettings["applicationTls"];
  tls: DatabaseSettings["tls"];
  limits: DatabaseSettings["limits"];
}

/** Everything a traffic mode may look at. */
export interface Path {
  endpoint: Endpoint;
  mesh: MeshFacts;
  /** Namespace that holds the endpoint's shared resources. */
  home: string;
  gateway: Gateway;
}

/** The endpoints of a database, its own host first. Brokers are named after their host, so that order does not matter. */
export function endpointsOf(db: DatabaseSettings & { host: string }): Endpoint[] {
  const { name, port, protocol, clients, gatewayPort, via, applicationTls, tls, limits, addresses = [] } = db;
  const shared = { port, protocol, clients, via, applicationTls, tls, limits };
  const member = (host: string) => ({ ...shared, name: brokerName(name, host), host, addresses: [] });
  const members = (db.brokers ?? []).map(member);
  // Members of a looked-up cluster come and go: none of them is the first.
  if (db.srv !== undefined) return [member(db.host), ...members];
  return [{ ...shared, name, host: db.host, addresses, gatewayPort }, ...members];
}

/** What istiod takes as the name of a subset: a DNS label. */
const longestName = 63;

function brokerName(database: string, host: string): string {
  // One hyphen in a row: two of them follow a tenant's name.
  const name = `${database}-${host.replace(/^\*\./, "any-").replaceAll(/[.-]+/g, "-")}`;
  if (name.length <= longestName) return name;
  // Brokers of a managed cluster may differ late in their names, behind where this is cut.
  const digest = createHash("sha256").update(host).digest("hex").slice(0, 8);
  return `${name.slice(0, longestName - digest.length - 1).replace(/-$/, "")}-${digest}`;
}

/** Namespaces an endpoint's resources are exported to: its clients' and the gateway's, nobody else's. */
export function visibleTo({ endpoint, gateway }: Path): string[] {
  return [...new Set([...clientNamespaces(endpoint), gateway.namespace])].sort();
}

export function clientNamespaces(endpoint: Pick<Endpoint, "clients">): string[] {
  return [...new Set(endpoint.clients.map(({ namespace }) => namespace))].sort();
}

/** Port the gateway listens on for this endpoint. */
export function gatewayPort({ endpoint, gateway }: Path): number {
  return endpoint.gatewayPort ?? gateway.sharedPort;
}

/** Service of the gateway that leads to that port: one of its own for a port of its own. */
export function gatewayService({ endpoint, gateway }: Path): { name: string; host: string } {
  const name = endpoint.gatewayPort ? `${gateway.name}-${endpoint.name}` : gateway.name;
  return { name, host: endpoint.gatewayPort ? `${name}.${gateway.namespace}.svc.cluster.local` : gateway.host };
}

/** SPIFFE identities of the clients; undefined when one of them is a whole namespace, which no list of names can hold. */
export function callerIdentities({ endpoint, mesh }: Path): string[] | undefined {
  const identities = endpoint.clients.flatMap(({ namespace, serviceAccounts }) =>
    serviceAccounts
      ? serviceAccounts.map((account) => `spiffe://${mesh.trustDomain}/ns/${namespace}/sa/${account}`)
      : [undefined],
  );
  return identities.includes(undefined) ? undefined : (identities as string[]).sort();
}

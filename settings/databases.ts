import { z } from "zod";
import { cloudSqlEditions } from "./cloudSql.js";
import { refusal } from "./settingsMessages.js";
import {
  cidr,
  duration,
  hostName,
  hostOrWildcard,
  ipv4,
  objectName,
  port,
  secretName,
  time,
  wholeSeconds,
} from "./formats.js";
import { tenantMark } from "./tenant.js";
import { defaultPorts, type Protocol, protocols, trafficModeNames } from "./trafficModes.js";

const client = z
  .strictObject({
    namespace: objectName.describe("Namespace of the workloads that may use the database."),
    serviceAccounts: z
      .array(objectName)
      .min(1)
      .optional()
      .describe(
        "Service accounts that may use it. With them an unauthorized client is refused in the TLS handshake. Without, every workload of the namespace may use it, and an unauthorized client is refused only at its first byte.",
      ),
  })
  .describe("Who may use the database.");

const tls = z.strictObject({
  sni: hostOrWildcard.optional().describe("Server name the gateway sends to the database. Default: the host."),
  subjectAltNames: z
    .array(z.string())
    .optional()
    .describe("Names the database's certificate must carry. Default: the host."),
  caCredential: objectName
    .optional()
    .describe("Kubernetes Secret beside the gateway with `ca.crt`, for a database with a private authority."),
  clientCredential: objectName
    .optional()
    .describe(
      "Kubernetes Secret beside the gateway with `tls.crt`, `tls.key` and `ca.crt`: the gateway presents it to the database.",
    ),
  directNegotiation: z
    .boolean()
    .default(false)
    .describe("The application opens TLS with its first byte. Postgres 17 and later: `sslnegotiation=direct`."),
});

const limits = z.strictObject({
  maxConnections: z.int().min(1).default(1024).describe("Connections a proxy may hold to the database."),
  connectTimeout: time.default("10s").describe("How long the last proxy waits for a connection to the database."),
  idleTimeout: duration.default("1h").describe("How long a silent connection lives, on both hops. `0s` for ever."),
  keepalive: z
    .strictObject({
      time: wholeSeconds.default("5m").describe("Silence before the first probe."),
      interval: wholeSeconds.default("75s").describe("Time between probes."),
      probes: z.int().min(1).default(9).describe("Unanswered probes until the connection is dead."),
    })
    .prefault({})
    .describe("TCP keepalive, so that a firewall between does not forget a silent connection."),
});

const provision = z
  .strictObject({
    service: z
      .enum(["rds", "cloud-sql"])
      .describe("Managed database to create: ApsaraDB RDS on ack, Cloud SQL on gke."),
    edition: z
      .enum(cloudSqlEditions)
      .optional()
      .describe(
        "Edition of Cloud SQL; it decides which machine classes exist: `db-perf-optimized-N-2` and the like in ENTERPRISE_PLUS, custom and shared-core ones in ENTERPRISE. Default: ENTERPRISE. Not for rds.",
      ),
    engineVersion: z.string().describe("Version as the cloud writes it, such as `8.0` or `POSTGRES_17`."),
    instanceType: z
      .string()
      .describe(
        "Machine class as the cloud writes it, such as `mysql.n2.medium.2c` or `db-custom-2-7680`. Of ApsaraDB RDS its end says the edition: `.1` and `.1m` basic, without a standby, `.2c` and `.2m` with high availability.",
      ),
    storageGib: z.int().min(10).default(20).describe("Disk, in GiB."),
    user: z
      .string()
      .regex(/^[a-z][a-z0-9_]{1,30}$/, refusal("user-name"))
      .default("dbadmin")
      .describe("Name of the administrator."),
    passwordSecret: secretName.describe("Key under `secrets` that holds the administrator's password."),
    requireTls: z.boolean().default(true).describe("Refuse applications that do not speak TLS to the database."),
    deletionProtection: z.boolean().default(true).describe("Refuse to delete the instance."),
  })
  .describe("Create the database too; its allow-list then admits the egress gateway only.");

const databaseObject = z.strictObject({
  name: objectName
    .max(40)
    .refine((name) => !name.includes(tenantMark), refusal("two-hyphens"))
    .describe("Name of the database in this stack; resource names derive from it alone."),
  host: hostOrWildcard
    .optional()
    .describe(
      "Host name the application dials. Left out for an application that dials an address (`addresses`): the mesh then calls the database `<name>.db.internal`. Left out too with `srv`, whose record names the hosts, and with `provision`, where the cloud gives it.",
    ),
  srv: hostName
    .optional()
    .describe(
      "Name in a `mongodb+srv://` address, such as that of a MongoDB Atlas cluster. Its members are looked up whenever the stack is planned (SRV record `_mongodb._tcp.NAME`), and clients open TLS with the member's name.",
    ),
  port: port.optional().describe("Port the application dials. Default: the protocol's usual port."),
  protocol: z.enum(protocols).describe("What is spoken on the wire."),
  trafficMode: z
    .enum(trafficModeNames)
    .optional()
    .describe("Path and encryption. See docs/modes. Default: tcp-gateway-mtls; tls-gateway-mtls with `srv`."),
  clients: z.array(client).min(1).describe("Who may use it. Nobody else sees it."),
  gatewayPort: port
    .optional()
    .describe("Port of its own on the gateway. Default: the shared port, distinguished by SNI."),
  addresses: z
    .array(ipv4)
    .min(1)
    .optional()
    .describe("Addresses of the database. Default: the host is resolved by DNS."),
  ranges: z
    .array(cidr)
    .optional()
    .describe(
      "Ranges the database's addresses lie in: NetworkPolicy lets the gateway out to these only. Default: `addresses`, else any address outside the cluster on the database's port.",
    ),
  brokers: z
    .array(hostOrWildcard)
    .optional()
    .describe("Further hosts a cluster hands out: Kafka brokers, replica-set members, Redis Cluster nodes."),
  via: z
    .enum(["sni-proxy", "envoy"])
    .default("sni-proxy")
    .describe(
      "Forwarder behind the gateway in tls-wildcard: NGINX beside it, or an added listener of the gateway's own Envoy.",
    ),
  applicationTls: z
    .enum(["required", "byDatabase"])
    .optional()
    .describe(
      "TLS that the application opens itself. `required`: the gateway closes every connection without it, whether TLS begins with the first byte or inside Postgres' or MySQL's protocol, before a byte reaches the database; on meshes other than Istio, and in direct modes, the sidecar does, in the modes that route by SNI. `byDatabase`: the database refuses clients without TLS, such as by require_secure_transport, hostssl or an SSL mode of the cloud; reports then count it as encrypted. Default: with protocols that ask for TLS inside TCP it is unknown to the mesh, and reports say so.",
    ),
  tls: tls.prefault({}).describe("TLS towards the database."),
  limits: limits.prefault({}).describe("Limits on both hops."),
  provision: provision.optional(),
});

/** One database, its port and mode filled in. */
export const databaseSchema = databaseObject.transform((db) => ({
  ...db,
  port: db.port ?? usualPort(db.protocol),
  trafficMode: db.trafficMode ?? (db.srv === undefined ? "tcp-gateway-mtls" : "tls-gateway-mtls"),
}));

/** Protocols without a usual port must name one; 0 is what the checks then find. */
function usualPort(protocol: Protocol): number {
  return defaultPorts[protocol] ?? 0;
}

/** Whether applications dial the database by address: it has no name but the one that the mesh gives it. */
export function isDialledByAddress({
  host,
  srv,
  provision,
}: Pick<DatabaseSettings, "host" | "srv" | "provision">): boolean {
  return host === undefined && srv === undefined && provision === undefined;
}

/** `databases`: what workloads may reach outside the cluster. */
export const databasesSchema = z.array(databaseSchema).default([]);

/** A database as the settings describe it, defaults filled in. */
export type DatabaseSettings = z.output<typeof databaseSchema>;

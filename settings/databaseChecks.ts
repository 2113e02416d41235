import { type DatabaseSettings, isDialledByAddress } from "./databases.js";
import { forwarderPort } from "./forwarderPort.js";
import type { GatewaySettings } from "./gateway.js";
import type { MeshSettings } from "./mesh.js";
import type { Problem } from "./problem.js";
import { repeated } from "./repeated.js";
import { nameOnGateway } from "./tenant.js";
import { safestMode, type TrafficMode, trafficModes, type TrafficModeFacts, whyNot } from "./trafficModes.js";

/** What a database's checks must know of the rest. */
export interface Context {
  meshKind: MeshSettings["kind"];
}

type Fault = Omit<Problem, "path">;
type Check = (db: DatabaseSettings, facts: TrafficModeFacts, context: Context) => Fault[];

/** Checks of one database by the key they complain about. */
const checks: Record<string, Check> = {
  host: (db, facts) => {
    if (db.host !== undefined) return wildcardProblems(db.host, db, facts);
    return db.provision || db.srv !== undefined || db.addresses
      ? []
      : [
          {
            reason: "is missing",
            instead: "Write the name the application dials, or without one its addresses, srv or provision",
          },
        ];
  },
  srv: (db, facts) => (db.srv === undefined ? [] : srvProblems(db, facts)),
  addresses: (db, facts) => (isDialledByAddress(db) ? dialledByAddressProblems(db, facts) : []),
  port: (db) =>
    db.port === 0
      ? [
          {
            reason: `is missing, and ${db.protocol} has no usual port`,
            instead: "Write the port the application dials",
          },
        ]
      : [],
  trafficMode: (db) => {
    const why = whyNot(db.trafficMode, db.protocol, db.tls.directNegotiation);
    const direct =
      db.protocol === "postgres" && trafficModes[db.trafficMode].wire === "tls"
        ? ", or tls.directNegotiation with Postgres 17 and `sslnegotiation=direct`"
        : "";
    return why
      ? [
          {
            value: db.trafficMode,
            reason: `cannot carry ${db.protocol}: ${why}`,
            instead: `Use ${safestMode(db.protocol)}${direct}`,
          },
        ]
      : [];
  },
  clients: (db, facts) => {
    const named = db.clients.flatMap(({ serviceAccounts }) => serviceAccounts ?? []);
    return named.length && !facts.identity
      ? [
          {
            reason: `name service accounts, but ${db.trafficMode} carries no identity, so a rule by it would never match`,
            instead: `Use ${withIdentity(db)}, or leave serviceAccounts out`,
          },
        ]
      : [];
  },
  gatewayPort: (db, facts) => {
    if (facts.needsOwnPort && !db.gatewayPort)
      return [
        {
          reason: `is missing: in ${db.trafficMode} nothing but the port distinguishes databases at the gateway`,
          instead: "Write a port no other database has, such as 15500, or use tcp-gateway-mtls",
        },
      ];
    if (db.gatewayPort && (reservedPorts.has(db.gatewayPort) || db.gatewayPort < 1024))
      return [
        {
          value: db.gatewayPort,
          reason: "is taken by the proxy itself or privileged",
          instead: "Write another port above 1023",
        },
      ];
    return db.gatewayPort && !facts.throughGateway
      ? [
          {
            value: db.gatewayPort,
            reason: `has no meaning: ${db.trafficMode} does not pass the gateway`,
            instead: "Leave it out",
          },
        ]
      : [];
  },
  brokers: (db, facts) => [
    ...(db.brokers?.length && (facts.needsOwnPort || db.gatewayPort)
      ? [
          {
            reason: "share one port, which cannot be a single broker's own",
            instead: "Use tcp-gateway-mtls without gatewayPort",
          },
        ]
      : []),
    ...(db.brokers ?? []).flatMap((host) => wildcardProblems(host, db, facts)),
  ],
  applicationTls: (db, facts, { meshKind }) => applicationTlsProblems(db, facts, meshKind),
  via: (db, _facts, { meshKind }) => {
    if (db.trafficMode !== "tls-wildcard") return [];
    if (db.via === "envoy" && meshKind === "cloud-service-mesh")
      return [
        {
          value: db.via,
          reason: "needs an EnvoyFilter for TCP, and managed Cloud Service Mesh documents some for HTTP only",
          instead: "Use sni-proxy",
        },
      ];
    return db.via === "sni-proxy" && meshKind === "asm"
      ? [
          {
            value: db.via,
            reason: "needs a container beside the gateway, which ASM's gateway resource cannot hold",
            instead: "Use envoy",
          },
        ]
      : [];
  },
  tls: (db, facts) => {
    const used = Object.entries({ ...db.tls, directNegotiation: undefined }).flatMap(([key, value]) =>
      value ? [key] : [],
    );
    return used.length && facts.encryptsUpstream !== "gateway"
      ? [
          {
            reason: `sets ${used.join(", ")}, but in ${db.trafficMode} the gateway opens no TLS to the database`,
            instead: "Use tls-origination, or leave it out",
          },
        ]
      : [];
  },
  provision: (db, facts) =>
    db.provision && !facts.throughGateway
      ? [
          {
            reason: `makes a database whose allow-list admits the gateway only, but ${db.trafficMode} goes round it`,
            instead: "Use tcp-gateway-mtls",
          },
        ]
      : [],
};

/** Where TLS of the application's own could not be seen, or would not be there. */
function applicationTlsProblems(
  db: DatabaseSettings,
  facts: TrafficModeFacts,
  meshKind: MeshSettings["kind"],
): Fault[] {
  const { applicationTls: value, trafficMode } = db;
  if (value === undefined) return [];
  if (facts.encryptsUpstream === "gateway")
    return [
      {
        value,
        reason: `contradicts ${trafficMode}, in which the gateway opens TLS for an application that opens none`,
        instead: "Leave it out, or use tcp-gateway-mtls",
      },
    ];
  if (value !== "required") return [];
  const byDatabase = "let the database refuse clients without TLS, and write byDatabase";
  if (facts.seesTls === "nobody")
    return [
      {
        value,
        reason: `cannot be checked in ${trafficMode}: no gateway is on the way, and the sidecar does not read what is inside TCP`,
        instead: `Use tcp-gateway-mtls, or ${byDatabase}`,
      },
    ];
  // Where TLS is there from the first byte, the sidecar sees it by the SNI on any mesh.
  if (facts.seesTls !== "filter" || facts.wire === "tls" || meshKind === "istio") return [];
  return [
    {
      value,
      reason: `cannot be checked on ${meshKind}, whose gateway takes no filter that reads what is inside TCP`,
      instead: `In its place ${byDatabase}`,
    },
  ];
}

/** What an SRV record decides: hosts, port, and TLS with the member's name from the first byte. */
function srvProblems(db: DatabaseSettings, facts: TrafficModeFacts): Fault[] {
  const { srv: value, protocol, trafficMode } = db;
  return [
    ...(protocol === "mongo"
      ? []
      : [{ value, reason: `names members of MongoDB, but the protocol is ${protocol}`, instead: "Use host" }]),
    ...(facts.wire === "tls" && !facts.wildcard
      ? []
      : [
          {
            value,
            reason: `names members that clients dial in TLS, which ${trafficMode} does not demand`,
            instead: "Use tls-gateway-mtls",
          },
        ]),
    ...(db.host || db.brokers || db.gatewayPort || db.addresses || db.provision
      ? [
          {
            value,
            reason: "names the hosts, of which there are several",
            instead: "Leave out host, brokers, addresses, gatewayPort and provision, or srv",
          },
        ]
      : []),
  ];
}

/** A client that dials an address sends no name that could route it, and certificates seldom hold addresses. */
function dialledByAddressProblems({ trafficMode, tls }: DatabaseSettings, facts: TrafficModeFacts): Fault[] {
  if (facts.wire === "tls")
    return [
      {
        reason: `stand without a host, and ${trafficMode} routes by the name in the client's TLS: one that dials an address sends none`,
        instead: "Use tcp-gateway-mtls, which carries the application's own TLS too, or write the host it dials",
      },
    ];
  return facts.encryptsUpstream === "gateway" && !tls.subjectAltNames
    ? [
        {
          reason: "stand without a host, and the gateway has to verify a name in the database's certificate",
          instead: "Write tls.subjectAltNames, or the host",
        },
      ]
    : [];
}

/** A wildcard is for the modes that forward by the inner SNI, and they are for nothing else. */
function wildcardProblems(host: string, { trafficMode }: DatabaseSettings, facts: TrafficModeFacts): Fault[] {
  const wildcard = host.startsWith("*.");
  if (wildcard && !facts.wildcard)
    return [{ value: host, reason: `is a wildcard, which ${trafficMode} cannot route`, instead: "Use tls-wildcard" }];
  if (!wildcard && facts.wildcard)
    return [
      {
        value: host,
        reason: `is no wildcard, but ${trafficMode} is for wildcards`,
        instead: "Use tls-gateway-mtls",
      },
    ];
  return [];
}

/** The mode that carries the protocol and the caller's identity, by SNI where the database is dialled in TLS. */
function withIdentity({ protocol, trafficMode, tls }: DatabaseSettings): TrafficMode {
  const bySni =
    trafficModes[trafficMode].wire === "tls" && !whyNot("tls-gateway-mtls", protocol, tls.directNegotiation);
  return bySni ? "tls-gateway-mtls" : "tcp-gateway-mtls";
}

/** Ports of the proxy itself (Istio, "Ports used by Istio"). */
const reservedPorts = new Set([15000, 15001, 15004, 15006, 15008, 15020, 15021, 15053, 15090]);

/** Everything wrong with one database by itself. */
export function databaseProblems(db: DatabaseSettings, path: string, context: Context): Problem[] {
  const facts: TrafficModeFacts = trafficModes[db.trafficMode];
  return Object.entries(checks).flatMap(([key, check]) =>
    check(db, facts, context).map((problem) => ({ path: `${path}.${key}`, ...problem })),
  );
}

/** What a gateway cannot do for a database when one policy admits all callers it knows, and the handshake decides alone. */
export function sharedPolicyProblems(
  { clients, gatewayPort, trafficMode }: DatabaseSettings,
  path: string,
  { callersPolicy }: Pick<GatewaySettings, "callersPolicy">,
): Problem[] {
  if (callersPolicy !== "shared" || gatewayPort || !trafficModes[trafficMode].identity) return [];
  return clients.flatMap(({ namespace, serviceAccounts }, i) =>
    serviceAccounts
      ? []
      : [
          {
            path: `${path}.clients[${i}]`,
            value: namespace,
            reason:
              "is a whole namespace, which the handshake cannot name; with gateway.callersPolicy shared it decides alone",
            instead: "Write its serviceAccounts, give the database a gatewayPort of its own, or use perDatabase",
          },
        ],
  );
}

/** Everything wrong between databases. */
export function collisions(
  databases: DatabaseSettings[],
  options: { mesh: MeshSettings; gateway: Pick<GatewaySettings, "name" | "sharedPort" | "tenant"> },
): Problem[] {
  return [
    ...twice(databases, "name", (db) => db.name, "is the name of another database too", "Write a name of its own"),
    ...registeredTwice(databases),
    ...twice(
      databases,
      "gatewayPort",
      (db) => db.gatewayPort,
      "is the port of another database",
      "Write a port no other database has",
    ),
    ...twice(
      databases,
      "name",
      (db) => loopbackPort(db, options.gateway.tenant),
      "leads to the loopback port of another wildcard group",
      "Rename one of the two",
    ),
    ...databases.flatMap((db, i) =>
      db.gatewayPort === options.gateway.sharedPort
        ? [
            {
              path: `databases[${i}].gatewayPort`,
              value: db.gatewayPort,
              reason: "is the shared port",
              instead: "Leave it out, or write another",
            },
          ]
        : [],
    ),
    ...databases.flatMap((db, i) => serviceNameProblems(db, `databases[${i}].name`, options.gateway)),
    ...(options.mesh.dnsCapture ? [] : onOnePort(databases, options.mesh.kind)),
    ...onOneAddress(databases),
  ];
}

/** The name of a Service is a DNS label. */
const longestServiceName = 63;

/** A port of its own has a Service of its own, named after gateway and database. */
function serviceNameProblems(
  { name, gatewayPort }: DatabaseSettings,
  path: string,
  gateway: Pick<GatewaySettings, "name" | "tenant">,
): Problem[] {
  const service = `${gateway.name}-${nameOnGateway(name, gateway.tenant)}`;
  return gatewayPort && service.length > longestServiceName
    ? [
        {
          path,
          value: name,
          reason: `makes ${service} of its Service on the gateway, more than ${longestServiceName} characters`,
          instead: "Shorten it, or leave gatewayPort out",
        },
      ]
    : [];
}

const loopbackPort = ({ name, trafficMode }: DatabaseSettings, tenant: string | undefined) =>
  trafficMode === "tls-wildcard" ? forwarderPort(nameOnGateway(name, tenant)) : undefined;

/**
 * A host is registered once, whether as a database's own or as one of its brokers. A second port does not make it another:
 * istiod keeps endpoints by host and namespace, and of two entries for one host one cuts off the other.
 */
function registeredTwice(databases: DatabaseSettings[]): Problem[] {
  const registered = databases.flatMap(({ host, brokers = [] }, i) => [
    ...(host === undefined ? [] : [{ path: `databases[${i}].host`, value: host }]),
    ...brokers.map((broker, j) => ({ path: `databases[${i}].brokers[${j}]`, value: broker })),
  ]);
  return repeated(
    registered,
    (earlier) => `is registered already (${entryOf(earlier)})`,
    "Keep one of them, with one port, and list all its clients there",
  );
}

/** The entry that a key's path lies in: `databases[0].host` in `databases[0]`. */
const entryOf = (path: string): string => path.split(".", 1).join();

function twice(
  databases: DatabaseSettings[],
  key: "name" | "gatewayPort",
  identity: (db: DatabaseSettings) => string | number | undefined,
  reason: string,
  instead: string,
): Problem[] {
  const entries = databases.flatMap((db, i) => {
    const id = identity(db);
    return id === undefined ? [] : [{ path: `databases[${i}].${key}`, value: db[key], identity: String(id) }];
  });
  return repeated(entries, (earlier) => `${reason} (${entryOf(earlier)})`, instead);
}

/** Without addresses and without DNS capture an entry claims every address on its port, so the second gets nothing. */
function onOnePort(databases: DatabaseSettings[], meshKind: MeshSettings["kind"]): Problem[] {
  const capture =
    meshKind === "cloud-service-mesh" ? "Set cluster.releaseChannel to RAPID" : "Set mesh.dnsCapture to true";
  const claimed = new Map<string, number>();
  return databases.flatMap((db, i) => {
    if (db.addresses?.length || trafficModes[db.trafficMode].wire === "tls") return [];
    const slots = db.clients.map(({ namespace }) => `${namespace} ${db.port}`);
    const before = slots.map((slot) => claimed.get(slot)).find((index) => index !== undefined);
    for (const slot of slots) if (!claimed.has(slot)) claimed.set(slot, i);
    return before === undefined
      ? []
      : [
          {
            path: `databases[${i}].port`,
            value: db.port,
            reason: `is also databases[${before}]'s, for the same namespace, and nothing distinguishes them`,
            instead: `${capture}, or write \`addresses\` for each`,
          },
        ];
  });
}

/** A sidecar that reads no SNI distinguishes databases by address and port. */
function onOneAddress(databases: DatabaseSettings[]): Problem[] {
  const entries = databases.flatMap(({ addresses = [], port, clients, trafficMode }, i) => {
    if (trafficModes[trafficMode].wire === "tls") return [];
    const namespaces = [...new Set(clients.map(({ namespace }) => namespace))];
    // An address that one list holds twice is harmless, and no other database's.
    return [...new Set(addresses)].flatMap((value) =>
      namespaces.map((namespace) => ({
        path: `databases[${i}].addresses[${addresses.indexOf(value)}]`,
        value,
        identity: `${namespace} ${value}:${port}`,
      })),
    );
  });
  return repeated(
    entries,
    (earlier) => `is the address of another database on the same port, for the same namespace (${entryOf(earlier)})`,
    "Make one database of the two, with one host and all clients",
  );
}

import { hostOf, type LabProtocol, mongoPorts } from "../outside/outside.js";
import { type Attempt, connection } from "../probes/connection.js";
import type { Target } from "../probes/clients.js";
import type { Config, Scenario } from "./scenario.js";
import type { Who } from "./stage.js";
import { waitingWorkload } from "./waitingWorkload.js";

const buyer: Who = { namespace: "shop", labels: { app: "buyer" } };
const named = [{ namespace: "shop", serviceAccounts: ["buyer"] }];

interface Database {
  readonly protocol: LabProtocol;
  readonly mode: string;
  readonly port: number;
  readonly settings?: Record<string, unknown>;
}

const inMtls = (protocol: LabProtocol, port: number): Database => ({ protocol, port, mode: "tcp-gateway-mtls" });

const databases = {
  postgres: inMtls("postgres", 5432),
  mysql: inMtls("mysql", 3306),
  /** Listens without TLS: what arrives there in plain was let through. */
  redis: inMtls("redis", 6379),
  mongo: inMtls("mongo", mongoPorts.tls),
  "postgres-own-port": {
    protocol: "postgres",
    mode: "tcp-gateway",
    port: 5432,
    settings: { gatewayPort: 15501, clients: [{ namespace: "shop" }] },
  },
  "mongo-by-sni": { protocol: "mongo", mode: "tls-gateway-mtls", port: mongoPorts.tls },
  "postgres-by-sni": {
    protocol: "postgres",
    mode: "tls-gateway-mtls",
    port: 5432,
    settings: { tls: { directNegotiation: true } },
  },
} as const satisfies Record<string, Database>;
type Name = keyof typeof databases;

function databasesWith(more: object): object[] {
  return Object.entries<Database>(databases).map(([name, { protocol, mode, port, settings }]) => {
    const own = { name, host: hostOf(mode, protocol), port, protocol, trafficMode: mode, clients: named };
    return { ...own, ...settings, ...more };
  });
}

function config(): Config {
  return {
    cluster: { cloud: "existing" },
    mesh: { kind: "istio" },
    gateway: { replicas: { min: 1, max: 1 }, drainDuration: "1s" },
    namespaces: [{ name: "shop" }],
    databases: databasesWith({ applicationTls: "required" }),
    workloads: [waitingWorkload(buyer)],
  };
}

type How = Pick<Target, "tls" | "inBandTls" | "withoutTls">;

function dialled(observation: string, name: Name, title: string, how: How, expect: Attempt["expect"]) {
  const { protocol, mode, port }: Database = databases[name];
  const to = { host: hostOf(mode, protocol), port, ...how };
  return connection({ observation, title, from: buyer, protocol, to, expect });
}

const plain = { withoutTls: true } as const;
const asked = { inBandTls: true } as const;
const atOnce = { tls: true } as const;

/** The gateway closes connections whose application opens no TLS. */
export const applicationTlsScenario: Scenario = {
  name: "application-tls",
  title: "Where applicationTls is required, the gateway lets only applications through that open TLS",
  config,
  secrets: async () => ({}),
  machines: ["postgres", "rds", "redis", "mongo"],
  fixtures: [],
  steps: [
    {
      title: "TLS of the application's own is not required",
      config: (required) => ({ ...required, databases: databasesWith({}) }),
      probes: [
        dialled("a", "postgres", "Postgres answers a client without TLS", plain, "answers"),
        dialled("a", "mysql", "MySQL answers a client without TLS", plain, "answers"),
        dialled("a", "redis", "Redis answers a client without TLS", plain, "answers"),
        dialled(
          "a",
          "postgres-own-port",
          "Postgres on a port of its own answers a client without TLS",
          plain,
          "answers",
        ),
      ],
    },
    {
      title: "it is required",
      probes: [
        dialled("b", "postgres", "a Postgres client without TLS is refused", plain, "blocked"),
        dialled("b", "postgres", "one that asks for TLS inside the protocol is answered", asked, "answers"),
        dialled("b", "postgres", "so is one that opens TLS with its first byte", atOnce, "answers"),
        dialled("b", "postgres-own-port", "on a port of its own, a client without TLS is refused", plain, "blocked"),
        dialled("b", "postgres-own-port", "on a port of its own, one that asks for TLS is answered", asked, "answers"),
        dialled(
          "c",
          "mysql",
          "a MySQL client without TLS sees the handshake packet, and cannot log in",
          plain,
          "handshake",
        ),
        dialled("c", "mysql", "one that asks for TLS inside the protocol is answered", asked, "answers"),
        dialled("d", "redis", "a Redis client without TLS is refused", plain, "blocked"),
        dialled("d", "mongo", "a MongoDB client in TLS is answered", atOnce, "answers"),
        dialled("d", "mongo", "one without TLS is refused", plain, "blocked"),
        dialled("e", "mongo-by-sni", "routed by SNI, a MongoDB client in TLS is answered", atOnce, "answers"),
        dialled("e", "mongo-by-sni", "routed by SNI, one without TLS is refused", plain, "blocked"),
        dialled("e", "postgres-by-sni", "routed by SNI, Postgres with TLS at once is answered", atOnce, "answers"),
      ],
    },
  ],
  change: {
    title: "TLS is no longer required of the Postgres clients",
    config: (required) => {
      const all = required["databases"] as Record<string, unknown>[];
      const less = all.map(({ applicationTls, ...database }) =>
        database["name"] === "postgres" ? database : { ...database, applicationTls },
      );
      return { ...required, databases: less };
    },
    expect: [/^delete EnvoyFilter .*postgres-application-tls$/],
  },
};

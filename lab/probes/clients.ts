import { fileURLToPath } from "node:url";
import { mongoDatabase, mongoUser, type LabProtocol } from "../outside/outside.js";
import type { Servers } from "../servers/servers.js";

/** What a client is to connect to. */
export interface Target {
  host: string;
  port: number;
  /** Dialled instead of the host, which stays the name in SNI and Host where the client can do that. */
  address?: string;
  /** The client opens TLS, with its first byte where its protocol can. */
  tls?: boolean;
  /** The client asks for TLS inside its own protocol: the server speaks before the handshake. */
  inBandTls?: true;
  /** The client opens no TLS although the settings require it. */
  withoutTls?: true;
}

/** What every client must be told. */
export interface ClientSettings {
  password: string;
  caFile: string;
  /** How long a client waits for an answer. */
  timeoutMs: number;
  /** Where clients are that Debian has not. */
  servers: Pick<Servers, "libpq" | "programs">;
}

/** A real client's command. It prints something that tells which server answered. */
export interface Command {
  command: string[];
  environment?: Record<string, string>;
}

type Client = (target: Target, settings: ClientSettings) => Command;

const mongoClient = fileURLToPath(new URL("mongoClient.js", import.meta.url));
const seconds = (timeoutMs: number): string => String(Math.max(1, Math.round(timeoutMs / 1000)));

const web =
  (scheme: "http" | "https"): Client =>
  ({ host, port, address }, { caFile, timeoutMs }) => ({
    command: [
      ...["curl", "-sS", "--cacert", caFile, "--max-time", String(timeoutMs / 1000)],
      ...(address ? ["--connect-to", `${host}:${port}:${address}:${port}`] : []),
      `${scheme}://${host}:${port}/`,
    ],
  });

/** The client of each protocol. */
export const clients: Record<LabProtocol, Client> = {
  mysql: ({ host, port, address, inBandTls }, { password, caFile, timeoutMs }) => ({
    command: [
      ...["mariadb", "--no-defaults", "-h", address ?? host, "-P", String(port), "-u", "root"],
      ...(inBandTls ? ["--ssl", `--ssl-ca=${caFile}`, "--ssl-verify-server-cert"] : ["--skip-ssl"]),
      ...[`--connect-timeout=${seconds(timeoutMs)}`, "-NBe", "SELECT name FROM lab.identity"],
    ],
    environment: { MYSQL_PWD: password },
  }),
  postgres: ({ host, port, address, tls, inBandTls }, { password, caFile, timeoutMs, servers }) => ({
    // Debian's psql with the library of a newer one: it is the library that opens TLS.
    command: [
      ...["env", `LD_PRELOAD=${servers.libpq}`, "psql", "-U", "postgres", "-h", host, "-p", String(port)],
      ...["-Atc", "SELECT name FROM identity"],
    ],
    environment: {
      PGPASSWORD: password,
      PGCONNECT_TIMEOUT: seconds(timeoutMs),
      ...(address ? { PGHOSTADDR: address } : {}),
      ...(tls || inBandTls ? { PGSSLMODE: "verify-full", PGSSLROOTCERT: caFile } : { PGSSLMODE: "disable" }),
      ...(tls ? { PGSSLNEGOTIATION: "direct" } : {}),
    },
  }),
  redis: ({ host, port, address, tls }, { password, caFile, timeoutMs }) => ({
    command: [
      ...["timeout", "--signal=KILL", String(timeoutMs / 1000)], // redis-cli itself waits for ever
      ...["redis-cli", "-h", address ?? host, "-p", String(port)],
      ...(tls ? ["--tls", "--cacert", caFile, "--sni", host] : []),
      ...["GET", "identity"],
    ],
    environment: { REDISCLI_AUTH: password },
  }),
  mongo: ({ host, port, address, tls }, { password, caFile, timeoutMs }) => {
    const options = new URLSearchParams({ authSource: mongoDatabase, directConnection: "true" });
    if (tls) options.set("tls", "true");
    // The driver compares the certificate with what it dials.
    if (tls && address) options.set("tlsAllowInvalidHostnames", "true");
    const url = `mongodb://${mongoUser}:${password}@${address ?? host}:${port}/${mongoDatabase}?${options.toString()}`;
    return {
      command: [process.execPath, mongoClient, url, String(timeoutMs)],
      environment: { NODE_EXTRA_CA_CERTS: caFile },
    };
  },
  kafka: ({ host, port, address, tls }, { caFile, timeoutMs, servers }) => ({
    command: [
      ...[servers.programs.kafka, "exchange", "-bootstrap", `${host}:${port}`, "-timeout", `${timeoutMs}ms`],
      ...(address ? ["-address", address] : []),
      ...(tls ? ["-tls-ca", caFile] : []),
    ],
  }),
  tls: web("https"),
  tcp: web("http"),
};

/** What a client prints when the right server has answered. */
export const answerOf: Record<LabProtocol, RegExp> = {
  mysql: /^rds$/m,
  postgres: /^postgres$/m,
  redis: /^redis$/m,
  mongo: /^ratings \d/m,
  kafka: /^sent and read: /m,
  tls: /^web as /m,
  tcp: /^web as /m,
};

/** What is printed where a connection could not even be opened. */
export const noConnection = "no connection";

/** Counts the bytes a server sends by itself: a socket is opened, nothing is sent. */
export function handshakeCommand({ host, port, address }: Target, timeoutMs: number): string[] {
  const script = `exec 3<>/dev/tcp/$0/$1 || { echo ${noConnection}; exit; }; timeout "$2" cat <&3 | wc -c`;
  return ["bash", "-c", script, address ?? host, String(port), String(timeoutMs / 1000)];
}

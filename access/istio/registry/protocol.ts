/** Protocols of ports as Istio reads them, from a ServiceEntry's `protocol` or a Service's port. */
export type Protocol = "tcp" | "tls" | "https" | "http" | "mongo" | "mysql" | "redis" | "udp" | "detected";

const named: Record<string, Protocol> = {
  tcp: "tcp",
  tls: "tls",
  https: "https",
  http: "http",
  http2: "http",
  http_proxy: "http",
  grpc: "http",
  "grpc-web": "http",
  mongo: "mongo",
  mysql: "mysql",
  redis: "redis",
  udp: "udp",
};

/** Ports on which a Service's port without a protocol is TCP instead of detected: SMTP, DNS, MySQL, MongoDB. */
const tcpByConvention = new Set([25, 53, 3306, 27017]);

export function parseProtocol(text: string | undefined): Protocol {
  return named[text?.toLowerCase() ?? ""] ?? "detected";
}

/** The protocol of a Service's port: its `appProtocol`, else the prefix of its name. */
export function servicePortProtocol(port: {
  name?: string;
  port?: number;
  protocol?: string;
  appProtocol?: string;
}): Protocol {
  if (port.protocol === "UDP") return "udp";
  const name = (port.appProtocol ?? port.name ?? "").toLowerCase();
  if (name === "kubernetes.io/h2c" || name === "kubernetes.io/ws") return "http";
  if (name === "kubernetes.io/wss") return "https";
  const prefix = name.startsWith("grpc-web") ? "grpc-web" : (name.split("-", 1)[0] ?? "");
  const protocol = parseProtocol(prefix);
  return protocol === "detected" && tcpByConvention.has(port.port ?? 0) ? "tcp" : protocol;
}

export function isTls(protocol: Protocol): boolean {
  return protocol === "tls" || protocol === "https";
}

/** HTTP, or nothing that is declared: the proxy looks at the client's first bytes. */
export function isInspected(protocol: Protocol): boolean {
  return protocol === "http" || protocol === "detected";
}

/** MySQL and Mongo listeners never share a port with another protocol: listener.go, isConflictWithWellKnownPort. */
export function refusesCompany(a: Protocol, b: Protocol): boolean {
  return a !== b && [a, b].some((protocol) => protocol === "mongo" || protocol === "mysql");
}

interface NamedPort {
  port: number;
  protocol?: Protocol;
  name?: string;
}

/** The protocol that a database speaks, whatever its port is declared: by the port's name, or by its number. */
export function wireProtocolOf({ port, protocol, name = "" }: NamedPort): "mysql" | "postgres" | undefined {
  const words = name.toLowerCase().split("-");
  const named = (...names: string[]): boolean => names.some((one) => words.some((word) => word.startsWith(one)));
  if (protocol === "mysql" || named("mysql", "mariadb")) return "mysql";
  if (named("postgres", "pgsql")) return "postgres";
  if (named("http", "grpc")) return undefined;
  return port === 3306 ? "mysql" : port === 5432 ? "postgres" : undefined;
}

/** MySQL and MariaDB send a handshake packet before the client sends anything. */
export function speaksFirst(port: NamedPort): boolean {
  return wireProtocolOf(port) === "mysql";
}

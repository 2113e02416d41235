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

/** MySQL and Mongo listeners never share a port with another protocol. */
export function refusesCompany(a: Protocol, b: Protocol): boolean {
  return a !== b && [a, b].some((protocol) => protocol === "mongo" || protocol === "mysql");
}

/** MySQL and MariaDB greet the client before it says a word: by the declared protocol, the port's name, or port 3306. */
export function speaksFirst(port: { port: number; protocol?: Protocol; name?: string }): boolean {
  if (port.protocol === "mysql" || port.name?.toLowerCase().startsWith("mysql")) return true;
  return port.port === 3306 && port.protocol !== "tls" && port.protocol !== "https" && port.protocol !== "http";
}

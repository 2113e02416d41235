import type { Manifest } from "../../components/manifest.js";

/** The fields of a rendered object that decide something, in a line. */
export function saying(manifest: Manifest): string {
  const { spec } = manifest as Manifest & { spec: never };
  return phrases[manifest.kind]?.(spec) ?? "";
}

const code = (text: string | number) => `\`${text}\``;
const codes = (texts: (string | number)[] = []) => texts.map(code).join(", ");

interface Port {
  number?: number;
  port?: number;
  protocol: string;
}
interface Leg {
  match?: { gateways?: string[]; port?: number; sniHosts?: string[] }[];
  route: { destination: { host: string; subset?: string; port?: { number: number } } }[];
}
interface Tls {
  mode: string;
  sni?: string;
  subjectAltNames?: string[];
  credentialName?: string;
}
interface Peer {
  ipBlock?: { cidr: string; except?: string[] };
  namespaceSelector?: { matchLabels?: Record<string, string> };
}

/** By kind; each reads the fields that this project writes. */
const phrases: Record<string, (spec: never) => string> = {
  ServiceEntry: ({ hosts, ports, resolution }: { hosts: string[]; ports: Port[]; resolution: string }) =>
    `registers ${codes(hosts)}, ${ports.map(({ number, protocol }) => `${protocol} ${number}`).join(", ")}, resolution ${code(resolution)}`,
  Service: ({ ports }: { ports: Port[] }) =>
    `leads port ${codes(ports.map(({ port = 0 }) => port))} to the gateway's pods`,
  Gateway: ({ servers }: { servers: { port: Port; hosts: string[]; tls?: Tls }[] }) =>
    servers
      .map(
        ({ port, hosts, tls }) =>
          `listens on ${port.number} for ${codes(hosts)}, ${tls ? tlsInWords(tls) : port.protocol}`,
      )
      .join("; "),
  DestinationRule: (spec: {
    host: string;
    trafficPolicy?: { tls?: Tls };
    subsets?: { trafficPolicy?: { tls?: Tls } }[];
  }) => {
    const tls = [spec, ...(spec.subsets ?? [])].flatMap(({ trafficPolicy }) => trafficPolicy?.tls ?? []);
    return `towards ${code(spec.host)}: ${[...tls.map(tlsInWords), "limits"].join(", ")}`;
  },
  VirtualService: ({ tcp = [], tls = [] }: { tcp?: Leg[]; tls?: Leg[] }) =>
    [...legs(tls, "tls"), ...legs(tcp, "tcp")].join("; "),
  AuthorizationPolicy: ({ rules = [] }: { rules?: Rule[] }) => rules.map(ruleInWords).join("; "),
  NetworkPolicy: ({ egress = [], ingress = [], podSelector }: NetworkPolicySpec) => {
    const pods = Object.keys(podSelector.matchLabels ?? {}).length > 0 ? "the gateway's pods" : "pods of the namespace";
    return [
      ...egress.map(({ to, ports }) => `${pods} may open ${portsInWords(ports)} to ${to.map(peerInWords).join(", ")}`),
      ...ingress.map(
        ({ from, ports }) => `${pods} accept ${portsInWords(ports)} from ${from.map(peerInWords).join(", ")}`,
      ),
    ].join("; ");
  },
};

interface NetworkPolicySpec {
  podSelector: { matchLabels?: Record<string, string> };
  egress?: { to: Peer[]; ports: Port[] }[];
  ingress?: { from: Peer[]; ports: Port[] }[];
}

interface Rule {
  from?: { source: { principals?: string[]; namespaces?: string[] } }[];
  to?: { operation: { ports?: string[] } }[];
  when?: { key: string; values?: string[] }[];
}

function tlsInWords({ mode, sni, subjectAltNames, credentialName }: Tls): string {
  return [
    `TLS ${code(mode)}`,
    sni ? `SNI ${code(sni)}` : "",
    subjectAltNames ? `peers ${codes(subjectAltNames)}` : "",
    credentialName ? `credential ${code(credentialName)}` : "",
  ]
    .filter(Boolean)
    .join(", ");
}

function legs(all: Leg[], kind: string): string[] {
  return all.map(({ match = [], route }) => {
    const from = match.map(({ gateways = [], port, sniHosts }) => {
      const place = gateways.includes("mesh") ? "sidecars" : "gateway";
      return `${place}:${port}${sniHosts ? ` with SNI ${codes(sniHosts)}` : ""}`;
    });
    const to = route.map(({ destination: { host, port } }) => code(`${host}:${port?.number}`));
    return `${kind}: ${from.join(", ")} → ${to.join(", ")}`;
  });
}

function ruleInWords({ from = [], to = [], when = [] }: Rule): string {
  const callers = from.flatMap(({ source }) => [...(source.principals ?? []), ...(source.namespaces ?? [])]);
  const ports = to.flatMap(({ operation }) => operation.ports ?? []);
  return [
    `allows ${callers.length > 0 ? codes(callers) : "anyone"}`,
    ports.length > 0 ? `on port ${codes(ports)}` : "",
    ...when.map(({ key, values }) => `when ${code(key)} is ${codes(values)}`),
  ]
    .filter(Boolean)
    .join(" ");
}

const portsInWords = (ports: Port[]) => codes(ports.map(({ port = 0 }) => port));

function peerInWords({ ipBlock, namespaceSelector }: Peer): string {
  if (ipBlock) return ipBlock.except ? `${code(ipBlock.cidr)} but ${codes(ipBlock.except)}` : code(ipBlock.cidr);
  return `namespace ${codes(Object.values(namespaceSelector?.matchLabels ?? {}))}`;
}

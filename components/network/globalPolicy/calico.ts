import type { Manifest } from "../../manifest.js";
import type { TraceCollector } from "../../mesh/mesh.js";
import { type DnsPeer, dnsServers } from "../clusterDns.js";
import type { GlobalPolicyArgs } from "./args.js";
import type { Metadata } from "../metadata.js";
import type { ControlPlanePeer } from "../networkIsolation.js";

interface Entity {
  selector?: string;
  namespaceSelector?: string;
  nets?: string[];
  ports?: number[];
  notPorts?: number[];
}

interface Rule {
  action: "Allow" | "Deny";
  protocol?: "TCP" | "UDP";
  destination: Entity;
}

interface GlobalNetworkPolicy extends Manifest {
  apiVersion: "crd.projectcalico.org/v1";
  kind: "GlobalNetworkPolicy";
  spec: {
    order: number;
    namespaceSelector: string;
    types: ("Ingress" | "Egress")[];
    ingress?: Rule[];
    egress?: Rule[];
  };
}

/** Calico reads a namespace's NetworkPolicies at order 1000: what must hold against them stands before. */
const beforeNamespaces = 100;
/** What holds only where a namespace says nothing stands behind. */
const afterNamespaces = 2000;

const protocols = ["UDP", "TCP"] as const;

/** Names the in-cluster form of a policy in the default tier, which Calico prefixes with the tier. */
function globalPolicy(name: string, spec: GlobalNetworkPolicy["spec"]): GlobalNetworkPolicy {
  return {
    apiVersion: "crd.projectcalico.org/v1",
    kind: "GlobalNetworkPolicy",
    metadata: { name: `default.${name}` },
    spec,
  };
}

function everyNamespaceBut(names: string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  return `kubernetes.io/metadata.name not in { ${quoted.join(", ")} }`;
}

const inNamespace = (name: string): Entity => ({ namespaceSelector: `kubernetes.io/metadata.name == "${name}"` });

function pods(namespace: string, labels: Record<string, string>): Entity {
  const selector = Object.entries(labels).map(([key, value]) => `${key} == "${value}"`);
  return { ...inNamespace(namespace), selector: selector.join(" && ") };
}

function dnsRules(dns: DnsPeer): Rule[] {
  const servers = dnsServers(dns);
  const peers: Entity[] = [
    ...servers.pods.map((labels) => pods(dns.namespace, labels)),
    ...(servers.ranges.length > 0 ? [{ nets: servers.ranges }] : []),
  ];
  return peers.flatMap((peer) =>
    protocols.map((protocol) => ({ action: "Allow" as const, protocol, destination: { ...peer, ports: [53] } })),
  );
}

function controlPlaneRules(controlPlane: ControlPlanePeer): Rule[] {
  const server =
    "ranges" in controlPlane ? { nets: controlPlane.ranges } : pods(controlPlane.namespace, controlPlane.podLabels);
  return [{ action: "Allow", protocol: "TCP", destination: { ...server, ports: controlPlane.ports } }];
}

/** Traces on their way: the same rule lets them out of where they come from, and in where they go. */
function traceRules({ namespace, ports }: TraceCollector): Rule[] {
  return [{ action: "Allow", protocol: "TCP", destination: { ...inNamespace(namespace), ports } }];
}

/** A port can be left out only of a rule that names its protocol. */
function banRules({ ranges, exceptPorts }: Metadata): Rule[] {
  if (exceptPorts.length === 0) return [{ action: "Deny", destination: { nets: ranges } }];
  return protocols.map((protocol) => ({
    action: "Deny",
    protocol,
    destination: { nets: ranges, notPorts: exceptPorts },
  }));
}

/** The ban comes before the policies of namespaces, the default after them. */
export function calicoPolicies(args: GlobalPolicyArgs): Manifest[] {
  const namespaceSelector = everyNamespaceBut(args.exceptNamespaces);
  const traces = args.traceCollector ? traceRules(args.traceCollector) : [];
  return [
    globalPolicy("deny-metadata", {
      order: beforeNamespaces,
      namespaceSelector,
      types: ["Egress"],
      egress: banRules(args.denied),
    }),
    globalPolicy("default-deny", {
      order: afterNamespaces,
      namespaceSelector,
      types: ["Ingress", "Egress"],
      ...(traces.length > 0 ? { ingress: traces } : {}),
      egress: [...dnsRules(args.dns), ...(args.controlPlane ? controlPlaneRules(args.controlPlane) : []), ...traces],
    }),
  ];
}

import type { Manifest } from "../../manifest.js";
import type { TraceCollector } from "../../mesh/mesh.js";
import { dnsServers } from "../clusterDns.js";
import type { GlobalPolicyArgs } from "./args.js";

/** Label that Cilium adds to every pod. */
const namespaceLabel = "k8s:io.kubernetes.pod.namespace";

type Labels = Record<string, string>;

interface Rule {
  fromEndpoints?: object[];
  toEndpoints?: { matchLabels: Labels }[];
  toCIDR?: string[];
  toPorts?: { ports: { port: string; protocol: "TCP" | "UDP" }[] }[];
}

interface ClusterwidePolicy extends Manifest {
  apiVersion: "cilium.io/v2";
  kind: "CiliumClusterwideNetworkPolicy";
  spec: { endpointSelector: object; ingress?: Rule[]; egress?: Rule[]; egressDeny?: Rule[] };
}

/**
 * Policies for GKE's Dataplane V2, which takes layers 3 and 4 of them
 * (https://docs.cloud.google.com/kubernetes-engine/docs/how-to/configure-cilium-network-policy). There is no order: a pod
 * that one selects is denied what nothing allows, a namespace's NetworkPolicies add what they allow, and a deny rule wins.
 */
export function ciliumPolicies(args: GlobalPolicyArgs): Manifest[] {
  const endpointSelector = {
    matchExpressions: [{ key: namespaceLabel, operator: "NotIn", values: args.exceptNamespaces }],
  };
  const { denied, traceCollector } = args;
  return [
    ...(denied.ranges.length > 0
      ? [policy("deny-ranges", { endpointSelector, egressDeny: [{ toCIDR: denied.ranges }] })]
      : []),
    policy("default-deny", {
      endpointSelector,
      // An empty rule allows nothing, and makes the direction one that is denied by default.
      ingress: [{}],
      egress: [
        ...dnsRules(args),
        ...controlPlaneRules(args),
        ...(traceCollector ? [{ ...pods(traceCollector.namespace), ...toPorts(traceCollector.ports) }] : []),
      ],
    }),
    ...(traceCollector ? [acceptTraces(traceCollector)] : []),
  ];
}

function policy(name: string, spec: ClusterwidePolicy["spec"]): ClusterwidePolicy {
  return { apiVersion: "cilium.io/v2", kind: "CiliumClusterwideNetworkPolicy", metadata: { name }, spec };
}

/** Traces from every pod of the cluster, where the collector is. */
function acceptTraces({ namespace, ports }: TraceCollector): ClusterwidePolicy {
  return policy("allow-traces", {
    endpointSelector: { matchLabels: { [namespaceLabel]: namespace } },
    ingress: [{ fromEndpoints: [{}], ...toPorts(ports) }],
  });
}

const toPorts = (ports: number[], protocols: readonly ("TCP" | "UDP")[] = ["TCP"]): Pick<Rule, "toPorts"> => ({
  toPorts: [{ ports: ports.flatMap((port) => protocols.map((protocol) => ({ port: String(port), protocol }))) }],
});

const pods = (namespace: string, labels: Labels = {}): Pick<Rule, "toEndpoints"> => ({
  toEndpoints: [{ matchLabels: { [namespaceLabel]: namespace, ...labels } }],
});

function dnsRules({ dns }: GlobalPolicyArgs): Rule[] {
  const servers = dnsServers(dns);
  const open = toPorts([53], ["UDP", "TCP"]);
  return [
    ...servers.pods.map((labels) => ({ ...pods(dns.namespace, labels), ...open })),
    ...(servers.ranges.length > 0 ? [{ toCIDR: servers.ranges, ...open }] : []),
  ];
}

function controlPlaneRules({ controlPlane }: GlobalPolicyArgs): Rule[] {
  if (!controlPlane) return [];
  const server =
    "ranges" in controlPlane ? { toCIDR: controlPlane.ranges } : pods(controlPlane.namespace, controlPlane.podLabels);
  return [{ ...server, ...toPorts(controlPlane.ports) }];
}

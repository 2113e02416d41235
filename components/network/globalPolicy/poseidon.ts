import type { INetworkPolicyPeer, INetworkPolicyPort } from "kubernetes-models/networking.k8s.io/v1";
import type { Manifest } from "../../manifest.js";
import { dnsServers } from "../clusterDns.js";
import type { GlobalPolicyArgs } from "./args.js";

interface Rule {
  ports: INetworkPolicyPort[];
}

interface GlobalNetworkPolicy extends Manifest {
  apiVersion: "network.alibabacloud.com/v1beta2";
  kind: "GlobalNetworkPolicy";
  spec: {
    namespaceSelector: object;
    policyTypes: ("Ingress" | "Egress")[];
    ingress: (Rule & { from: INetworkPolicyPeer[] })[];
    egress: (Rule & { to: INetworkPolicyPeer[] })[];
  };
}

const namespaceName = "kubernetes.io/metadata.name";

/**
 * Policies for ACK's add-on Poseidon, which holds them on ECS nodes with Terway
 * (https://help.aliyun.com/en/ack/ack-managed-and-ack-dedicated/user-guide/using-ack-globalnetworkpolicy). They say what is
 * allowed, as a NetworkPolicy does: there is no deny and no order.
 */
export function poseidonPolicies({
  exceptNamespaces,
  dns,
  controlPlane,
  traceCollector,
}: GlobalPolicyArgs): Manifest[] {
  const servers = dnsServers(dns);
  const traces = traceCollector && { peers: [pods(traceCollector.namespace)], ports: tcp(traceCollector.ports) };
  return [
    policy("default-deny", {
      // Without a selector it would hold for the nodes too.
      namespaceSelector: { matchExpressions: [{ key: namespaceName, operator: "NotIn", values: exceptNamespaces }] },
      policyTypes: ["Ingress", "Egress"],
      ingress: [],
      egress: [
        {
          to: [...servers.pods.map((labels) => pods(dns.namespace, labels)), ...blocks(servers.ranges)],
          ports: (["UDP", "TCP"] as const).map((protocol) => ({ protocol, port: 53 })),
        },
        ...(controlPlane
          ? [
              {
                to:
                  "ranges" in controlPlane
                    ? blocks(controlPlane.ranges)
                    : [pods(controlPlane.namespace, controlPlane.podLabels)],
                ports: tcp(controlPlane.ports),
              },
            ]
          : []),
        ...(traces ? [{ to: traces.peers, ports: traces.ports }] : []),
      ],
    }),
    ...(traceCollector && traces
      ? [
          policy("allow-traces", {
            namespaceSelector: { matchLabels: { [namespaceName]: traceCollector.namespace } },
            policyTypes: ["Ingress"],
            ingress: [{ from: [{ namespaceSelector: {} }], ports: traces.ports }],
            egress: [],
          }),
        ]
      : []),
  ];
}

function policy(name: string, spec: GlobalNetworkPolicy["spec"]): GlobalNetworkPolicy {
  return { apiVersion: "network.alibabacloud.com/v1beta2", kind: "GlobalNetworkPolicy", metadata: { name }, spec };
}

const tcp = (ports: number[]): INetworkPolicyPort[] => ports.map((port) => ({ protocol: "TCP", port }));
const blocks = (ranges: string[]): INetworkPolicyPeer[] => ranges.map((cidr) => ({ ipBlock: { cidr } }));
const pods = (namespace: string, labels?: Record<string, string>): INetworkPolicyPeer => ({
  namespaceSelector: { matchLabels: { [namespaceName]: namespace } },
  ...(labels ? { podSelector: { matchLabels: labels } } : {}),
});

import { addresses } from "../host/labHost.js";
import { outsideNames } from "../outside/outside.js";
import type { Stage } from "./stage.js";

const metadata = { name: "coredns", namespace: "kube-system" };
const labels = { "k8s-app": "kube-dns" };

/** The cluster's DNS: names of Services from the API server, names outside from a list. */
export async function startClusterDns(stage: Stage): Promise<void> {
  await stage.kubectl(["apply", "--server-side", "-f", "-"], { apiVersion: "v1", kind: "List", items: objects() });
  await stage.agent.waitReady(metadata.namespace, labels);
}

const corefile = `cluster.local:53 in-addr.arpa:53 {
  errors
  kubernetes cluster.local in-addr.arpa
}
.:53 {
  errors
  ready
  file /etc/coredns/outside.zone . {
    reload 1s
  }
}
`;

/** Makes a name outside lead to another address, as when a database fails over; no address gives it back its own. */
export async function pointName(stage: Stage, name: string, address?: string): Promise<void> {
  const data = { "outside.zone": zone(Math.floor(Date.now() / 1000), address ? { [name]: address } : {}) };
  const patch = ["patch", "configmap", "-n", metadata.namespace, metadata.name, "-p", JSON.stringify({ data })];
  await stage.kubectl(patch);
}

/** How long a resolver may keep an answer: that of a managed database's name. */
const ttlSeconds = 5;

/** The names outside, as the one zone of the world. What is not in it does not exist. A new serial makes CoreDNS read it. */
function zone(serial = 1, moved: Record<string, string> = {}): string {
  const names = { ...outsideNames(), ...moved };
  const records = Object.entries(names).map(([name, address]) => `${name}. IN A ${address}`);
  const authority = `. IN SOA outside. nobody.outside. ${serial} 60 60 60 ${ttlSeconds}`;
  return [`$TTL ${ttlSeconds}`, authority, ". IN NS outside.", ...records, ""].join("\n");
}

function objects(): object[] {
  const role = { apiVersion: "rbac.authorization.k8s.io/v1", metadata: { name: "system:coredns" } };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    {
      ...role,
      kind: "ClusterRole",
      rules: [
        { apiGroups: [""], resources: ["endpoints", "services", "pods", "namespaces"], verbs: ["list", "watch"] },
        { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
      ],
    },
    {
      ...role,
      kind: "ClusterRoleBinding",
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name },
      subjects: [{ kind: "ServiceAccount", ...metadata }],
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: { Corefile: corefile, "outside.zone": zone() } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "kube-dns", namespace: metadata.namespace, labels },
      spec: {
        selector: labels,
        clusterIP: addresses.dnsService,
        ports: [
          { name: "dns", port: 53, protocol: "UDP" },
          { name: "dns-tcp", port: 53, protocol: "TCP" },
        ],
      },
    },
    { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: deploymentSpec() },
  ];
}

function deploymentSpec(): object {
  return {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        serviceAccountName: metadata.name,
        dnsPolicy: "Default",
        containers: [
          {
            name: "coredns",
            image: "coredns/coredns:1",
            args: ["-conf", "/etc/coredns/Corefile"],
            volumeMounts: [{ name: "config", mountPath: "/etc/coredns", readOnly: true }],
            readinessProbe: { httpGet: { path: "/ready", port: 8181 } },
          },
        ],
        volumes: [{ name: "config", configMap: { name: metadata.name } }],
      },
    },
  };
}

import { z } from "zod";
import { firewallSchema, flowLogsSchema } from "./cloudNetwork.js";
import { cidr, labels, objectName, port, time } from "./formats.js";
import type { MutualTlsSettings } from "./mutualTls.js";
import type { Problem } from "./problem.js";
import { repeated } from "./repeated.js";
import type { Settings } from "./schema.js";

const ports = z.array(port).min(1).optional();

const podGroup = z.strictObject({
  namespace: objectName.describe("Namespace of the pods."),
  labels: labels.optional().describe("Labels of the pods. Default: every pod of the namespace."),
});

const flow = z
  .strictObject({
    name: objectName.max(40).describe("Name of the flow; the names of its policies derive from it alone."),
    from: podGroup.describe("Who opens the connection."),
    to: podGroup.describe("Who answers it."),
    ports: ports.describe("TCP ports of the answering containers, not of their Service. Default: every port."),
  })
  .describe("These pods may talk to those. Both sides' policies follow from it.");

const door = (side: string) =>
  podGroup.extend({
    name: objectName.max(40).describe("Name of the relaxation."),
    ranges: z.array(cidr).min(1).optional().describe(`Ranges ${side}. Default: every address.`),
    ports: ports.describe("TCP ports. Default: every port."),
  });

const isolation = z.strictObject({
  enabled: z.boolean().default(true).describe("Deny everything in and out of each namespace but what is named."),
  namespaces: z
    .array(objectName)
    .optional()
    .describe(
      "Namespaces to isolate. Default: those under `namespaces` that the stack creates; one that it adopts may have workloads of others. The gateway's always is.",
    ),
  insideNamespace: z
    .union([z.boolean(), z.array(objectName)])
    .default(true)
    .describe("Whether pods of one namespace may talk to each other, or the namespaces where they may."),
  dns: z
    .strictObject({
      namespace: objectName.default("kube-system").describe("Namespace of the DNS servers."),
      podLabels: labels
        .default({ "k8s-app": "kube-dns" })
        .describe("Labels of their pods. Pods of NodeLocal DNSCache (`k8s-app: node-local-dns`) answer too."),
      ranges: z
        .array(cidr)
        .min(1)
        .optional()
        .describe(
          "Addresses that answer too. Default: the tenth of the Services, which is kube-dns's, 169.254.20.10 for a cache on each node (NodeLocal DNSCache), and 169.254.169.254 for Google's Cloud DNS; where nothing answers there, they open nothing.",
        ),
    })
    .prefault({})
    .describe("Where DNS is answered."),
  controlPlaneRanges: z
    .array(cidr)
    .min(1)
    .optional()
    .describe("Addresses of a control plane outside the cluster. Default: what the mesh is known to use."),
  metricsFrom: podGroup
    .optional()
    .describe(
      "Who may read the proxies' metrics, such as Prometheus' pods. Where their namespace is isolated too, they may also read the control plane's; the API server, which tells them of pods, is for `network.openEgress`. Default: nobody.",
    ),
});

const globalIsolation = z.strictObject({
  enabled: z
    .boolean()
    .default(false)
    .describe(
      "Deny by default in every namespace of the cluster that has no policy of its own. Needs Calico, GKE's Dataplane V2, or on ACK the add-on Poseidon. Off, because it also reaches namespaces this stack knows nothing of.",
    ),
  calicoInstalled: z
    .boolean()
    .default(false)
    .describe("Calico enforces policy beside the cluster's own engine. Not on ACK."),
  poseidonInstalled: z
    .boolean()
    .default(false)
    .describe(
      "ACK's add-on Poseidon runs, 0.5.1 or later, with ACK NetworkPolicy enabled: it enforces policies for the whole cluster on Terway.",
    ),
  exceptNamespaces: z
    .array(objectName)
    .default([])
    .describe("Namespaces left alone, besides Kubernetes' own and the mesh's control plane."),
  deniedRanges: z
    .array(cidr)
    .min(1)
    .optional()
    .describe(
      "Ranges no pod may reach, whatever its namespace's policy says. Default: the cloud's metadata service; on GKE's Dataplane V2 none, where it never gives a pod the node's credentials. Not on ACK, whose policies for the whole cluster say only what is allowed.",
    ),
  exceptPorts: z
    .array(port)
    .optional()
    .describe(
      "Ports of those ranges that are left to the namespaces' policies; not on Dataplane V2. Default: 53, where Cloud DNS answers, and on GKE 80 and 988, where pods get the identity of their own service account.",
    ),
});

const protection = z
  .strictObject({
    service: objectName.describe("Service to protect."),
    namespace: objectName.describe("Namespace of the Service."),
    maxConnections: z.int().min(1).default(1024).describe("TCP connections a client's proxy may hold to it."),
    connectTimeout: time.default("10s").describe("How long a proxy waits for a connection."),
    maxPendingRequests: z.int().min(1).default(1024).describe("HTTP requests that may wait for a connection."),
    maxRequests: z.int().min(1).default(1024).describe("HTTP requests that may be under way."),
    outliers: z
      .strictObject({
        consecutiveErrors: z.int().min(1).default(5).describe("Server errors in a row until a pod is left out."),
        interval: time.default("10s").describe("How often pods are judged."),
        ejectionTime: time.default("30s").describe("How long a pod is left out; grows each time."),
        maxEjectedPercent: z.int().min(1).max(100).default(50).describe("Most pods left out, in percent."),
      })
      .prefault({})
      .describe("When a failing pod gets no more requests."),
  })
  .describe("Limits on what clients may ask of one Service.");

/** `network`: who may talk to whom. */
export const networkSchema = z.strictObject({
  isolation: isolation.prefault({}).describe("Default deny per namespace, with what every pod needs."),
  flows: z.array(flow).default([]).describe("Who may talk to whom."),
  openIngress: z
    .array(door("that may connect"))
    .default([])
    .describe("Pods that accept connections from addresses, such as a load balancer's: a relaxation."),
  openEgress: z
    .array(door("they may connect to"))
    .default([])
    .describe("Pods that may connect to addresses, past the egress gateway: a relaxation."),
  globalIsolation: globalIsolation.prefault({}).describe("Default deny for the whole cluster."),
  protection: z.array(protection).default([]).describe("Limits on services of the mesh."),
  firewall: firewallSchema.prefault({}).describe("The cloud's firewall around nodes that this stack creates."),
  flowLogs: flowLogsSchema.prefault({}).describe("What the cloud's network keeps of connections."),
});
export type NetworkSettings = z.output<typeof networkSchema>;

/** Namespaces of the stack that deny by default, the gateway's aside. */
export function isolatedNamespaces({ network, namespaces }: Pick<Settings, "network" | "namespaces">): string[] {
  const { enabled, namespaces: listed } = network.isolation;
  if (!enabled) return [];
  return listed ?? namespaces.filter(({ management }) => management === "create").map(({ name }) => name);
}

/** Policies are named after the entries they come from. */
function sameName(path: string, what: string, names: string[]): Problem[] {
  const entries = names.map((name, index) => ({ path: `${path}[${index}]`, value: name }));
  return repeated(entries, () => `is a second ${what} of that name`, "Rename one");
}

/** What one key cannot know of another: namespaces that are not isolated, rules that would hide each other. */
export function networkProblems(
  network: NetworkSettings,
  { isolated, mutualTls }: { isolated: string[]; mutualTls: MutualTlsSettings },
): Problem[] {
  const closed = (namespace: string) => !network.isolation.enabled || isolated.includes(namespace);
  return [
    ...namesTwice(network),
    ...network.flows.flatMap(({ from, to }, index) =>
      closed(from.namespace) || closed(to.namespace)
        ? []
        : [
            {
              path: `network.flows[${index}]`,
              value: `${from.namespace} -> ${to.namespace}`,
              reason: "joins namespaces of which none is isolated, so everything passes between them already",
              instead: "Isolate one of them, or leave the flow out",
            },
          ],
    ),
    ...doors.flatMap((key) =>
      network[key].flatMap(({ namespace }, index) =>
        closed(namespace)
          ? []
          : [
              {
                path: `network.${key}[${index}].namespace`,
                value: namespace,
                reason: "is not isolated here, so the policy would open nothing and close everything else",
                instead: "Isolate it, or leave the entry out",
              },
            ],
      ),
    ),
    ...protectedTwice(network, mutualTls),
  ];
}

const doors = ["openIngress", "openEgress"] as const;

function namesTwice({ flows, protection, ...network }: NetworkSettings): Problem[] {
  const qualified = (entries: { namespace: string; name: string }[]) =>
    entries.map(({ namespace, name }) => `${namespace}/${name}`);
  const services = protection.map(({ namespace, service: name }) => ({ namespace, name }));
  return [
    ...sameName(
      "network.flows",
      "flow",
      flows.map(({ name }) => name),
    ),
    ...doors.flatMap((key) => sameName(`network.${key}`, "entry", qualified(network[key]))),
    ...sameName("network.protection", "protection", qualified(services)),
  ];
}

function protectedTwice({ protection }: NetworkSettings, mutualTls: MutualTlsSettings): Problem[] {
  const strictServices = mutualTls.workloads.flatMap(({ namespace, services }) =>
    services.map((service) => `${namespace}/${service}`),
  );
  return protection.flatMap(({ namespace, service }, index) =>
    strictServices.includes(`${namespace}/${service}`)
      ? [
          {
            path: `network.protection[${index}]`,
            value: `${namespace}/${service}`,
            reason: "has a traffic policy from mutualTls.workloads too, and the mesh keeps only one of the two",
            instead: "Leave the service out of mutualTls.workloads[].services: proxies find out by themselves",
          },
        ]
      : [],
  );
}

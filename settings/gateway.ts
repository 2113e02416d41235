import { z } from "zod";
import { refusal } from "./settingsMessages.js";
import type { DatabaseSettings } from "./databases.js";
import { bytes, cpu, cpus, hostOrWildcard, memory, objectName, port, wholeSeconds } from "./formats.js";
import type { MeshSettings } from "./mesh.js";
import { isOlder } from "./versions.js";
import type { Problem } from "./problem.js";
import { longestTenant, tenantMark } from "./tenant.js";
import { trafficModes } from "./trafficModes.js";

/** `gateway`: the egress gateway that all databases behind it share. */
export const gatewaySchema = z.strictObject({
  install: z
    .boolean()
    .optional()
    .describe(
      "Install the gateway. Default: where a database passes it. `true`: also without one, for databases that other stacks bring. `false`: another stack owns it, and with it what holds for the whole mesh; this stack brings databases, and is judged as if the gateway stood there as these settings would install it.",
    ),
  tenant: objectName
    .max(longestTenant)
    .refine((name) => !name.includes(tenantMark), refusal("two-hyphens"))
    .optional()
    .describe(
      "With `install: false`: name of this stack among those on the gateway. It goes before the names of its databases, so that no two stacks write the same object.",
    ),
  name: objectName.max(40).default("egressgateway").describe("Name of the gateway; its pods carry `istio: <name>`."),
  namespace: objectName
    .optional()
    .describe("Namespace of its pods. Default: istio-egress; on ASM istio-system, where its gateways must be."),
  revision: objectName
    .optional()
    .describe("Revision, or tag, whose proxy its pods run. Default: `mesh.defaultRevision`."),
  sharedPort: port.default(15443).describe("Port that all databases share, distinguished by SNI."),
  callersPolicy: z
    .enum(["filterChain", "perDatabase", "shared"])
    .optional()
    .describe(
      "What checks a client's identity after the TLS handshake. `filterChain`: an EnvoyFilter adds a list of clients to the filter chain of each database; a new database changes no other chain and ends no other connection. It needs a mesh that scopes Gateways and takes EnvoyFilters. `perDatabase`: one AuthorizationPolicy for each database; their size grows with the square of the databases, and each new one ends all open connections after `drainDuration`. `shared`: one AuthorizationPolicy admits the trust domain's workloads, and the handshake alone decides which database they reach; all clients need service accounts. Default: filterChain with mesh.kind istio and scopeGateways, perDatabase elsewhere.",
    ),
  connectAfterHandshake: z
    .boolean()
    .optional()
    .describe(
      "Connect to a database only after the client's TLS handshake. Otherwise any pod that can open a connection to the gateway's port makes it connect, without a certificate. An EnvoyFilter, for proxies of Envoy 1.37 (Istio 1.29) or later; on ASM older ones are left as they are. Default: true; cloud-service-mesh takes no such filter.",
    ),
  replicas: z
    .strictObject({
      min: z.int().min(1).default(2).describe("Fewest pods. Two, so that losing one loses no database."),
      max: z.int().min(1).default(5).describe("Most pods."),
      cpuUtilization: z
        .int()
        .min(1)
        .max(100)
        .default(80)
        .describe("Average CPU, in percent of the request, above which pods are added."),
    })
    .refine(({ min, max }) => min <= max, {
      path: ["max"],
      message: refusal("max-below-min"),
    })
    .prefault({})
    .describe("How many pods carry the traffic."),
  resources: z
    .strictObject({
      cpuRequest: cpu.default("100m").describe("CPU that is set aside for it."),
      memoryRequest: memory.default("128Mi").describe("Memory that is set aside for it."),
      cpuLimit: cpu.default("2").describe("CPU it may use at most."),
      memoryLimit: memory.default("1Gi").describe("Memory it may use at most."),
    })
    // Not `<=`: an amount that cannot be read is told of already, and compares as neither.
    .refine(({ cpuRequest, cpuLimit }) => !(cpus(cpuRequest) > cpus(cpuLimit)), {
      path: ["cpuLimit"],
      message: refusal("limit-below-request-cpu"),
    })
    .refine(({ memoryRequest, memoryLimit }) => !(bytes(memoryRequest) > bytes(memoryLimit)), {
      path: ["memoryLimit"],
      message: refusal("limit-below-request-memory"),
    })
    .prefault({})
    .describe("Resources of a gateway pod."),
  drainDuration: wholeSeconds
    .optional()
    .describe(
      "How long open connections outlive a change of who may use the gateway: with `callersPolicy: perDatabase` each change, for whichever database, then ends them all. A right that was taken away lasts as long. Default: 45s, Istio's own; not on ASM.",
    ),
  dedicatedNodes: z
    .boolean()
    .optional()
    .describe("Run on the cluster's gateway nodes only. Default: true where the cluster has such nodes."),
  nodeGuard: z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe(
          "Write admission policies that keep other pods off the gateway nodes, and shells and debug containers out of the gateway's pods. Kubernetes 1.30 or later.",
        ),
      exceptNamespaces: z
        .array(objectName)
        .default([])
        .describe(
          "Namespaces whose pods may tolerate every taint, such as that of an agent on every node, besides those of Kubernetes, the cloud and the mesh. They may run on gateway nodes.",
        ),
    })
    .prefault({})
    .describe("What holds with `dedicatedNodes`."),
  routeGuard: z
    .strictObject({
      enabled: z
        .boolean()
        .optional()
        .describe(
          "Write admission policies that refuse other namespaces' ServiceEntries, VirtualServices and DestinationRules for the databases' hosts where the gateway or clients would see them and, where the mesh does not scope Gateways, their Gateways on the gateway's pods. Kubernetes 1.30 or later. Default: true; on ASM, which keeps these objects in an API server of its own, it cannot be.",
        ),
      exceptNamespaces: z
        .array(objectName)
        .default([])
        .describe(
          "Namespaces that may do so all the same, such as that of another egress gateway for the same databases.",
        ),
      reservedHosts: z
        .array(hostOrWildcard)
        .default([])
        .describe(
          "Hosts of databases to come, such as `*.db.example.com`: before a database is registered only this keeps another namespace from declaring its host.",
        ),
    })
    .prefault({})
    .describe("What keeps other namespaces from the databases' hosts and the gateway's servers."),
  image: z.string().default("auto").describe("Proxy image; `auto` lets the injection webhook choose. Not on ASM."),
});
export type GatewaySettings = z.output<typeof gatewaySchema>;

/** Namespace of the gateway's pods. */
export function gatewayNamespace(
  { namespace }: Pick<GatewaySettings, "namespace">,
  meshKind: MeshSettings["kind"],
): string {
  return meshKind === "asm" ? "istio-system" : (namespace ?? "istio-egress");
}

/** ASM's operator makes the gateway's pods, in a namespace of its choice, of a resource that has no such fields. */
export function podProblems(
  gateway: Pick<GatewaySettings, "namespace" | "drainDuration" | "image">,
  meshKind: MeshSettings["kind"],
): Problem[] {
  if (meshKind !== "asm") return [];
  const { namespace, drainDuration, image } = gateway;
  const place = gatewayNamespace(gateway, meshKind);
  const set = { drainDuration, image: image === "auto" ? undefined : image };
  return [
    ...(namespace === undefined || namespace === place
      ? []
      : [
          {
            path: "gateway.namespace",
            value: namespace,
            reason: `cannot hold a gateway of ASM, which keeps them in ${place}`,
            instead: "Leave it out",
          },
        ]),
    ...Object.entries(set).flatMap(([key, value]) =>
      value === undefined
        ? []
        : [
            {
              path: `gateway.${key}`,
              value,
              reason: "cannot be set on ASM, whose operator makes the gateway's pods",
              instead: "Leave it out",
            },
          ],
    ),
  ];
}

/** The first Istio whose proxies, of Envoy 1.37, know the field. An older one refuses the whole listener for it. */
const leastForConnect = [1, 29];

/** Managed Cloud Service Mesh documents EnvoyFilters for some HTTP filters only. */
export function connectProblems(
  { connectAfterHandshake }: Pick<GatewaySettings, "connectAfterHandshake">,
  { kind, versions }: { kind: MeshSettings["kind"]; versions: readonly { version: string; path: string }[] },
): Problem[] {
  if (!connectAfterHandshake) return [];
  const old = versions.find(({ version }) => isOlder(version, leastForConnect));
  const reason =
    kind === "cloud-service-mesh"
      ? "needs an EnvoyFilter for TCP, and managed Cloud Service Mesh documents some for HTTP only"
      : old && `needs proxies of Envoy 1.37, and those of ${old.path} ${old.version} are older`;
  return reason === undefined
    ? []
    : [{ path: "gateway.connectAfterHandshake", value: true, reason, instead: "Leave it out" }];
}

/** ASM keeps Istio's objects in an API server of its own; through that of the cluster they pass without its admission. */
export function routeGuardProblems(
  { routeGuard }: Pick<GatewaySettings, "routeGuard">,
  mesh: Pick<MeshSettings, "kind">,
): Problem[] {
  if (mesh.kind !== "asm" || !routeGuard.enabled) return [];
  return [
    {
      path: "gateway.routeGuard.enabled",
      value: true,
      reason: "needs admission policies where Istio's objects are, and ASM documents none for its API server",
      instead: "Leave it out, and give ASM's roles that write Istio's resources to the platform's users only",
    },
  ];
}

/** The choice that grows linearly and ends no other database's connections, where the mesh allows it. */
export function callersPolicyOf(
  { callersPolicy }: Pick<GatewaySettings, "callersPolicy">,
  mesh: { scopeGateways: boolean },
): NonNullable<GatewaySettings["callersPolicy"]> {
  return callersPolicy ?? (mesh.scopeGateways ? "filterChain" : "perDatabase");
}

/**
 * Only `perDatabase` also holds for servers that somebody else opens on the gateway's pods, without the list of clients.
 * Where the mesh does not scope Gateways, any namespace can open one.
 */
export function callersPolicyProblems(
  { callersPolicy }: Pick<GatewaySettings, "callersPolicy">,
  mesh: { scopeGateways: boolean },
): Problem[] {
  return callersPolicy !== undefined && callersPolicy !== "perDatabase" && !mesh.scopeGateways
    ? [
        {
          path: "gateway.callersPolicy",
          value: callersPolicy,
          reason: "does not hold for a server that another namespace opens on these pods with a Gateway of its own",
          instead: "Use perDatabase, or mesh.kind istio with scopeGateways",
        },
      ]
    : [];
}

/** Memory of a gateway pod in MiB at its most, measured (docs/performance.md): by itself, for a database, for one rule in one chain. */
const usedMiB = { byItself: 110, database: 0.22, rule: 0.004 };

/** A gateway that runs out of memory takes every database with it, and only when the last of them is added. */
export function gatewayMemoryProblems(
  gateway: GatewaySettings,
  databases: DatabaseSettings[],
  mesh: { scopeGateways: boolean },
): Problem[] {
  const { resources } = gateway;
  const callersPolicy = callersPolicyOf(gateway, mesh);
  const throughGateway = databases.filter(({ trafficMode }) => trafficModes[trafficMode].throughGateway);
  const admitted = ({ trafficMode, gatewayPort }: DatabaseSettings) =>
    trafficModes[trafficMode].identity &&
    (callersPolicy === "filterChain" || (callersPolicy === "shared" && !gatewayPort));
  const chains = endpointsAmong(throughGateway);
  const rules = endpointsAmong(throughGateway.filter((db) => !admitted(db)));
  // Each change of a rule replaces every chain, and the old ones stay for the drain time.
  const neededMiB = Math.ceil(usedMiB.byItself + usedMiB.database * chains + 2 * usedMiB.rule * chains * rules);
  if (neededMiB * 2 ** 20 <= bytes(resources.memoryLimit)) return [];
  const remedy = callersPolicy === "perDatabase" ? ", or gateway.callersPolicy filterChain where it can be" : "";
  return [
    {
      path: "gateway.resources.memoryLimit",
      value: resources.memoryLimit,
      reason: `is too little for ${chains} databases and ${rules} policies, each of which stands in every database's filter chain`,
      instead: `Write ${neededMiB}Mi${remedy}`,
    },
  ];
}

const endpointsAmong = (databases: DatabaseSettings[]): number =>
  databases.reduce((sum, { brokers = [] }) => sum + 1 + brokers.length, 0);

import { nearest } from "mesh-access/nearest";
import { firewallProblems } from "./cloudNetwork.js";
import { clusterNetwork, databaseRanges, googleApisProblems, reachProblems } from "./cluster.js";
import { collisions, databaseProblems, sharedPolicyProblems } from "./databaseChecks.js";
import {
  callersPolicyProblems,
  connectProblems,
  routeGuardProblems,
  gatewayMemoryProblems,
  gatewayNamespace,
  podProblems,
} from "./gateway.js";
import { globalIsolationProblems } from "./globalIsolation.js";
import { ingressProblems } from "./ingress.js";
import {
  channelProblems,
  editionProblems,
  meshRevisionProblems,
  meshVersions,
  scopesGateways,
  versionProblems,
} from "./mesh.js";
import { mutualTlsProblems, writesMeshPolicy } from "./mutualTls.js";
import { isolatedNamespaces, networkProblems } from "./network.js";
import { metricsProblems } from "./metrics.js";
import { telemetryProblems } from "./observability.js";
import type { Problem } from "./problem.js";
import { rolesTwice, roleProblems } from "./rbac.js";
import { provisionProblems } from "./provision.js";
import { repeated } from "./repeated.js";
import type { Settings } from "./schema.js";
import { tenantProblems } from "./tenant.js";
import { workloadProblems } from "./workloads.js";

/** Clouds a mesh runs on, and why it does not run on others. */
const homes: Record<Settings["mesh"]["kind"], { clouds: string[]; why: string }> = {
  istio: { clouds: ["gke", "ack", "existing"], why: "" },
  asm: { clouds: ["ack"], why: "is Alibaba Cloud's mesh, which takes ACK clusters" },
  "cloud-service-mesh": { clouds: ["gke"], why: "is Google's managed mesh, which takes GKE clusters of a fleet" },
};

interface CrossCheck {
  /** Keys it reads; it is not made while one of them is unsound. */
  of: (keyof Settings)[];
  problems: (settings: Settings) => Problem[];
}

const checks: CrossCheck[] = [
  { of: ["cluster"], problems: ({ cluster }) => reachProblems(cluster) },
  { of: ["cluster", "mesh"], problems: meshesOfOtherClouds },
  { of: ["cluster", "mesh"], problems: fleetless },
  { of: ["cluster", "mesh"], problems: ({ mesh, cluster }) => channelProblems(mesh, cluster) },
  { of: ["cluster", "mesh"], problems: ({ mesh, cluster }) => versionProblems(mesh, cluster) },
  { of: ["mesh"], problems: ({ mesh }) => editionProblems(mesh) },
  { of: ["mesh", "gateway", "namespaces"], problems: meshRevisionProblems },
  {
    of: ["cluster", "mesh", "network"],
    problems: ({ cluster, mesh, network: { isolation } }) =>
      googleApisProblems(cluster, mesh.kind, isolation.enabled && isolation.controlPlaneRanges === undefined),
  },
  { of: ["cluster", "databases"], problems: ({ databases, cluster }) => provisionProblems(databases, cluster) },
  {
    of: ["cluster", "databases"],
    problems: ({ cluster, databases }) =>
      cluster.cloud === "existing" ? [] : firewallProblems(databases, databaseRanges(cluster)),
  },
  {
    of: ["mesh", "databases"],
    problems: ({ databases, mesh }) =>
      databases.flatMap((db, i) => databaseProblems(db, `databases[${i}]`, { meshKind: mesh.kind })),
  },
  {
    of: ["gateway", "databases"],
    problems: ({ databases, gateway }) =>
      databases.flatMap((db, i) => sharedPolicyProblems(db, `databases[${i}]`, gateway)),
  },
  {
    of: ["mesh", "gateway", "databases"],
    problems: ({ databases, mesh, gateway }) => collisions(databases, { mesh, gateway }),
  },
  { of: ["namespaces"], problems: namespacesTwice },
  { of: ["namespaces", "databases"], problems: unlistedNamespaces },
  {
    of: ["network", "namespaces", "gateway", "mesh", "mutualTls"],
    problems: (settings) =>
      networkProblems(settings.network, {
        isolated: denyingNamespaces(settings),
        mutualTls: settings.mutualTls,
      }),
  },
  {
    of: ["mesh", "mutualTls", "gateway"],
    problems: (settings) =>
      mutualTlsProblems({
        rootNamespace: rootNamespace(settings),
        wholeMesh: writesMeshPolicy(settings),
        ...settings.mutualTls,
      }),
  },
  { of: ["mesh", "observability"], problems: telemetryProblems },
  { of: ["network", "observability"], problems: metricsProblems },
  {
    of: ["ingress", "mesh", "namespaces"],
    problems: ({ ingress, mesh, namespaces }) => ingressProblems(ingress, { meshKind: mesh.kind, namespaces }),
  },
  {
    of: ["workloads", "namespaces", "databases"],
    problems: (settings) =>
      workloadProblems(settings.workloads, {
        namespaces: settings.namespaces.map(({ name }) => name),
        created: settings.databases.filter(({ provision }) => provision).map(({ name }) => name),
      }),
  },
  {
    of: ["rbac"],
    problems: ({ rbac }) => [...rbac.flatMap((role, i) => roleProblems(role, `rbac[${i}]`)), ...rolesTwice(rbac)],
  },
  { of: ["cluster", "network"], problems: unenforced },
  {
    of: ["cluster", "network"],
    problems: ({ cluster, network: { globalIsolation } }) =>
      globalIsolation.enabled
        ? globalIsolationProblems({ ...globalIsolation, policyEngine: clusterNetwork(cluster).policyEngine })
        : [],
  },
  { of: ["gateway", "mesh", "namespaces"], problems: gatewayPlace },
  { of: ["gateway", "mesh"], problems: ({ gateway, mesh }) => podProblems(gateway, mesh.kind) },
  {
    of: ["gateway", "databases", "mesh"],
    problems: ({ gateway, databases, mesh }) =>
      gateway.install === false
        ? []
        : gatewayMemoryProblems(gateway, databases, { scopeGateways: scopesGateways(mesh) }),
  },
  { of: ["cluster", "mesh", "gateway", "network", "databases"], problems: tenantProblems },
  {
    of: ["gateway", "mesh"],
    problems: ({ gateway, mesh }) => connectProblems(gateway, { kind: mesh.kind, versions: meshVersions(mesh) }),
  },
  { of: ["gateway", "mesh"], problems: ({ gateway, mesh }) => routeGuardProblems(gateway, mesh) },
  {
    of: ["gateway", "mesh"],
    problems: ({ gateway, mesh }) => callersPolicyProblems(gateway, { scopeGateways: scopesGateways(mesh) }),
  },
];

/** What no single key can know, as far as the keys that are sound by themselves tell. */
export function crossProblems(sound: Partial<Settings>): Problem[] {
  return checks
    .filter(({ of }) => of.every((key) => sound[key] !== undefined))
    .flatMap(({ problems }) => problems(sound as Settings));
}

function meshesOfOtherClouds({ cluster, mesh }: Settings): Problem[] {
  const { clouds, why } = homes[mesh.kind];
  return clouds.includes(cluster.cloud)
    ? []
    : [
        {
          path: "mesh.kind",
          value: mesh.kind,
          reason: `${why}, but cluster.cloud is ${cluster.cloud}`,
          instead: `Use istio, or cluster.cloud ${clouds.join(" or ")}`,
        },
      ];
}

function fleetless({ cluster, mesh }: Settings): Problem[] {
  return mesh.kind === "cloud-service-mesh" && cluster.cloud === "gke" && !cluster.fleet
    ? [
        {
          path: "cluster.fleet",
          value: false,
          reason: "leaves the cluster out of the fleet whose mesh it is to join",
          instead: "Leave it out",
        },
      ]
    : [];
}

function namespacesTwice({ namespaces }: Settings): Problem[] {
  const entries = namespaces.map(({ name }, i) => ({ path: `namespaces[${i}].name`, value: name }));
  return repeated(entries, () => "is listed already", "Keep one of them");
}

/** Namespaces that are used but not listed: a misspelled one would be opened for nobody. */
function unlistedNamespaces({ namespaces, databases }: Settings): Problem[] {
  const known = namespaces.map(({ name }) => name);
  return databases.flatMap((db, i) =>
    db.clients.flatMap(({ namespace }, j) => {
      const path = `databases[${i}].clients[${j}].namespace`;
      const listed = namespaces.find(({ name }) => name === namespace);
      const near = listed ? undefined : nearest(namespace, known);
      if (!listed)
        return [
          {
            path,
            value: namespace,
            reason: "is not among `namespaces`",
            instead: near ? `Did you mean ${near}? Otherwise list it there` : "List it there",
          },
        ];
      return listed.injection
        ? []
        : [
            {
              path,
              value: namespace,
              reason: "has no injection, so its pods have no sidecar to lead them",
              instead: "Set injection to true",
            },
          ];
    }),
  );
}

function gatewayPlace({ gateway, mesh, namespaces }: Settings): Problem[] {
  if (gateway.namespace === undefined && gateway.install !== false) return [];
  const place = gatewayNamespace(gateway, mesh.kind);
  const index = namespaces.findIndex(({ name }) => name === place);
  return index < 0
    ? []
    : [
        {
          path: `namespaces[${index}].name`,
          value: place,
          reason: "is the gateway's own namespace, where workloads would share its permissions",
          instead: "Leave it out, or move the gateway",
        },
      ];
}

/** Namespaces this stack gives a default deny: the gateway's always, where the gateway is its own. */
function denyingNamespaces({ network, namespaces, gateway, mesh }: Settings): string[] {
  const own = isolatedNamespaces({ network, namespaces });
  return gateway.install === false ? own : [...own, gatewayNamespace(gateway, mesh.kind)];
}

/** Policies that nothing enforces protect nothing. */
function unenforced({ cluster, network }: Settings): Problem[] {
  return cluster.cloud === "existing" && cluster.policyEngine === "none" && network.isolation.enabled
    ? [
        {
          path: "cluster.policyEngine",
          value: "none",
          reason: "enforces no NetworkPolicy, so a process that avoids its sidecar could reach everything",
          instead: "Install Calico, or set network.isolation.enabled to false and see in `access` what that opens",
        },
      ]
    : [];
}

function rootNamespace({ mesh }: Settings): string {
  return mesh.kind === "istio" ? mesh.namespace : "istio-system";
}

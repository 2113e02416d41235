import { closest } from "fastest-levenshtein";
import { firewallProblems } from "./cloudNetwork.js";
import { databaseRanges } from "./cluster.js";
import { collisions, databaseProblems } from "./databaseChecks.js";
import { ingressProblems } from "./ingress.js";
import { mutualTlsProblems } from "./mutualTls.js";
import { networkProblems } from "./network.js";
import type { Problem } from "./problem.js";
import { roleProblems } from "./rbac.js";
import { provisionProblems } from "./provision.js";
import type { Settings } from "./schema.js";
import { workloadProblems } from "./workloads.js";

/** Clouds a mesh runs on, and why it does not run on others. */
const homes: Record<Settings["mesh"]["kind"], { clouds: string[]; why: string }> = {
  istio: { clouds: ["gke", "ack", "existing"], why: "" },
  asm: { clouds: ["ack"], why: "is Alibaba Cloud's mesh, which takes ACK clusters" },
  "cloud-service-mesh": { clouds: ["gke"], why: "is Google's managed mesh, which takes GKE clusters of a fleet" },
};

/** What no single key can know. */
export function crossProblems(settings: Settings): Problem[] {
  return [
    ...homeless(settings),
    ...fleetless(settings),
    ...provisionProblems(settings.databases, settings.cluster),
    ...(settings.cluster.cloud === "existing"
      ? []
      : firewallProblems(settings.databases, databaseRanges(settings.cluster))),
    ...settings.databases.flatMap((db, i) => databaseProblems(db, `databases[${i}]`, { meshKind: settings.mesh.kind })),
    ...collisions(settings.databases, {
      dnsCapture: settings.mesh.dnsCapture,
      sharedPort: settings.gateway.sharedPort,
    }),
    ...strangers(settings),
    ...networkProblems(settings.network, {
      isolated: isolatedNamespaces(settings),
      mutualTls: settings.mutualTls,
    }),
    ...mutualTlsProblems({ rootNamespace: rootNamespace(settings), ...settings.mutualTls }),
    ...ingressProblems(settings.ingress, { meshKind: settings.mesh.kind, namespaces: settings.namespaces }),
    ...workloadProblems(settings.workloads, namespaceNames(settings)),
    ...settings.rbac.flatMap((role, i) => roleProblems(role, `rbac[${i}]`)),
    ...unenforced(settings),
    ...gatewayPlace(settings),
  ];
}

function homeless({ cluster, mesh }: Settings): Problem[] {
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

/** Namespaces that are used but not listed: a misspelled one would be opened for nobody. */
function strangers({ namespaces, databases }: Settings): Problem[] {
  const known = namespaces.map(({ name }) => name);
  return databases.flatMap((db, i) =>
    db.clients.flatMap(({ namespace }, j) => {
      const path = `databases[${i}].clients[${j}].namespace`;
      const listed = namespaces.find(({ name }) => name === namespace);
      if (!listed)
        return [
          {
            path,
            value: namespace,
            reason: "is not among `namespaces`",
            instead: known.length
              ? `Did you mean ${closest(namespace, known)}? Otherwise list it there`
              : "List it there",
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
  if (gateway.namespace === undefined) return [];
  if (mesh.kind === "asm" && gateway.namespace !== "istio-system")
    return [
      {
        path: "gateway.namespace",
        value: gateway.namespace,
        reason: "cannot hold a gateway of ASM, which keeps them in istio-system",
        instead: "Leave it out",
      },
    ];
  const index = namespaces.findIndex(({ name }) => name === gateway.namespace);
  return index < 0
    ? []
    : [
        {
          path: `namespaces[${index}].name`,
          value: gateway.namespace,
          reason: "is the gateway's own namespace, where workloads would share its permissions",
          instead: "Leave it out, or move the gateway",
        },
      ];
}

/** Namespaces with a default deny: the gateway's always is one. */
function isolatedNamespaces({ network, namespaces, gateway }: Settings): string[] {
  return [...(network.isolation.namespaces ?? namespaces.map(({ name }) => name)), gateway.namespace ?? "istio-egress"];
}

/** Policies that nothing enforces would be promises nobody keeps. */
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

function namespaceNames({ namespaces }: Settings): string[] {
  return namespaces.map(({ name }) => name);
}

function rootNamespace({ mesh }: Settings): string {
  return mesh.kind === "istio" ? mesh.namespace : "istio-system";
}

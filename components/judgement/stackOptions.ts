import { clusterNetwork, gatewayRanges, workloadRanges } from "../../settings/cluster.js";
import { fleetTrustDomain, scopesGateways } from "../../settings/mesh.js";
import type { DatabaseSettings } from "../../settings/databases.js";
import type { Settings } from "../../settings/schema.js";
import { trafficModes } from "../../settings/trafficModes.js";
import { hostOf } from "../egress/databaseEgress.js";
import type { AnalysisOptions, DatabaseOption, ExistingWorkload } from "mesh-access";

/** What a stack's settings tell the analysis beyond its manifests. */
export function optionsOfStack(settings: Settings): AnalysisOptions {
  const { mesh, cluster, databases } = settings;
  const { policyEngine } = clusterNetwork(cluster);
  return {
    mesh: {
      kind: mesh.kind,
      outboundTrafficPolicy: mesh.outboundTrafficPolicy,
      dnsCapture: mesh.dnsCapture,
      trustDomain:
        mesh.kind === "cloud-service-mesh" && cluster.cloud === "gke"
          ? fleetTrustDomain(cluster.project)
          : mesh.trustDomain,
      scopeGatewayToNamespace: scopesGateways(mesh),
      rootNamespace: mesh.kind === "istio" ? mesh.namespace : "istio-system",
    },
    databases: databases.flatMap((db): DatabaseOption[] => {
      const shared = {
        name: db.name,
        port: db.port,
        protocol: db.protocol,
        tls: trafficModes[db.trafficMode].wire === "tls",
        applicationTls: applicationTlsOf(db),
        // A database made with the stack admits the gateway's ranges and nobody else.
        ...(db.provision ? { allowList: gatewayRanges(cluster) } : {}),
      };
      // What the settings say of a cluster by its name holds for every host that it returns.
      return [
        { ...shared, host: hostOf(db, settings.gateway.tenant), addresses: db.addresses },
        ...(db.brokers ?? []).map((host) => ({ ...shared, host })),
      ];
    }),
    existing: [...declaredWorkloads(settings), ...clientsOf(settings), ...others(settings)],
    clientAddresses: workloadRanges(cluster),
    policyEngine: policyEngine === "none" ? undefined : policyEngine,
  };
}

/** Workloads that run in the cluster already, as the settings describe them. */
function declaredWorkloads({ workloads }: Settings): ExistingWorkload[] {
  return workloads.flatMap((workload) => {
    if (workload.kind !== "existing") return [];
    const { namespace, name, serviceAccount, labels } = workload;
    return [{ namespace, name, serviceAccount, labels }];
  });
}

/** Clients of databases: of most a stack knows the namespace and the service account alone. */
function clientsOf({ databases }: Settings): ExistingWorkload[] {
  return databases.flatMap(({ clients }) =>
    clients.flatMap(({ namespace, serviceAccounts }): ExistingWorkload[] =>
      serviceAccounts ? serviceAccounts.map((serviceAccount) => ({ namespace, serviceAccount })) : [{ namespace }],
    ),
  );
}

/** Workloads of others in namespaces that exist: of each namespace one stands for all that nothing names. */
function others({ namespaces }: Settings): ExistingWorkload[] {
  return namespaces.flatMap(({ name, management }) => (management === "create" ? [] : [{ namespace: name }]));
}

/** Whether the application speaks TLS of its own inside TCP, as far as the settings know. */
function applicationTlsOf({
  applicationTls,
  protocol,
  provision,
  trafficMode,
}: DatabaseSettings): DatabaseOption["applicationTls"] {
  if (trafficModes[trafficMode].encryptsUpstream === "gateway") return "never";
  return applicationTls !== undefined || protocol === "tls" || provision?.requireTls ? "always" : undefined;
}

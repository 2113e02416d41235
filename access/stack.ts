import { unknownHost } from "../settings/provision.js";
import type { Settings } from "../settings/schema.js";
import { trafficModes } from "../settings/trafficModes.js";
import type { AnalysisOptions, DatabaseOption } from "./model.js";

/** What a stack's settings tell the analysis beyond its manifests. */
export function optionsOfStack(settings: Settings): AnalysisOptions {
  const { mesh, cluster, databases } = settings;
  const { outboundTrafficPolicy, trustDomain, dnsCapture } = mesh;
  const gatewayRanges = cluster.cloud === "ack" ? cluster.zones.map(({ gateway }) => gateway) : undefined;
  return {
    mesh: {
      outboundTrafficPolicy,
      trustDomain,
      dnsCapture,
      rootNamespace: mesh.kind === "istio" ? mesh.namespace : "istio-system",
    },
    databases: databases.map((db): DatabaseOption => ({
      name: db.name,
      host: db.host ?? unknownHost(db.name),
      port: db.port,
      protocol: db.protocol,
      tls: trafficModes[db.trafficMode].wire === "tls",
      addresses: db.addresses,
      // A database made with the stack admits the gateway's ranges and nobody else.
      ...(db.provision && gatewayRanges ? { allowList: gatewayRanges } : {}),
    })),
    clientAddresses: [cluster.podCidr],
    policyEngine: policyEngine(settings),
  };
}

function policyEngine({ cluster }: Settings): AnalysisOptions["policyEngine"] {
  switch (cluster.cloud) {
    case "existing":
      return cluster.policyEngine === "none" ? undefined : cluster.policyEngine;
    case "ack":
      return "terway";
    default:
      return undefined;
  }
}

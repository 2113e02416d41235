import { addresses } from "../host/index.js";
import type { Config } from "./scenario.js";

/** A stack's config made fit for the lab, and what was replaced, for the report. */
export interface Fitted {
  config: Config;
  replaced: string[];
}

type Settings = Record<string, unknown>;

/** Keys that every mesh kind knows. */
const meshKeys = ["outboundTrafficPolicy", "dnsCapture", "accessLog", "trustDomain"];

/**
 * The seam between a stack and the lab. It replaces what only a cloud can make, namely cluster, managed mesh and managed
 * databases, and nothing else: every other setting reaches the program as the stack file has it.
 */
export function onLabCluster(config: Config): Fitted {
  const replaced: string[] = [];
  const fitted = {
    ...config,
    cluster: cluster(config["cluster"] as Settings, replaced),
    mesh: mesh(config["mesh"] as Settings, replaced),
    ...(Array.isArray(config["databases"])
      ? { databases: databases(config["databases"] as Settings[], replaced) }
      : {}),
    ...(config["ingress"] ? { ingress: ingress(config["ingress"] as Settings, replaced) } : {}),
  };
  return { config: fitted, replaced };
}

function cluster(given: Settings, replaced: string[]): Settings {
  if (given["cloud"] !== "existing") replaced.push(`cluster.cloud ${String(given["cloud"])}: the lab's own cluster`);
  const { pods: podCidr, services: serviceCidr } = addresses;
  return { cloud: "existing", podCidr, serviceCidr, policyEngine: "calico" };
}

function mesh(given: Settings, replaced: string[]): Settings {
  if (given["kind"] === "istio") return given;
  replaced.push(`mesh.kind ${String(given["kind"])}: Istio from its charts`);
  return { kind: "istio", ...Object.fromEntries(Object.entries(given).filter(([key]) => meshKeys.includes(key))) };
}

function databases(given: Settings[], replaced: string[]): Settings[] {
  return given.map(({ provision, ...database }) => {
    if (provision) replaced.push(`databases ${String(database["name"])}.provision: a server outside the cluster`);
    return database;
  });
}

/** A managed mesh makes its ingress gateway itself; here the stack must. */
function ingress(given: Settings, replaced: string[]): Settings {
  const gateway = (given["gateway"] ?? {}) as Settings;
  const created = gateway["create"] === true;
  if (!created) replaced.push("ingress.gateway: created, for no managed mesh is there to bring one");
  return { ...given, gateway: { ...gateway, create: true, type: "ClusterIP" } };
}

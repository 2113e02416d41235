import { addresses } from "../host/labHost.js";
import { chartRepository } from "../mesh/chartRepository.js";
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
    ...withIngressGateway(withOwnEngine(config, replaced), replaced),
    cluster: cluster(config["cluster"] as Settings, replaced),
    mesh: mesh(config["mesh"] as Settings, replaced),
    ...(Array.isArray(config["databases"])
      ? { databases: databases(config["databases"] as Settings[], replaced) }
      : {}),
  };
  return { config: fitted, replaced };
}

function cluster(given: Settings, replaced: string[]): Settings {
  if (given["cloud"] !== "existing") replaced.push(`cluster.cloud ${String(given["cloud"])}: the lab's own cluster`);
  const { pods: podCidr, services: serviceCidr } = addresses;
  return { cloud: "existing", podCidr, serviceCidr, policyEngine: "calico" };
}

function mesh(given: Settings, replaced: string[]): Settings {
  const own = { repository: chartRepository };
  replaced.push("mesh.repository: the same charts, which the lab serves");
  if (given["kind"] === "istio") return { ...given, ...own };
  replaced.push(`mesh.kind ${String(given["kind"])}: Istio from its charts`);
  const kept = Object.entries(given).filter(([key]) => meshKeys.includes(key));
  return { kind: "istio", ...Object.fromEntries(kept), ...own };
}

function databases(given: Settings[], replaced: string[]): Settings[] {
  return given.map(({ provision, ...database }) => {
    if (provision) replaced.push(`databases ${String(database["name"])}.provision: a server outside the cluster`);
    return database;
  });
}

/** Policies for the whole cluster are Calico's in the lab, whichever engine holds them elsewhere. */
function withOwnEngine(config: Config, replaced: string[]): Config {
  const network = config["network"] as { globalIsolation?: Settings } | undefined;
  if (!network?.globalIsolation?.["poseidonInstalled"]) return config;
  replaced.push("network.globalIsolation.poseidonInstalled: the lab's Calico");
  const { poseidonInstalled: _, ...globalIsolation } = network.globalIsolation;
  return { ...config, network: { ...network, globalIsolation } };
}

/** Where the lab puts an ingress gateway that a managed mesh would bring. */
const ingressNamespace = "istio-ingress";

/**
 * A managed mesh makes its ingress gateway itself, in its root namespace; here the stack must, in a namespace with
 * injection. What the stack says of the gateway's namespace moves with it.
 */
function withIngressGateway(config: Config, replaced: string[]): Config {
  const ingress = config["ingress"] as { gateway?: Settings } | undefined;
  if (!ingress) return config;
  // The lab gives addresses, so that what waits for one can be seen to get it.
  if (ingress.gateway?.["create"] === true) return { ...config, ingress: { ...ingress, waitForAddress: true } };
  const gateway = { ...ingress.gateway, create: true };
  replaced.push(`ingress.gateway: created, in ${ingressNamespace}; a managed mesh brings one`);
  const namespaces = [...(config["namespaces"] as object[]), { name: ingressNamespace, podSecurity: "restricted" }];
  return {
    ...config,
    namespaces,
    ingress: { ...ingress, waitForAddress: true, gateway: { ...gateway, namespace: ingressNamespace } },
    network: movedTo(ingressNamespace, (config["network"] ?? {}) as Network),
  };
}

interface Network {
  flows?: { from: { namespace: string; labels?: Record<string, string> } }[];
  globalIsolation?: { enabled?: boolean; exceptNamespaces?: string[] };
}

function movedTo(namespace: string, network: Network): Network {
  const { flows = [], globalIsolation } = network;
  return {
    ...network,
    flows: flows.map((flow) =>
      flow.from.labels?.["istio"] === "ingressgateway" ? { ...flow, from: { ...flow.from, namespace } } : flow,
    ),
    ...(globalIsolation
      ? {
          globalIsolation: {
            ...globalIsolation,
            exceptNamespaces: [...(globalIsolation.exceptNamespaces ?? []), namespace],
          },
        }
      : {}),
  };
}

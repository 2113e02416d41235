import { existsSync, readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { KubeConfig } from "@kubernetes/client-node";
import { Cluster } from "./cluster.js";
import { HelmReleaseType } from "./helmRelease.js";
import { ObjectType } from "./object.js";
import { reveal, type Properties } from "./properties.js";
import { serveProvider, type ProviderSession, type RunningProvider } from "./protocol.js";

export interface KubernetesProviderOptions {
  /** The helm command; without it a stack with a Helm release fails. */
  helm?: string;
  /** Chart name to local chart directory, for no chart repository can be reached. */
  charts?: Record<string, string>;
  /** Used by resources without an explicit provider: a path or the content. */
  kubeconfig?: string;
  /** Whether something in the cluster gives LoadBalancer Services an address. @default false */
  hasLoadBalancers?: boolean;
  /** 0 takes a free port. @default 0 */
  port?: number;
}

/** Serves the Kubernetes provider to an engine started with `PULUMI_DEBUG_PROVIDERS=kubernetes:<port>`. */
export async function startKubernetesProvider(options: KubernetesProviderOptions = {}): Promise<RunningProvider> {
  const clusters = new Map<string, Promise<Cluster>>();
  const running = await serveProvider({
    port: options.port ?? 0,
    configure: (settings) => configure(reveal(settings), options, clusters),
    replacedBy: replacedSettings,
  });
  const close = async () => {
    await running.close();
    for (const cluster of clusters.values()) (await cluster).close();
  };
  return { port: running.port, close };
}

/** Provider instances of one cluster share its connections and what discovery found. */
async function configure(
  settings: Properties,
  options: KubernetesProviderOptions,
  clusters: Map<string, Promise<Cluster>>,
): Promise<ProviderSession> {
  const text = kubeconfigText(settings["kubeconfig"] ?? options.kubeconfig ?? process.env["KUBECONFIG"]);
  const namespace = typeof settings["namespace"] === "string" ? settings["namespace"] : undefined;
  const context = typeof settings["context"] === "string" ? settings["context"] : undefined;
  const key = createHash("sha256")
    .update(JSON.stringify([text, namespace, context]))
    .digest("hex");
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromString(text);
  if (context !== undefined) kubeconfig.setCurrentContext(context);
  const cluster = await (clusters.get(key) ?? clusters.set(key, Cluster.connect(kubeconfig, namespace)).get(key));
  if (!cluster) throw new Error("The cluster is not connected.");
  const objects = new ObjectType({
    cluster,
    forcesConflicts: isOn(settings["enablePatchForce"]),
    adoptsExisting: isOn(settings["upsertExistingObjects"]),
    configMapsAreMutable: isOn(settings["enableConfigMapMutable"]),
    secretsAreMutable: isOn(settings["enableSecretMutable"]),
    deletesUnreachable: isOn(settings["deleteUnreachable"]),
    hasLoadBalancers: options.hasLoadBalancers ?? false,
  });
  const releases = new HelmReleaseType({
    helm: options.helm ?? "helm",
    charts: options.charts ?? {},
    kubeconfig: kubeconfig.exportConfig(),
    defaultNamespace: cluster.defaultNamespace,
  });
  return { typeFor: (type) => (type === "kubernetes:helm.sh/v3:Release" ? releases : objects) };
}

function kubeconfigText(kubeconfig: unknown): string {
  if (typeof kubeconfig !== "string" || kubeconfig === "") {
    throw new Error("No kubeconfig: give it to the provider, or set KUBECONFIG.");
  }
  return !kubeconfig.includes("\n") && existsSync(kubeconfig) ? readFileSync(kubeconfig, "utf8") : kubeconfig;
}

/** Settings whose change means another cluster, and so another copy of everything in it. */
function replacedSettings(before: Properties, after: Properties): string[] {
  if (before["clusterIdentifier"] !== undefined && after["clusterIdentifier"] !== undefined) {
    return before["clusterIdentifier"] === after["clusterIdentifier"] ? [] : ["clusterIdentifier"];
  }
  return serverOf(before) === serverOf(after) ? [] : ["kubeconfig"];
}

function serverOf(settings: Properties): string | undefined {
  try {
    const kubeconfig = new KubeConfig();
    kubeconfig.loadFromString(kubeconfigText(settings["kubeconfig"]));
    if (typeof settings["context"] === "string") kubeconfig.setCurrentContext(settings["context"]);
    return kubeconfig.getCurrentCluster()?.server;
  } catch {
    return undefined; // not known yet, or from the environment
  }
}

/** The SDK passes booleans of a provider as JSON text. */
function isOn(setting: unknown): boolean {
  return setting === true || setting === "true";
}

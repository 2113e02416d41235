import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { startInventedCloud, startKubernetesProvider, type RunningProvider } from "../provider/index.js";

export interface ProvidersOptions {
  /** The cluster everything is deployed to. */
  kubeconfigPath: string;
  /** The helm command. */
  helm: string;
  /** Chart name to local chart directory. */
  charts: Record<string, string>;
  /** What an invented database instance says its host name is. */
  databaseHost?: string;
  /** Whether something in the cluster gives LoadBalancer Services an address. @default false */
  hasLoadBalancers?: boolean;
  /** Where the engine looks for installed plug-ins. @default ~/.pulumi, as the engine has it */
  pulumiHome?: string;
}

/** Something of a user's deployment that the lab has to replace, for its report. */
export interface Substitute {
  what: string;
  by: string;
}

/** Providers for a stack's engine: give `providerPorts` and `pulumiHome` to `openStack`. */
export interface Providers {
  providerPorts: Record<string, number>;
  /** Set when a plug-in from there is used. */
  pulumiHome?: string;
  /** What stands in for what. */
  substitutes: Substitute[];
  close(): Promise<void>;
}

/** Starts what the installed plug-ins do not offer: a Kubernetes provider, unless the official one is there, and the clouds. */
export async function startProviders(options: ProvidersOptions): Promise<Providers> {
  const { databaseHost, pulumiHome = join(homedir(), ".pulumi") } = options;
  const cloud = await startInventedCloud({ kubeconfig: await readFile(options.kubeconfigPath, "utf8"), databaseHost });
  const isInstalled = await hasOfficialPlugin(pulumiHome);
  const kubernetes = isInstalled
    ? undefined
    : await startKubernetesProvider({ ...options, kubeconfig: options.kubeconfigPath });
  const started: RunningProvider[] = kubernetes ? [cloud, kubernetes] : [cloud];
  const clouds = { gcp: cloud.port, alicloud: cloud.port };
  return {
    providerPorts: kubernetes ? { ...clouds, kubernetes: kubernetes.port } : clouds,
    ...(isInstalled ? { pulumiHome } : {}),
    substitutes: [cloudSubstitute, ...(kubernetes ? kubernetesSubstitutes(options.charts) : [])],
    close: async () => {
      await Promise.all(started.map((provider) => provider.close()));
    },
  };
}

const cloudSubstitute: Substitute = {
  what: "resources of Google Cloud and Alibaba Cloud",
  by: "ids and outputs made up by lab/provider/inventedCloud.ts; their clusters and meshes are the lab's API server",
};

function kubernetesSubstitutes(charts: Record<string, string>): Substitute[] {
  return [
    {
      what: "the official Kubernetes provider plug-in",
      by: "lab/provider, over the same protocol, applying server-side",
    },
    { what: "chart repositories", by: `charts of the pinned Istio module: ${Object.keys(charts).sort().join(", ")}` },
  ];
}

/** Whether the plug-in that belongs to the program's Kubernetes SDK is installed. */
async function hasOfficialPlugin(pulumiHome: string): Promise<boolean> {
  const { version } = createRequire(import.meta.url)("@pulumi/kubernetes/package.json") as { version: string };
  const plugins = await readdir(join(pulumiHome, "plugins")).catch((): string[] => []);
  return plugins.includes(`resource-kubernetes-v${version}`);
}

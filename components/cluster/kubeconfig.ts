import { readYaml } from "mesh-access/yaml";

interface Kubeconfig {
  clusters?: { cluster?: object }[];
}

/**
 * A kubeconfig with another address of the same API server. Alibaba Cloud's provider asks for one address always, whichever
 * of the two is open.
 *
 * @param server URL of the API server
 * @throws Error when the text is not a kubeconfig. What it holds is not shown.
 */
export function atServer(kubeconfig: string, server: string): string {
  const config = readYaml(kubeconfig).value as Kubeconfig | undefined;
  if (!config?.clusters?.length) throw new Error("The cloud returned a kubeconfig without a cluster.");
  const clusters = config.clusters.map((entry) => ({ ...entry, cluster: { ...entry.cluster, server } }));
  return JSON.stringify({ ...config, clusters });
}

import { AppsV1Api, CustomObjectsApi, KubeConfig, type V1Deployment } from "@kubernetes/client-node";
import type { LabHost } from "../host/labHost.js";

const lookEveryMs = 500;
const rootNamespace = "istio-system";

/** A gateway as ASM's API server has it; `clusterIds` names the clusters that run it. */
interface IstioGateway {
  metadata: { name: string };
  spec: {
    clusterIds?: string[];
    replicaCount?: number;
    podLabels?: Record<string, string>;
    nodeSelector?: Record<string, string>;
    tolerations?: object[];
  };
}

/**
 * Stands in for ASM's operator: each IstioGateway of the mesh becomes a Deployment of the cluster, as long as the mesh is there.
 *
 * @param clusterId id of the cluster that is in the mesh now
 */
export function startAsmOperator(
  host: LabHost,
  servers: { cluster: string; mesh: string },
  clusterId: () => string | undefined,
): void {
  const [cluster, mesh] = [servers.cluster, servers.mesh].map((file) => {
    const config = new KubeConfig();
    config.loadFromFile(file);
    return config;
  }) as [KubeConfig, KubeConfig];
  const apps = cluster.makeApiClient(AppsV1Api);
  const custom = mesh.makeApiClient(CustomObjectsApi);
  let isBusy = false;
  const look = async (): Promise<void> => {
    const id = clusterId();
    if (id === undefined || isBusy) return;
    isBusy = true;
    await reconcile(apps, custom, id).catch(() => undefined); // no such kind yet, or no such namespace: the next look
    isBusy = false;
  };
  const timer = setInterval(() => void look(), lookEveryMs);
  host.onClose(() => clearInterval(timer));
}

async function reconcile(apps: AppsV1Api, custom: CustomObjectsApi, clusterId: string): Promise<void> {
  const kind = {
    group: "istio.alibabacloud.com",
    version: "v1beta1",
    plural: "istiogateways",
    namespace: rootNamespace,
  };
  const { items } = (await custom.listNamespacedCustomObject(kind)) as { items: IstioGateway[] };
  const wanted = items.filter(({ spec }) => spec.clusterIds?.includes(clusterId)).map(deploymentOf);
  const { items: found } = await apps.listNamespacedDeployment({ namespace: rootNamespace, labelSelector: managed });
  const nameOf = ({ metadata }: V1Deployment) => metadata?.name ?? "";
  const names = found.map(nameOf);
  for (const body of wanted)
    if (!names.includes(nameOf(body))) await apps.createNamespacedDeployment({ namespace: rootNamespace, body });
  for (const name of names)
    if (!wanted.some((each) => nameOf(each) === name))
      await apps.deleteNamespacedDeployment({ name, namespace: rootNamespace });
}

const managed = "lab/made-by=asm";

function deploymentOf({ metadata: { name }, spec }: IstioGateway): V1Deployment {
  const labels = { ...spec.podLabels, "lab/made-by": "asm" };
  const { nodeSelector, tolerations } = spec;
  const containers = [{ name: "istio-proxy", image: "registry.example.com/acs/proxyv2" }];
  return {
    metadata: { name: `istio-${name}`, labels: { "lab/made-by": "asm" } },
    spec: {
      replicas: spec.replicaCount ?? 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers, nodeSelector, tolerations } },
    },
  };
}

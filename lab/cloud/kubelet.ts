import { AdmissionregistrationV1Api, CoreV1Api, KubeConfig, makeInformer, type V1Pod } from "@kubernetes/client-node";
import type { LabHost } from "../host/labHost.js";
import { podRangeAnnotation } from "./site.js";

const relistAfterMs = 300;

/**
 * Stands in for the nodes of an invented cloud: pods that are placed on one are running and ready at once, with an address
 * of the range that the cloud gave the node. Nothing runs.
 */
export async function startKubelet(host: LabHost, kubeconfigPath: string): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  const core = config.makeApiClient(CoreV1Api);
  const pods = new Pods(core, config.makeApiClient(AdmissionregistrationV1Api));
  let isStopped = false;
  const informer = makeInformer<V1Pod>(config, "/api/v1/pods", () => core.listPodForAllNamespaces());
  const look = (pod: V1Pod) => void pods.look(pod).catch(() => undefined); // gone or changed meanwhile: heard of again
  informer.on("add", look);
  informer.on("update", look);
  informer.on("error", () => {
    if (!isStopped) setTimeout(() => void informer.start(), relistAfterMs);
  });
  host.onClose(async () => {
    isStopped = true;
    await informer.stop();
  });
  await informer.start();
}

class Pods {
  private given = 10;

  constructor(
    private readonly core: CoreV1Api,
    private readonly admission: AdmissionregistrationV1Api,
  ) {}

  async look(pod: V1Pod): Promise<void> {
    const { name = "", namespace = "", deletionTimestamp } = pod.metadata ?? {};
    if (deletionTimestamp) {
      await this.core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 });
      return;
    }
    const node = pod.spec?.nodeName;
    if (!node || pod.status?.phase === "Running") return;
    const podIP = await this.addressOn(node);
    await this.core.patchNamespacedPodStatus({ name, namespace, body: patchOf(pod, podIP) });
    if (pod.metadata?.labels?.["app"] === "istiod") await this.injectsNothing();
  }

  /** No istiod runs, so nothing answers its webhooks: pods come up as they are written. */
  private async injectsNothing(): Promise<void> {
    const { items } = await this.admission.listMutatingWebhookConfiguration({ labelSelector: "app=sidecar-injector" });
    for (const { metadata, webhooks = [] } of items) {
      const body = webhooks.map((_, index) => ({
        op: "replace",
        path: `/webhooks/${index}/failurePolicy`,
        value: "Ignore",
      }));
      await this.admission.patchMutatingWebhookConfiguration({ name: metadata?.name ?? "", body });
    }
  }

  private async addressOn(node: string): Promise<string> {
    const { metadata } = await this.core.readNode({ name: node });
    const range = metadata?.annotations?.[podRangeAnnotation];
    if (!range) throw new Error(`Node ${node} has no range for pods.`);
    this.given = (this.given + 1) % 250;
    return `${range.split(".").slice(0, 3).join(".")}.${this.given}`;
  }
}

function patchOf(pod: V1Pod, podIP: string): object[] {
  const now = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  const types = ["PodScheduled", "Initialized", "ContainersReady", "Ready"];
  const conditions = types.map((type) => ({ type, status: "True", lastTransitionTime: now }));
  const running = { running: { startedAt: now } };
  const statusOf = ({ name, image = "" }: { name: string; image?: string }) => ({
    ...{ name, image, imageID: image, ready: true, started: true, restartCount: 0, state: running },
  });
  const containerStatuses = (pod.spec?.containers ?? []).map(statusOf);
  const value = { phase: "Running", conditions, podIP, podIPs: [{ ip: podIP }], startTime: now, containerStatuses };
  return [{ op: "replace", path: "/status", value }];
}

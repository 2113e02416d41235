import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CoreV1Api,
  KubeConfig,
  makeInformer,
  type Informer,
  type KubernetesObject,
  type ObjectCache,
  type V1Pod,
} from "@kubernetes/client-node";
import { addresses, nodeName, type LabHost } from "../host/labHost.js";
import { imageFor } from "../images/imagePrograms.js";
import type { ExecOptions, ExecResult } from "./container.js";
import { authoritiesFile, logFile, PodWorker, type PodHost, type PodRef } from "./pod.js";
import { PodAddresses } from "./podAddresses.js";
import { Slots } from "./slots.js";

export type { ExecOptions, ExecResult } from "./container.js";
export type { PodRef } from "./pod.js";

/** Starting a proxy takes most of a core for a second: more at once would only make all of them late. */
const startsAtOnce = 6;
/** A proxy drains for 5 s; whoever takes longer than this is not worth waiting for. */
const longestGraceMs = 8_000;
const relistAfterMs = 300;
const tokenCheckMs = 30_000;

/** Does for the lab's node what a kubelet, a network plug-in and a container runtime do together. */
export class NodeAgent {
  private readonly workers = new Map<string, PodWorker>();
  private readonly informers: Informer<KubernetesObject>[] = [];
  private readonly pods: Informer<V1Pod> & ObjectCache<V1Pod>;
  private readonly tokenTimer: NodeJS.Timeout;
  private stopped = false;

  private constructor(
    private readonly config: KubeConfig,
    private readonly host: PodHost,
  ) {
    const { core } = host;
    this.pods = this.inform("/api/v1/pods", () => core.listPodForAllNamespaces());
    const configMaps = this.inform("/api/v1/configmaps", () => core.listConfigMapForAllNamespaces());
    const secrets = this.inform("/api/v1/secrets", () => core.listSecretForAllNamespaces());
    for (const verb of ["add", "update"] as const) this.pods.on(verb, (pod) => this.podChanged(pod));
    this.pods.on("delete", (pod) => this.podGone(pod));
    configMaps.on("update", (changed) => this.contentChanged("configMap", changed));
    secrets.on("update", (changed) => this.contentChanged("secret", changed));
    this.tokenTimer = setInterval(() => this.renewTokens(), tokenCheckMs);
  }

  /**
   * Starts serving the node: from now on its pods run.
   * @param authorities certificate files, PEM, of authorities that pods trust beside the machine's own
   */
  static async start(lab: LabHost, kubeconfigPath: string, authorities: string[] = []): Promise<NodeAgent> {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfigPath);
    const [folder, logs] = [join(lab.folder, "pods"), join(lab.logs, "pods")];
    for (const path of [folder, logs]) await mkdir(path, { recursive: true });
    const host: PodHost = {
      core: config.makeApiClient(CoreV1Api),
      address: addresses.node,
      folder,
      logs,
      dns: { service: addresses.dnsService, domain: "cluster.local" },
      addresses: new PodAddresses(addresses.pods),
      starting: new Slots(startsAtOnce),
      longestGraceMs,
      trustedAuthorities: await writeAuthorities(folder, authorities),
      environment: kubernetesService(addresses.kubernetesService),
      imageFor: (reference) => imageFor(reference, lab.servers),
    };
    const agent = new NodeAgent(config, host);
    await Promise.all(agent.informers.map((informer) => informer.start()));
    return agent;
  }

  /** The pods of a namespace that carry all these labels and are not on their way out. */
  podsOf(namespace: string, labels: Record<string, string> = {}): V1Pod[] {
    return this.listed(namespace, labels).filter(({ metadata }) => !metadata?.deletionTimestamp);
  }

  /** The same, with those on their way out: what Kubernetes lists. */
  listed(namespace: string, labels: Record<string, string> = {}): V1Pod[] {
    const carries = ({ metadata }: V1Pod) =>
      Object.entries(labels).every(([key, value]) => metadata?.labels?.[key] === value);
    return this.pods.list(namespace).filter(carries);
  }

  /** Waits until exactly this many such pods exist and all are ready; returns them. */
  async waitReady(
    namespace: string,
    labels: Record<string, string>,
    { replicas = 1, timeoutMs = 60_000 }: { replicas?: number; timeoutMs?: number } = {},
  ): Promise<V1Pod[]> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const pods = this.podsOf(namespace, labels);
      if (pods.length === replicas && pods.every(isReady)) return pods;
      if (performance.now() > deadline) throw new Error(whyNotReady(namespace, labels, replicas, pods, timeoutMs));
      await sleep(50);
    }
  }

  /**
   * Runs a command in a container of a pod (its first by default): with its files, its variables, its network.
   * `"netns"` instead of a container's name gives the pod's network and resolver, with the machine's files.
   */
  async exec(
    pod: PodRef,
    container: string | undefined,
    command: string[],
    options: ExecOptions = {},
  ): Promise<ExecResult> {
    return this.worker(pod).exec(container, command, options);
  }

  /** All a container has written so far, in every run of it; also of a pod that is gone. */
  async logs(pod: PodRef, container: string): Promise<string> {
    return readFile(logFile(this.host.logs, pod, container), "utf8").catch(() => "");
  }

  /** Ends the programs of a container, or of the whole pod, at once. They are started again as after a crash. */
  kill(pod: PodRef, container?: string): void {
    this.worker(pod).kill(container);
  }

  /** Ends every pod at once and stops watching. The API server is told nothing. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.tokenTimer);
    await Promise.all(this.informers.map((informer) => informer.stop()));
    await Promise.all([...this.workers.values()].map((worker) => worker.abandon()));
  }

  private worker({ namespace = "default", name = "" }: PodRef): PodWorker {
    const uid = this.pods.get(name, namespace)?.metadata?.uid ?? "";
    const worker = this.workers.get(uid);
    if (!worker)
      throw new Error(`The node runs no pod ${namespace}/${name}. It may have been replaced: ask podsOf again.`);
    return worker;
  }

  private inform<T extends KubernetesObject>(
    path: string,
    list: () => Promise<{ metadata?: object; items: T[] }>,
  ): Informer<T> & ObjectCache<T> {
    const informer = makeInformer<T>(this.config, path, list);
    // The API server may be restarting. The list that follows brings what was missed meanwhile.
    informer.on("error", () => {
      if (!this.stopped) setTimeout(() => void informer.start(), relistAfterMs);
    });
    this.informers.push(informer as unknown as Informer<KubernetesObject>);
    return informer;
  }

  private podChanged(pod: V1Pod): void {
    const uid = pod.metadata?.uid ?? "";
    if (pod.spec?.nodeName !== nodeName) return;
    const known = this.workers.get(uid);
    if (!known && isOver(pod)) return;
    const worker = known ?? new PodWorker(pod, this.host);
    if (!known) {
      this.workers.set(uid, worker);
      worker.start();
    } else void worker.update(pod);
    if (pod.metadata?.deletionTimestamp) this.endPod(worker, (pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000);
  }

  private podGone(pod: V1Pod): void {
    const worker = this.workers.get(pod.metadata?.uid ?? "");
    if (worker) this.endPod(worker, 0);
  }

  private endPod(worker: PodWorker, graceMs: number): void {
    void worker.end(graceMs).then(() => this.workers.delete(worker.uid));
  }

  private contentChanged(kind: "configMap" | "secret", { metadata }: KubernetesObject): void {
    for (const worker of this.workers.values()) {
      if (worker.namespace === metadata?.namespace && worker.usesVolumeFrom(kind, metadata?.name ?? "")) {
        void worker.refreshVolumes();
      }
    }
  }

  private renewTokens(): void {
    for (const worker of this.workers.values()) if (worker.tokensDue) void worker.refreshVolumes();
  }
}

/** Whether a pod reports itself ready. */
export function isReady(pod: V1Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

function isOver(pod: V1Pod): boolean {
  return ["Succeeded", "Failed"].includes(pod.status?.phase ?? "");
}

/** The machine's authorities and those of the lab, in one file. */
async function writeAuthorities(folder: string, files: string[]): Promise<string> {
  const bundle = join(folder, "authorities.crt");
  const certificates = await Promise.all([authoritiesFile, ...files].map((file) => readFile(file, "utf8")));
  await writeFile(bundle, certificates.join("\n"));
  return bundle;
}

/** The variables by which programs in pods find the API server. */
function kubernetesService(address: string): Record<string, string> {
  return { KUBERNETES_SERVICE_HOST: address, KUBERNETES_SERVICE_PORT: "443", KUBERNETES_SERVICE_PORT_HTTPS: "443" };
}

function whyNotReady(
  namespace: string,
  labels: Record<string, string>,
  replicas: number,
  pods: V1Pod[],
  timeoutMs: number,
): string {
  const selector = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const reasons = pods.filter((pod) => !isReady(pod)).map((pod) => `${pod.metadata?.name}: ${stateOf(pod)}`);
  return [
    `${namespace}: ${pods.length} of ${replicas} pods with ${selector.join(",") || "any label"},`,
    `${pods.length - reasons.length} ready after ${timeoutMs / 1000} s.`,
    ...reasons,
  ].join(" ");
}

function stateOf(pod: V1Pod): string {
  const all = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const waiting = all.filter(({ ready, state }) => !ready && state?.terminated?.exitCode !== 0);
  if (waiting.length === 0) return pod.status?.phase ?? "not seen by the node";
  return waiting
    .map(({ name, state }) => {
      const { reason, message } = state?.waiting ?? { reason: state?.running ? "not ready" : "ended" };
      return [name, reason, message].filter(Boolean).join(" ");
    })
    .join("; ");
}

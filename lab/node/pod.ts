import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { PatchStrategy, setHeaderOptions, type CoreV1Api, type V1Container, type V1Pod } from "@kubernetes/client-node";

import type { Image, ImageFile } from "../images/imagePrograms.js";
import { absentOr, ClusterReader } from "./clusterReader.js";
import {
  Container,
  defaultPath,
  identity,
  runBounded,
  type ExecOptions,
  type ExecResult,
  type Mount,
} from "./container.js";
import { commandLine, containerEnvironment, expand } from "./environment.js";
import { hostsFile, resolvConf } from "./nameResolution.js";
import { createPodNetwork, netnsPath, removePodNetwork } from "./podNetwork.js";
import type { PodAddresses } from "./podAddresses.js";
import { overriddenVariables, PodOverrides } from "./overrides.js";
import { podStatus, type ContainerRole } from "./podStatus.js";
import type { Slots } from "./slots.js";
import { Supervisor, UnknownImage } from "./supervisor.js";
import { isDirectory, PodVolumes } from "./volumes.js";

/** What all pods of the node share. */
export interface PodHost {
  core: CoreV1Api;
  /** The node's own address. */
  address: string;
  /** Folder on a tmpfs for layers and volumes. */
  folder: string;
  /** Folder for what containers write to their output. */
  logs: string;
  dns: { service: string; domain: string };
  addresses: PodAddresses;
  starting: Slots;
  /** Longest time a pod gets to end, whatever its spec grants. */
  longestGraceMs: number;
  /** File with the certificate authorities that programs in pods trust. */
  trustedAuthorities: string;
  /** Variables every container gets, such as the API server's address. */
  environment: Record<string, string>;
  imageFor(reference: string): Image | undefined;
}

/** Names a pod; a `V1Pod`'s metadata is one. */
export interface PodRef {
  namespace?: string;
  name?: string;
}

/** The file that holds what a container of a pod has written. */
export function logFile(folder: string, { namespace = "default", name = "" }: PodRef, container: string): string {
  return join(folder, `${namespace}_${name}`, `${container}.log`);
}

/** A pod that has not started after this time lets the next one begin. */
const startPatienceMs = 5_000;
/** Wait before something that failed, because an object is missing or the API server is away, is tried again. */
const retryMs = 500;

/** Files under /etc that are a pod's own. */
const resolverFiles = ["resolv.conf", "hosts"];

/** Where Debian's programs look for the authorities they trust. */
export const authoritiesFile = "/etc/ssl/certs/ca-certificates.crt";

/** One pod of the node, from its network to its status. */
export class PodWorker {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  private readonly folder: string;
  private readonly cluster: ClusterReader;
  private readonly startTime = new Date();
  private readonly pod: V1Pod;
  private readonly overrides: PodOverrides;
  private readonly volumes: PodVolumes;
  private readonly supervisors: Supervisor[];
  private address: string | undefined;
  private starting: Promise<void> | undefined;
  private ending: Promise<void> | undefined;
  private refreshing: Promise<void> = Promise.resolve();
  private statusWanted = false;
  private statusWriting: Promise<void> | undefined;

  constructor(
    asked: V1Pod,
    private readonly host: PodHost,
  ) {
    this.overrides = new PodOverrides(asked, host.imageFor);
    const pod = (this.pod = this.overrides.pod);
    const { uid = "", namespace = "default", name = "" } = pod.metadata ?? {};
    [this.uid, this.namespace, this.name] = [uid, namespace, name];
    this.folder = join(host.folder, uid);
    this.cluster = new ClusterReader(host.core, namespace);
    this.volumes = new PodVolumes(pod, join(this.folder, "volumes"), this.cluster, this.overrides.rewrite);
    this.supervisors = [
      ...(pod.spec?.initContainers ?? []).map((container) => {
        return this.supervise(container, container.restartPolicy === "Always" ? "sidecar" : "init");
      }),
      ...(pod.spec?.containers ?? []).map((container) => this.supervise(container, "app")),
    ];
  }

  /** Brings the pod up and keeps it until `end`. */
  start(): void {
    this.starting = this.bringUp();
  }

  /** Returns when all its containers were started, or when it is to end. */
  private async bringUp(): Promise<void> {
    const release = await this.host.starting.take();
    const patience = setTimeout(release, startPatienceMs);
    try {
      await this.prepare();
      await this.startContainers();
      void this.endWithContainers();
    } finally {
      clearTimeout(patience);
      release();
    }
  }

  /** Takes over what the API server says of the pod now. */
  async update(pod: V1Pod): Promise<void> {
    const labelled = JSON.stringify([pod.metadata?.labels, pod.metadata?.annotations]);
    const changed = labelled !== JSON.stringify([this.pod.metadata?.labels, this.pod.metadata?.annotations]);
    if (pod.metadata && this.pod.metadata) Object.assign(this.pod.metadata, pod.metadata);
    if (changed && this.address !== undefined) await this.refreshVolumes();
  }

  /** Ends the pod as its spec asks, within the lab's limit, and tells the API server that it is gone. */
  end(graceMs: number): Promise<void> {
    if (this.ending && graceMs === 0) this.kill();
    return (this.ending ??= this.tearDown(Math.min(graceMs, this.host.longestGraceMs)));
  }

  /** Ends the programs of a container, or of all, at once, as a crash would. What is to run is started again. */
  kill(container?: string): void {
    for (const supervisor of this.supervisors) {
      if (container === undefined || supervisor.view.name === container) supervisor.kill();
    }
  }

  /** Ends all its programs at once and leaves the rest as it is. */
  async abandon(): Promise<void> {
    this.ending ??= Promise.resolve();
    await Promise.all(this.supervisors.map((supervisor) => supervisor.stop(0)));
  }

  usesVolumeFrom(kind: "configMap" | "secret", name: string): boolean {
    return this.volumes.uses(kind, name);
  }

  get tokensDue(): boolean {
    return this.volumes.tokensDue;
  }

  /** Brings the volumes up to date, one refresh after another. Where an object is gone they stay as they are, as a kubelet's do. */
  refreshVolumes(): Promise<void> {
    const refresh = async (): Promise<void> => {
      if (!this.ending) await this.volumes.refresh();
    };
    return (this.refreshing = this.refreshing.then(refresh).catch(() => undefined));
  }

  /** Runs a command in a container, by default the first of the pod, or in `"netns"`: its network only. */
  async exec(container: string | undefined, command: string[], options: ExecOptions): Promise<ExecResult> {
    if (container === "netns") return this.execInNetwork(command, options);
    const name = container ?? this.pod.spec?.containers[0]?.name;
    const supervisor = this.supervisors.find(({ view }) => view.name === name);
    if (supervisor) return supervisor.exec(command, options);
    const known = this.supervisors.map(({ view }) => view.name).join(", ");
    throw new Error(`Pod ${this.namespace}/${this.name} has no container ${name}. It has: ${known}.`);
  }

  private async execInNetwork(command: string[], options: ExecOptions): Promise<ExecResult> {
    const files = resolverFiles.map((file) => `mount --bind ${join(this.folder, file)} /etc/${file}`);
    const script = [...files, 'exec "$@"'].join(" && ");
    const isolate = ["unshare", "--mount", "sh", "-c", script, "sh"];
    const user = options.user ?? 0;
    return runBounded([...this.enterNetwork(), ...isolate], [...identity(user, user), ...command], options);
  }

  private enterNetwork(): string[] {
    return this.pod.spec?.hostNetwork ? [] : ["nsenter", `--net=${netnsPath(this.uid)}`];
  }

  private supervise(container: V1Container, role: ContainerRole): Supervisor {
    const policy = (this.pod.spec?.restartPolicy ?? "Always") as "Always" | "OnFailure" | "Never";
    const initPolicy = policy === "Never" ? "Never" : "OnFailure";
    return new Supervisor({
      container,
      role,
      restarts: role === "sidecar" ? "Always" : role === "init" ? initPolicy : policy,
      start: (attempt) => this.startContainer(container, attempt),
      address: () => this.address ?? this.host.address,
      changed: () => this.reportStatus(),
    });
  }

  private async prepare(): Promise<void> {
    while (!this.ending) {
      try {
        this.address ??= await this.network();
        await this.writeResolverFiles(this.address);
        await this.volumes.create();
        this.reportStatus();
        return;
      } catch (error) {
        this.reportWaiting((error as Error).message);
        await sleep(retryMs);
      }
    }
  }

  private async network(): Promise<string> {
    if (this.pod.spec?.hostNetwork) return this.setAddress(this.host.address);
    const address = this.host.addresses.take();
    try {
      await createPodNetwork(this.uid, this.namespace, this.name, address);
    } catch (error) {
      await removePodNetwork(this.uid, this.namespace, this.name);
      this.host.addresses.release(address);
      throw error;
    }
    return this.setAddress(address);
  }

  private setAddress(address: string): string {
    const hostIP = this.host.address;
    const known = { podIP: address, podIPs: [{ ip: address }], hostIP, hostIPs: [{ ip: hostIP }] };
    this.pod.status = { ...this.pod.status, ...known };
    return address;
  }

  private async startContainers(): Promise<void> {
    for (const supervisor of this.supervisors) {
      if (this.ending) return;
      const { role } = supervisor.view;
      if (role === "init" && !(await supervisor.runToCompletion())) return;
      if (role === "sidecar") await supervisor.beginAndWait();
      if (role === "app") await supervisor.begin();
    }
  }

  /** When all of a pod's own containers have ended for good, as in a job, its sidecars have nothing left to serve. */
  private async endWithContainers(): Promise<void> {
    await Promise.all(this.byRole("app").map((supervisor) => supervisor.over));
    if (!this.ending) await this.stopSidecars(() => this.host.longestGraceMs);
  }

  private byRole(...roles: ContainerRole[]): Supervisor[] {
    return this.supervisors.filter(({ view }) => roles.includes(view.role));
  }

  /** Sidecars end after the containers they serve, in the reverse of their order. */
  private async stopSidecars(graceMs: () => number): Promise<void> {
    for (const sidecar of this.byRole("sidecar").reverse()) await sidecar.stop(graceMs());
  }

  private async startContainer(container: V1Container, attempt: number): Promise<Container> {
    const image = this.host.imageFor(container.image ?? "");
    if (!image) {
      throw new UnknownImage(`No program of the lab stands for image "${container.image}". Add it to lab/images.`);
    }
    const environment = await this.environment(container, image);
    const security = { ...this.pod.spec?.securityContext, ...container.securityContext };
    const pod = this.pod.spec?.securityContext;
    const user = security.runAsUser ?? image.user ?? 0;
    if (security.runAsNonRoot && user === 0) {
      throw new Error("The container has runAsNonRoot and its image runs as root. Set runAsUser.");
    }
    return Container.start({
      folder: join(this.folder, "containers", `${container.name}-${attempt}`),
      log: logFile(this.host.logs, this, container.name),
      netns: this.pod.spec?.hostNetwork ? undefined : netnsPath(this.uid),
      hostname: this.pod.spec?.hostname ?? this.name,
      command: commandLine(container, image, environment),
      environment,
      workingDir: container.workingDir ?? image.workingDir ?? "/",
      user,
      group: security.runAsGroup ?? (user === image.user ? user : 0),
      supplementaryGroups: [...(pod?.supplementalGroups ?? []), ...(pod?.fsGroup === undefined ? [] : [pod.fsGroup])],
      files: [...(image.files ?? []), ...this.machineFiles()],
      mounts: await this.mounts(container, environment),
    });
  }

  private async environment(container: V1Container, image: Image): Promise<Record<string, string>> {
    const machine = { PATH: defaultPath, HOME: "/", HOSTNAME: this.pod.spec?.hostname ?? this.name };
    const base = { ...machine, ...image.environment, ...this.host.environment };
    const asked = await containerEnvironment(this.pod, container, this.cluster, base);
    return { ...asked, ...overriddenVariables(image) };
  }

  /** Its resolver's and its host file, for containers and for commands run in its network alone. */
  private async writeResolverFiles(address: string): Promise<void> {
    const resolver = resolvConf(this.pod, this.host.dns) ?? (await readFile("/etc/resolv.conf", "utf8"));
    await mkdir(this.folder, { recursive: true });
    await writeFile(join(this.folder, "resolv.conf"), resolver);
    await writeFile(join(this.folder, "hosts"), hostsFile(this.pod, address));
  }

  /** Files in which a container's view of the machine is the pod's own. */
  private machineFiles(): ImageFile[] {
    const resolver = resolverFiles.map((file) => ({ path: `/etc/${file}`, from: join(this.folder, file) }));
    return [...resolver, { path: authoritiesFile, from: this.host.trustedAuthorities }];
  }

  private async mounts(container: V1Container, environment: Record<string, string>): Promise<Mount[]> {
    const mounts: Mount[] = [];
    for (const { name, mountPath, subPath, subPathExpr, readOnly = false } of container.volumeMounts ?? []) {
      const volume = this.pod.spec?.volumes?.find((candidate) => candidate.name === name);
      const folder = volume && this.volumes.path(volume);
      if (folder === undefined) continue;
      const from = join(folder, subPath ?? expand(subPathExpr ?? "", environment));
      mounts.push({ from, to: mountPath, directory: await isDirectory(from), readOnly });
    }
    // A volume may be mounted inside another: the outer one first.
    return mounts.sort((a, b) => a.to.length - b.to.length);
  }

  private async tearDown(graceMs: number): Promise<void> {
    const deadline = performance.now() + graceMs;
    const left = (): number => Math.max(0, deadline - performance.now());
    await Promise.all(this.byRole("init", "app").map((supervisor) => supervisor.stop(left())));
    await this.stopSidecars(left);
    await Promise.all([this.starting, this.refreshing]);
    if (this.address !== undefined && !this.pod.spec?.hostNetwork) {
      await removePodNetwork(this.uid, this.namespace, this.name);
      this.host.addresses.release(this.address);
    }
    await rm(this.folder, { recursive: true, force: true });
    await this.deleteObject();
  }

  private async deleteObject(): Promise<void> {
    const { name, namespace, uid } = this;
    const gone = { name, namespace, body: { gracePeriodSeconds: 0, preconditions: { uid } } };
    await untilDone(() => absentOr(this.host.core.deleteNamespacedPod(gone)), isConflict);
  }

  private reportWaiting(message: string): void {
    for (const { view } of this.supervisors) view.state = { waiting: { reason: "ContainerCreating", message } };
    this.reportStatus();
  }

  /** Writes the status soon; changes that come meanwhile go out in one further request. */
  private reportStatus(): void {
    this.statusWanted = true;
    this.statusWriting ??= this.writeStatus().finally(() => (this.statusWriting = undefined));
  }

  private async writeStatus(): Promise<void> {
    while (this.statusWanted && !this.ending) {
      this.statusWanted = false;
      const { address, startTime, namespace, name } = this;
      const containers = this.supervisors.map(({ view }) => view);
      const status = podStatus(
        this.pod,
        { address, hostAddress: this.host.address, startTime, containers },
        new Date(),
      );
      const body = { metadata: { uid: this.uid }, status };
      const asMerge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
      const write = (): Promise<unknown> =>
        absentOr(this.host.core.patchNamespacedPodStatus({ name, namespace, body }, asMerge));
      await untilDone(write, isConflict);
      this.pod.status = { ...this.pod.status, ...status };
    }
  }
}

/** Tries until it works, for the API server may be restarting, or until the answer says that it never will. */
async function untilDone(action: () => Promise<unknown>, isFinal: (error: unknown) => boolean): Promise<void> {
  for (;;) {
    try {
      await action();
      return;
    } catch (error) {
      if (isFinal(error)) return;
      await sleep(retryMs);
    }
  }
}

/** The name now belongs to another pod. */
function isConflict(error: unknown): boolean {
  return (error as { code?: number }).code === 409;
}

import type { V1ContainerState, V1ContainerStatus, V1Pod, V1PodCondition, V1PodStatus } from "@kubernetes/client-node";

export type ContainerRole = "init" | "sidecar" | "app";

/** What the node knows of one container. */
export interface ContainerView {
  name: string;
  image: string;
  role: ContainerRole;
  state: V1ContainerState;
  lastState?: V1ContainerState;
  started: boolean;
  ready: boolean;
  restarts: number;
}

export interface PodView {
  address?: string;
  hostAddress: string;
  startTime: Date;
  containers: ContainerView[];
}

/** The status the kubelet would report for what its containers do. */
export function podStatus(pod: V1Pod, view: PodView, now: Date): V1PodStatus {
  const { address, hostAddress, containers } = view;
  const init = containers.filter(({ role }) => role !== "app");
  const apps = containers.filter(({ role }) => role === "app");
  // Once its own containers have begun a pod stays initialized, also while a sidecar is started again.
  const initialized = apps.some(hasBegun) || init.every(isInitialized);
  const waitingFor = [...apps, ...init.filter(({ role }) => role === "sidecar")].filter(({ ready }) => !ready);
  const allReady = initialized && waitingFor.length === 0;
  const unready = waitingFor.map(({ name }) => name).join(" ");
  const condition = (type: string, holds: boolean, reason?: string, message?: string): V1PodCondition => {
    const before = pod.status?.conditions?.find((other) => other.type === type);
    const status = holds ? "True" : "False";
    const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now;
    return { type, status, lastTransitionTime, ...(holds ? {} : { reason, message }) };
  };
  const notReady = ["ContainersNotReady", `containers with unready status: [${unready}]`] as const;
  return {
    phase: phase(pod, apps, initialized),
    hostIP: hostAddress,
    hostIPs: [{ ip: hostAddress }],
    ...(address === undefined ? {} : { podIP: address, podIPs: [{ ip: address }] }),
    startTime: view.startTime,
    conditions: [
      condition("PodReadyToStartContainers", address !== undefined),
      condition("Initialized", initialized, "ContainersNotInitialized", "init containers have not completed"),
      condition("Ready", allReady, ...notReady),
      condition("ContainersReady", allReady, ...notReady),
      condition("PodScheduled", true),
    ],
    initContainerStatuses: init.map(containerStatus),
    containerStatuses: apps.map(containerStatus),
  };
}

function isInitialized({ role, started, state }: ContainerView): boolean {
  return role === "sidecar" ? started : state.terminated?.exitCode === 0;
}

function hasBegun({ state, lastState }: ContainerView): boolean {
  return Boolean(state.running ?? state.terminated ?? lastState);
}

function phase(pod: V1Pod, apps: ContainerView[], initialized: boolean): string {
  const ends = apps.map(({ state }) => state.terminated);
  const policy = pod.spec?.restartPolicy ?? "Always";
  if (policy !== "Always" && apps.length > 0 && ends.every(Boolean)) {
    const failed = ends.some((end) => end?.exitCode !== 0);
    if (!failed) return "Succeeded";
    if (policy === "Never") return "Failed";
  }
  return initialized && apps.some(hasBegun) ? "Running" : "Pending";
}

function containerStatus(view: ContainerView): V1ContainerStatus {
  const { name, image, state, lastState, started, ready, restarts } = view;
  return {
    name,
    image,
    imageID: image,
    state,
    lastState: lastState ?? {},
    started,
    ready,
    restartCount: restarts,
  };
}

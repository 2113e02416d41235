import type { ControlPlane } from "../istio/controlPlane/controlPlanes.js";
import type { Proxies } from "../istio/controlPlane/proxies.js";
import { message } from "../messages/index.js";
import { append } from "./append.js";
import type { ContainerPort, Evidence, KubernetesObject, SidecarFact, Workload } from "./model.js";
import { kindKey } from "./kindKey.js";
import { ascending } from "./order.js";
import {
  type Container,
  type Identity,
  identityOf,
  isRetired,
  keyOf,
  makesPods,
  PodOwners,
  type PodSpec,
  type PodTemplate,
} from "./podOwners.js";
import { commonLabels, groupPods, livePod, plannedPods } from "./pods.js";

const proxyContainer = "istio-proxy";

/** Every workload of the input: each object that makes pods and is not itself made by another, and each Pod alone. */
export function deriveWorkloads(objects: readonly KubernetesObject[], proxies: Proxies): Workload[] {
  return new Workloads(objects, proxies).derive();
}

/** By namespace, then name, then kind. */
export function inOrder(workloads: readonly Workload[]): Workload[] {
  return [...workloads].sort(
    (a, b) => ascending(a.namespace, b.namespace) || ascending(a.name, b.name) || ascending(a.kind, b.kind),
  );
}

/** What a template or a pod is turned into a workload with. */
class Workloads {
  constructor(
    private readonly objects: readonly KubernetesObject[],
    private readonly proxies: Proxies,
  ) {}

  derive(): Workload[] {
    const { objects } = this;
    const makers = objects.filter(makesPods);
    const owners = new PodOwners(makers);
    const workloads = new Map<string, Workload>();
    for (const object of makers) {
      const owner = owners.workloadOf(object);
      const isOwn = keyOf(owner) === keyOf(identityOf(object));
      if (isRetired(object) || (!isOwn && owners.has(owner))) continue;
      add(workloads, { ...this.#fromTemplate(object, owners.templateOf(object)), ...owner });
    }
    const pods = new Map<string, KubernetesObject[]>();
    for (const object of objects)
      if (isKind(object, "Pod") && !hasEnded(object)) append(pods, keyOf(owners.workloadOf(object)), object);
    for (const [key, running] of pods) {
      const owner = owners.workloadOf(running[0] as KubernetesObject);
      const seen = running.map((pod) => this.#fromPod(pod));
      add(workloads, withPods(workloads.get(key), owner, seen));
    }
    for (const object of objects)
      if (isKind(object, "istio.alibabacloud.com/IstioGateway"))
        add(workloads, fromIstioGateway(object, this.proxies.planes.named("default")));
    return [...workloads.values()];
  }

  #fromTemplate(object: KubernetesObject, template: PodTemplate): Workload {
    const annotations = template.metadata?.annotations ?? {};
    const spec = template.spec ?? {};
    const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
    const proxy = containers.find((container) => container.name === proxyContainer);
    const identity = identityOf(object);
    const pods = plannedPods(kindKey(object), object, template.metadata?.labels ?? {});
    const labels = commonLabels(pods);
    const pod = { labels, annotations, hostNetwork: spec.hostNetwork === true, proxy };
    return {
      ...identity,
      serviceAccount: spec.serviceAccountName ?? spec.serviceAccount ?? "default",
      labels,
      pods,
      annotations,
      ...this.proxies.of(identity, pod, spec),
      gateway: isGateway(annotations, proxy),
      hostNetwork: spec.hostNetwork === true,
      nodes: spec.hostNetwork ? nodesOf(object.kind, spec) : "some",
      ports: containers
        .filter((container) => spec.containers?.includes(container) || container.restartPolicy === "Always")
        .flatMap(containerPorts),
      addresses: [],
      containers: containers.flatMap((container) => container.name ?? []),
      object,
    };
  }

  #fromPod(pod: KubernetesObject): Workload {
    const spec = (pod.spec ?? {}) as PodSpec;
    const { podIP, podIPs = [] } = statusOf(pod);
    const planned = this.#fromTemplate(pod, { metadata: pod.metadata, spec });
    const addresses = [...new Set([podIP, ...podIPs.map(({ ip }) => ip)])].flatMap((ip) => ip ?? []);
    const live = podIP !== undefined || pod.metadata.creationTimestamp !== undefined;
    return {
      ...planned,
      pods: [livePod(planned.labels, addresses, spec.nodeName)],
      addresses,
      sidecar: live ? liveSidecar(planned) : planned.sidecar,
    };
  }
}

function isKind(object: KubernetesObject, key: string): boolean {
  return kindKey(object) === key;
}

function add(workloads: Map<string, Workload>, workload: Workload): void {
  workloads.set(keyOf(workload), workload);
}

function containerPorts(container: Container): ContainerPort[] {
  return (container.ports ?? []).flatMap((port) =>
    port.containerPort === undefined
      ? []
      : [
          {
            name: port.name,
            port: port.containerPort,
            protocol: (port.protocol ?? "TCP") as ContainerPort["protocol"],
          },
        ],
  );
}

/** A gateway's proxy runs as a router; the injector's `gateway` template does the same. */
function isGateway(annotations: Readonly<Record<string, string>>, proxy: Container | undefined): boolean {
  const templates = annotations["inject.istio.io/templates"]?.split(",").map((name) => name.trim());
  return templates?.includes("gateway") === true || proxy?.args?.includes("router") === true;
}

interface PodStatus {
  podIP?: string;
  podIPs?: { ip?: string }[];
  phase?: string;
}

function statusOf({ status }: KubernetesObject): PodStatus {
  return (status ?? {}) as PodStatus;
}

function hasEnded(pod: KubernetesObject): boolean {
  const { phase } = statusOf(pod);
  return phase === "Succeeded" || phase === "Failed";
}

/** A workload as its pods show it: they are what really runs. Pods whose owner is not in the input stand for it. */
function withPods(planned: Workload | undefined, owner: Identity, seen: readonly Workload[]): Workload {
  const pods = groupPods(seen.flatMap((workload) => workload.pods));
  const [first, ...others] = seen as [Workload, ...Workload[]];
  const alike = others.every(({ capture, dns }) => isSame(capture, first.capture) && isSame(dns, first.dns));
  return {
    ...(planned ?? first),
    ...owner,
    labels: commonLabels(pods),
    pods,
    addresses: seen.flatMap(({ addresses }) => addresses),
    sidecar: others.reduce(agree, first.sidecar),
    capture: alike ? first.capture : { partly: { ...first.sidecar.because, ...message("pods-differ-in-capture") } },
    dns: first.dns,
  };
}

/** Settings of equal values, wherever each pod has them from. */
function isSame(one: object, other: object): boolean {
  const values = (settings: object): string =>
    JSON.stringify(Object.entries(settings).map(([name, setting]) => [name, (setting as { value?: string }).value]));
  return values(one) === values(other);
}

/** A DaemonSet that nothing keeps off a node runs on each; anything else on some. */
function nodesOf(kind: string, { nodeSelector, affinity, tolerations }: PodSpec): Workload["nodes"] {
  if (kind !== "DaemonSet" || nodeSelector || affinity?.nodeAffinity) return "some";
  const toleratesAll = tolerations?.some(({ key, operator }) => !key && operator === "Exists");
  return toleratesAll ? "all" : "untainted";
}

/** The containers of a running pod say whether it has a proxy; without one it may be redirected to its node's. */
function liveSidecar(pod: Workload): SidecarFact {
  const { kind, namespace, name, annotations, sidecar } = pod;
  const evidence: Pick<Evidence, "kind" | "namespace" | "name"> = { kind, namespace, name };
  const present = pod.containers.includes(proxyContainer);
  if (!present && (sidecar.ambient ?? annotations["ambient.istio.io/redirection"] === "enabled"))
    return { present: "unknown", ambient: true, because: { ...evidence, field: "metadata", ...message("ambient") } };
  const text = message(present ? "proxy-in-pod" : "no-proxy-in-pod");
  const { plane } = sidecar;
  return {
    present,
    because: { ...evidence, field: "spec.containers", ...text },
    ...(present && plane ? { plane } : {}),
  };
}

/** Pods that differ among themselves leave it open whether a workload has a sidecar, or who configures it. */
function agree(known: SidecarFact, { sidecar }: Workload): SidecarFact {
  if (known.present !== sidecar.present)
    return { present: "unknown", because: { ...sidecar.because, ...message("pods-differ") } };
  return known.plane === sidecar.plane ? known : { ...known, plane: undefined };
}

/** Service Mesh of Alibaba Cloud makes a Deployment and a Service named `istio-<name>` from this resource. */
function fromIstioGateway(object: KubernetesObject, plane: ControlPlane | undefined): Workload {
  const spec = (object.spec ?? {}) as { podLabels?: Record<string, string>; ports?: IstioGatewayPort[] };
  const name = `istio-${object.metadata.name}`;
  const namespace = object.metadata.namespace ?? "default";
  const because: Evidence = {
    kind: "IstioGateway",
    namespace,
    name: object.metadata.name,
    field: "",
    ...message("gateway-pods"),
  };
  const labels = { app: name, istio: object.metadata.name, ...spec.podLabels };
  return {
    kind: "IstioGateway",
    namespace,
    name,
    serviceAccount: `${name}-service-account`,
    labels,
    pods: [{ labels, unknownValues: ["pod-template-hash"], moreLabels: true, addresses: [], nodes: [] }],
    annotations: {},
    sidecar: { present: true, because, plane },
    capture: {},
    dns: {},
    gateway: true,
    hostNetwork: false,
    nodes: "some",
    ports: [],
    addresses: [],
    containers: [proxyContainer],
    object,
  };
}

/** A port as the IstioGateway resource lists it. */
interface IstioGatewayPort {
  name?: string;
  port?: number;
  targetPort?: number;
  protocol?: string;
}

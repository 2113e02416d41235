import { wording } from "../messages/index.js";
import { append } from "./append.js";
import type {
  AnalysisOptions,
  ContainerPort,
  Evidence,
  KubernetesObject,
  NamespaceFacts,
  SidecarFact,
  Workload,
} from "./model.js";
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

/** The injection webhook ignores pods of these namespaces whatever their labels say. */
const neverInjected = new Set(["kube-system", "kube-public", "kube-node-lease", "local-path-storage"]);

const proxyContainer = "istio-proxy";

/** Every workload of the input: each object that makes pods and is not itself made by another, and each Pod alone. */
export function deriveWorkloads(
  objects: readonly KubernetesObject[],
  namespaces: ReadonlyMap<string, NamespaceFacts>,
  options: AnalysisOptions,
): Workload[] {
  const makers = objects.filter(makesPods);
  const owners = new PodOwners(makers);
  const workloads = new Map<string, Workload>();
  for (const object of makers) {
    const owner = owners.workloadOf(object);
    const isOwn = keyOf(owner) === keyOf(identityOf(object));
    if (isRetired(object) || (!isOwn && owners.has(owner))) continue;
    add(workloads, { ...fromTemplate(object, owners.templateOf(object), namespaces, options), ...owner });
  }
  const pods = new Map<string, KubernetesObject[]>();
  for (const object of objects)
    if (isKind(object, "Pod") && !hasEnded(object)) append(pods, keyOf(owners.workloadOf(object)), object);
  for (const [key, running] of pods) {
    const owner = owners.workloadOf(running[0] as KubernetesObject);
    add(workloads, withPods(workloads.get(key), owner, running, namespaces, options));
  }
  for (const object of objects)
    if (isKind(object, "istio.alibabacloud.com/IstioGateway")) add(workloads, fromIstioGateway(object));
  return [...workloads.values()];
}

/** By namespace, then name, then kind. */
export function inOrder(workloads: readonly Workload[]): Workload[] {
  return [...workloads].sort(
    (a, b) => ascending(a.namespace, b.namespace) || ascending(a.name, b.name) || ascending(a.kind, b.kind),
  );
}

function isKind(object: KubernetesObject, key: string): boolean {
  return kindKey(object) === key;
}

function add(workloads: Map<string, Workload>, workload: Workload): void {
  workloads.set(keyOf(workload), workload);
}

function fromTemplate(
  object: KubernetesObject,
  template: PodTemplate,
  namespaces: ReadonlyMap<string, NamespaceFacts>,
  options: AnalysisOptions,
): Workload {
  const annotations = template.metadata?.annotations ?? {};
  const spec = template.spec ?? {};
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const proxy = containers.find((container) => container.name === proxyContainer);
  const identity = identityOf(object);
  const pods = plannedPods(kindKey(object), object, template.metadata?.labels ?? {});
  const labels = commonLabels(pods);
  return {
    ...identity,
    serviceAccount: spec.serviceAccountName ?? spec.serviceAccount ?? "default",
    labels,
    pods,
    annotations,
    sidecar: injection(
      identity,
      { labels, annotations, hostNetwork: spec.hostNetwork === true, proxy },
      namespaces.get(identity.namespace),
      options,
    ),
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

interface InjectionFacts {
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  hostNetwork: boolean;
  proxy: Container | undefined;
}

const injectLabel = "sidecar.istio.io/inject";

/**
 * Whether the pods carry a proxy, by the selectors of the injection webhook and then the injector's own rules. A live
 * Pod is judged by its containers instead.
 */
function injection(
  workload: Identity,
  pod: InjectionFacts,
  namespace: NamespaceFacts | undefined,
  options: AnalysisOptions,
): SidecarFact {
  if (pod.proxy) return own(workload, true, "spec.containers", "the pod has a container istio-proxy");
  const fact = neverAsked(workload, pod, namespace) ?? byWebhook(workload, pod, namespace, options);
  const refused = pod.labels[injectLabel] === undefined && pod.annotations[injectLabel] === "false";
  return fact.present === true && refused
    ? own(workload, false, "metadata.annotations", "annotation sidecar.istio.io/inject=false: no sidecar")
    : fact;
}

/** Whether pods of which only labels are known carry a proxy, as far as their namespace and those labels decide it. */
export function sidecarByNamespace(
  workload: Identity,
  labels: Readonly<Record<string, string>>,
  namespace: NamespaceFacts | undefined,
  options: AnalysisOptions,
): SidecarFact {
  return injection(workload, { labels, annotations: {}, hostNetwork: false, proxy: undefined }, namespace, options);
}

/** A fact that the workload's pods say themselves, in a field of their template. */
function own(workload: Identity, present: SidecarFact["present"], field: string, text: string): SidecarFact {
  return { present, because: { ...workload, field: `spec.template.${field}`, ...wording(text) } };
}

function ofNamespace(
  { namespace }: Identity,
  present: SidecarFact["present"],
  field: string,
  text: string,
): SidecarFact {
  return { present, because: { kind: "Namespace", namespace: "", name: namespace, field, ...wording(text) } };
}

/** What keeps pods from the webhook, or the webhook from them, whatever it would inject by. */
function neverAsked(
  workload: Identity,
  pod: InjectionFacts,
  namespace: NamespaceFacts | undefined,
): SidecarFact | undefined {
  if (pod.hostNetwork) return own(workload, false, "spec.hostNetwork", "pods on the host network get no sidecar");
  if (neverInjected.has(workload.namespace))
    return ofNamespace(workload, false, "", "the injector ignores this namespace");
  const dataplane = "istio.io/dataplane-mode";
  if ((namespace?.labels[dataplane] ?? pod.labels[dataplane]) === "ambient")
    return ofNamespace(workload, "unknown", "metadata.labels", "ambient mode is not modelled");
  return pod.labels[injectLabel] === "false"
    ? own(workload, false, "metadata.labels", "label sidecar.istio.io/inject=false: no sidecar")
    : undefined;
}

/** The namespace's labels come before the pod's, and both before the mesh's default. */
function byWebhook(
  workload: Identity,
  pod: InjectionFacts,
  namespace: NamespaceFacts | undefined,
  options: AnalysisOptions,
): SidecarFact {
  const label = namespace?.labels["istio-injection"];
  if (label === "enabled")
    return ofNamespace(workload, true, "metadata.labels", "label istio-injection=enabled: every pod gets a sidecar");
  if (label !== undefined)
    return ofNamespace(workload, false, "metadata.labels", `label istio-injection=${label}: no sidecar`);
  const revision = namespace?.labels["istio.io/rev"];
  if (revision !== undefined)
    return ofNamespace(workload, true, "metadata.labels", `label istio.io/rev=${revision}: every pod gets a sidecar`);
  const asking = pod.labels[injectLabel] === "true" ? injectLabel : "istio.io/rev";
  const value = pod.labels[asking];
  if (value !== undefined)
    return own(workload, true, "metadata.labels", `label ${asking}=${value}: the pod gets a sidecar`);
  if (options.mesh?.injectByDefault) return ofNamespace(workload, true, "", "the mesh injects by default");
  if (namespace?.declared !== true)
    return ofNamespace(
      workload,
      "unknown",
      "",
      "the input holds no Namespace object, so its injection label is not known",
    );
  return ofNamespace(workload, false, "metadata.labels", "no injection label on the namespace or the pod: no sidecar");
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
function withPods(
  planned: Workload | undefined,
  owner: Identity,
  running: readonly KubernetesObject[],
  namespaces: ReadonlyMap<string, NamespaceFacts>,
  options: AnalysisOptions,
): Workload {
  const seen = running.map((pod) => fromPod(pod, namespaces, options));
  const pods = groupPods(seen.flatMap((workload) => workload.pods));
  const [first, ...others] = seen as [Workload, ...Workload[]];
  const known = planned ?? first;
  return {
    ...known,
    ...owner,
    labels: commonLabels(pods),
    pods,
    addresses: seen.flatMap(({ addresses }) => addresses),
    sidecar: others.reduce(agree, first.sidecar),
  };
}

function fromPod(
  pod: KubernetesObject,
  namespaces: ReadonlyMap<string, NamespaceFacts>,
  options: AnalysisOptions,
): Workload {
  const spec = (pod.spec ?? {}) as PodSpec;
  const template: PodTemplate = { metadata: pod.metadata, spec };
  const { podIP, podIPs = [] } = statusOf(pod);
  const planned = fromTemplate(pod, template, namespaces, options);
  const addresses = [...new Set([podIP, ...podIPs.map(({ ip }) => ip)])].flatMap((ip) => ip ?? []);
  const live = podIP !== undefined || pod.metadata.creationTimestamp !== undefined;
  return {
    ...planned,
    pods: [livePod(planned.labels, addresses, spec.nodeName)],
    addresses,
    sidecar: live ? liveSidecar(planned) : planned.sidecar,
  };
}

/** A DaemonSet that nothing keeps off a node runs on each; anything else on some. */
function nodesOf(kind: string, { nodeSelector, affinity, tolerations }: PodSpec): Workload["nodes"] {
  if (kind !== "DaemonSet" || nodeSelector || affinity?.nodeAffinity) return "some";
  const toleratesAll = tolerations?.some(({ key, operator }) => !key && operator === "Exists");
  return toleratesAll ? "all" : "untainted";
}

function liveSidecar(pod: Workload): SidecarFact {
  const present = pod.containers.includes(proxyContainer);
  const text = present ? "the pod has a container istio-proxy" : "the running pod has no container istio-proxy";
  const because: Evidence = {
    kind: "Pod",
    namespace: pod.namespace,
    name: pod.name,
    field: "spec.containers",
    ...wording(text),
  };
  return { present, because };
}

/** Pods that differ among themselves leave it open whether a workload has a sidecar. */
function agree(known: SidecarFact, { sidecar }: Workload): SidecarFact {
  if (known.present === sidecar.present) return known;
  return {
    present: "unknown",
    because: { ...sidecar.because, ...wording("some pods have a sidecar and some have none") },
  };
}

/** Service Mesh of Alibaba Cloud makes a Deployment and a Service named `istio-<name>` from this resource. */
function fromIstioGateway(object: KubernetesObject): Workload {
  const spec = (object.spec ?? {}) as { podLabels?: Record<string, string>; ports?: IstioGatewayPort[] };
  const name = `istio-${object.metadata.name}`;
  const namespace = object.metadata.namespace ?? "default";
  const because: Evidence = {
    kind: "IstioGateway",
    namespace,
    name: object.metadata.name,
    field: "",
    ...wording("its pods are proxies of router type"),
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
    sidecar: { present: true, because },
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

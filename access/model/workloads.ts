import { wording } from "../messages/index.js";
import type {
  AnalysisOptions,
  ContainerPort,
  Evidence,
  KubernetesObject,
  NamespaceFacts,
  SidecarFact,
  Workload,
} from "./model.js";
import { ascending } from "./order.js";

interface Container {
  name?: string;
  args?: string[];
  ports?: { name?: string; containerPort?: number; protocol?: string }[];
}

interface PodSpec {
  serviceAccountName?: string;
  serviceAccount?: string;
  hostNetwork?: boolean;
  containers?: Container[];
  initContainers?: Container[];
}

interface PodTemplate {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec?: PodSpec;
}

/** Kinds that make pods from a template, in the order `kubectl get all` lists them. */
const templated = [
  "apps/Deployment",
  "apps/StatefulSet",
  "apps/DaemonSet",
  "batch/Job",
  "batch/CronJob",
  "apps/ReplicaSet",
  "ReplicationController",
] as const;

/** The injection webhook ignores pods of these namespaces whatever their labels say. */
const neverInjected = new Set(["kube-system", "kube-public", "kube-node-lease", "local-path-storage"]);

const proxyContainer = "istio-proxy";

/** Every workload of the input: each object that makes pods and is not itself made by another, and each Pod alone. */
export function deriveWorkloads(
  ofKind: (kind: string) => readonly KubernetesObject[],
  namespaces: ReadonlyMap<string, NamespaceFacts>,
  options: AnalysisOptions,
): Workload[] {
  const workloads = new Map<string, Workload>();
  for (const kind of templated) {
    for (const object of ofKind(kind)) {
      if (ownerOf(object)) continue;
      add(workloads, fromTemplate(object, podTemplate(object), namespaces, options));
    }
  }
  for (const pod of ofKind("Pod")) addPod(workloads, pod, namespaces, options);
  for (const gateway of ofKind("istio.alibabacloud.com/IstioGateway")) add(workloads, fromIstioGateway(gateway));
  return [...workloads.values()].sort(
    (a, b) => ascending(a.namespace, b.namespace) || ascending(a.name, b.name) || ascending(a.kind, b.kind),
  );
}

function add(workloads: Map<string, Workload>, workload: Workload): void {
  workloads.set(`${workload.kind}/${workload.namespace}/${workload.name}`, workload);
}

function ownerOf(object: KubernetesObject): { kind: string; name: string } | undefined {
  return object.metadata.ownerReferences?.[0];
}

function podTemplate(object: KubernetesObject): PodTemplate {
  const spec = (object.spec ?? {}) as { template?: PodTemplate; jobTemplate?: { spec?: { template?: PodTemplate } } };
  return spec.template ?? spec.jobTemplate?.spec?.template ?? {};
}

function fromTemplate(
  object: KubernetesObject,
  template: PodTemplate,
  namespaces: ReadonlyMap<string, NamespaceFacts>,
  options: AnalysisOptions,
): Workload {
  const namespace = object.metadata.namespace ?? "default";
  const labels = template.metadata?.labels ?? {};
  const annotations = template.metadata?.annotations ?? {};
  const spec = template.spec ?? {};
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const proxy = containers.find((container) => container.name === proxyContainer);
  const facts = namespaces.get(namespace);
  const identity = { kind: object.kind, namespace, name: object.metadata.name };
  return {
    ...identity,
    serviceAccount: spec.serviceAccountName ?? spec.serviceAccount ?? "default",
    labels,
    annotations,
    sidecar: injection(
      identity,
      { labels, annotations, hostNetwork: spec.hostNetwork === true, proxy },
      facts,
      options,
    ),
    gateway: isGateway(annotations, proxy),
    hostNetwork: spec.hostNetwork === true,
    ports: (spec.containers ?? []).flatMap(containerPorts),
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

type Identity = Pick<Workload, "kind" | "namespace" | "name">;

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

/** A Pod is its owner's: it says what really runs. A Pod whose owner is not in the input stands for that owner. */
function addPod(
  workloads: Map<string, Workload>,
  pod: KubernetesObject,
  namespaces: ReadonlyMap<string, NamespaceFacts>,
  options: AnalysisOptions,
): void {
  const namespace = pod.metadata.namespace ?? "default";
  const template: PodTemplate = { metadata: pod.metadata, spec: (pod.spec ?? {}) as PodSpec };
  const status = pod.status as { podIP?: string; podIPs?: { ip?: string }[]; phase?: string } | undefined;
  if (status?.phase === "Succeeded" || status?.phase === "Failed") return;
  const planned = fromTemplate(pod, template, namespaces, options);
  const addresses = [...new Set([status?.podIP, ...(status?.podIPs ?? []).map(({ ip }) => ip)])].flatMap(
    (ip) => ip ?? [],
  );
  const live = status?.podIP !== undefined || pod.metadata.creationTimestamp !== undefined;
  const seen: Workload = { ...planned, addresses, sidecar: live ? liveSidecar(planned) : planned.sidecar };
  const owner = podOwner(pod);
  if (!owner) return add(workloads, seen);
  const key = `${owner.kind}/${namespace}/${owner.name}`;
  const known = workloads.get(key);
  add(
    workloads,
    known
      ? { ...known, addresses: [...known.addresses, ...addresses], sidecar: agree(known, seen) }
      : { ...seen, kind: owner.kind, name: owner.name },
  );
}

/** A Deployment's pods belong to a ReplicaSet named after it and a hash. */
function podOwner(pod: KubernetesObject): { kind: string; name: string } | undefined {
  const owner = ownerOf(pod);
  const hash = pod.metadata.labels?.["pod-template-hash"];
  if (owner?.kind === "ReplicaSet" && hash !== undefined && owner.name.endsWith(`-${hash}`)) {
    return { kind: "Deployment", name: owner.name.slice(0, -hash.length - 1) };
  }
  return owner;
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

/** The template's prediction gives way to what runs; pods that differ among themselves leave it open. */
function agree(known: Workload, seen: Workload): SidecarFact {
  const predicted = known.sidecar.because.kind !== "Pod";
  if (predicted || known.sidecar.present === seen.sidecar.present) return seen.sidecar;
  return {
    present: "unknown",
    because: { ...seen.sidecar.because, ...wording("some pods have a sidecar and some have none") },
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
  return {
    kind: "IstioGateway",
    namespace,
    name,
    serviceAccount: `${name}-service-account`,
    labels: { app: name, istio: object.metadata.name, ...spec.podLabels },
    annotations: {},
    sidecar: { present: true, because },
    gateway: true,
    hostNetwork: false,
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

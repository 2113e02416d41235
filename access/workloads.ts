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
  const own = (present: SidecarFact["present"], field: string, text: string): SidecarFact => ({
    present,
    because: { ...workload, field, text },
  });
  const ofNamespace = (present: SidecarFact["present"], field: string, text: string): SidecarFact => ({
    present,
    because: { kind: "Namespace", namespace: "", name: workload.namespace, field, text },
  });
  if (pod.proxy) return own(true, "spec.template.spec.containers", "the pod has a container istio-proxy");
  if (pod.hostNetwork) return own(false, "spec.template.spec.hostNetwork", "pods on the host network get no sidecar");
  if (neverInjected.has(workload.namespace)) return ofNamespace(false, "", "the injector ignores this namespace");
  const namespaceLabels = namespace?.labels ?? {};
  if ((namespaceLabels["istio.io/dataplane-mode"] ?? pod.labels["istio.io/dataplane-mode"]) === "ambient") {
    return ofNamespace("unknown", "metadata.labels", "ambient mode is not modelled");
  }
  const asked = pod.labels["sidecar.istio.io/inject"];
  if (asked === "false") {
    return own(false, "spec.template.metadata.labels", "label sidecar.istio.io/inject=false: no sidecar");
  }
  const refused = asked === undefined && pod.annotations["sidecar.istio.io/inject"] === "false";
  const refusal = own(
    false,
    "spec.template.metadata.annotations",
    "annotation sidecar.istio.io/inject=false: no sidecar",
  );
  const label = namespaceLabels["istio-injection"];
  const revision = namespaceLabels["istio.io/rev"];
  if (label !== undefined) {
    const text = `label istio-injection=${label}`;
    if (label !== "enabled") return ofNamespace(false, "metadata.labels", `${text}: no sidecar`);
    return refused ? refusal : ofNamespace(true, "metadata.labels", `${text}: every pod gets a sidecar`);
  }
  if (revision !== undefined) {
    const text = `label istio.io/rev=${revision}: every pod gets a sidecar`;
    return refused ? refusal : ofNamespace(true, "metadata.labels", text);
  }
  for (const name of ["sidecar.istio.io/inject", "istio.io/rev"]) {
    const value = pod.labels[name];
    if (value === undefined || (name === "sidecar.istio.io/inject" && value !== "true")) continue;
    return refused
      ? refusal
      : own(true, "spec.template.metadata.labels", `label ${name}=${value}: the pod gets a sidecar`);
  }
  if (options.mesh?.injectByDefault) return refused ? refusal : ofNamespace(true, "", "the mesh injects by default");
  if (namespace?.declared !== true) {
    return ofNamespace("unknown", "", "the input holds no Namespace object, so its injection label is not known");
  }
  return ofNamespace(false, "metadata.labels", "no injection label on the namespace or the pod: no sidecar");
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
  const because: Evidence = { kind: "Pod", namespace: pod.namespace, name: pod.name, field: "spec.containers", text };
  return { present, because };
}

/** The template's prediction gives way to what runs; pods that differ among themselves leave it open. */
function agree(known: Workload, seen: Workload): SidecarFact {
  const predicted = known.sidecar.because.kind !== "Pod";
  if (predicted || known.sidecar.present === seen.sidecar.present) return seen.sidecar;
  return {
    present: "unknown",
    because: { ...seen.sidecar.because, text: "some pods have a sidecar and some have none" },
  };
}

/** Service Mesh of Alibaba Cloud makes a Deployment and a Service named `istio-<name>` from this resource. */
function fromIstioGateway(object: KubernetesObject): Workload {
  const spec = (object.spec ?? {}) as { podLabels?: Record<string, string>; ports?: IstioGatewayPort[] };
  const name = `istio-${object.metadata.name}`;
  const namespace = object.metadata.namespace ?? "istio-system";
  const because: Evidence = {
    kind: "IstioGateway",
    namespace,
    name: object.metadata.name,
    field: "",
    text: "its pods are proxies of router type",
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

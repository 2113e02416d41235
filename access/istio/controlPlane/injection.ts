import { message, type Message } from "../../messages/index.js";
import { knownLabels, type LabelSelector, matchesSelector } from "../../model/labels.js";
import type { AnalysisOptions, NamespaceFacts, ObjectIndex, SidecarFact } from "../../model/model.js";
import type { Container, Identity } from "../../model/podOwners.js";
import { ControlPlanes, type ControlPlane } from "./controlPlanes.js";
import { InjectionWebhooks } from "./webhooks.js";

/** The injector ignores pods of these namespaces whatever their labels say. */
const neverInjected = new Set(["kube-system", "kube-public", "kube-node-lease", "local-path-storage"]);

const injectLabel = "sidecar.istio.io/inject";
const revisionLabel = "istio.io/rev";
const dataplaneLabel = "istio.io/dataplane-mode";

/** What decides whether a pod gets a proxy. */
export interface PodFacts {
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  hostNetwork: boolean;
  /** A proxy that the template or the running pod holds already. */
  proxy: Container | undefined;
}

/** Which pods get a proxy, and from which control plane. */
export class Injection {
  readonly planes: ControlPlanes;
  readonly #webhooks: InjectionWebhooks;

  constructor(
    index: ObjectIndex,
    private readonly options: AnalysisOptions,
  ) {
    this.planes = new ControlPlanes(index, options);
    this.#webhooks = new InjectionWebhooks(index, this.planes);
  }

  /** By the selectors of the injection webhook, and then the injector's own rules. */
  of(workload: Identity, pod: PodFacts, namespace: NamespaceFacts | undefined): SidecarFact {
    if (pod.proxy) return this.#present(workload, pod, namespace);
    const fact = neverAsked(workload, pod) ?? this.#asked(workload, pod, namespace);
    return fact.present === true ? (this.#refused(workload, pod, fact.plane) ?? fact) : ambient(fact, pod, namespace);
  }

  #present(workload: Identity, pod: PodFacts, namespace: NamespaceFacts | undefined): SidecarFact {
    const injected = pod.annotations[revisionLabel] ?? statusRevision(pod.annotations["sidecar.istio.io/status"]);
    const plane =
      injected === undefined
        ? (this.#asked(workload, pod, namespace).plane ?? this.#only())
        : this.planes.named(injected || "default");
    return { ...own(workload, true, "spec.containers", message("proxy-in-pod")), plane };
  }

  #only(): ControlPlane | undefined {
    const [first, ...others] = this.planes.all;
    return others.length === 0 ? first : undefined;
  }

  #asked(workload: Identity, pod: PodFacts, namespace: NamespaceFacts | undefined): SidecarFact {
    const selecting = this.#webhooks.selecting(namespace, workload.namespace, knownLabels(pod.labels));
    const other = selecting.find(({ istio }) => !istio);
    const istio = selecting.filter((one) => one.istio);
    const fact = this.#webhooks.decide ? this.#byWebhooks(istio) : this.#byLabels(workload, pod, namespace);
    if (fact.present === false && other) return { present: "unknown", because: other.because };
    return fact;
  }

  #byWebhooks(selecting: ReturnType<InjectionWebhooks["selecting"]>): SidecarFact {
    const [first, ...others] = selecting;
    if (!first) {
      const { kind = "MutatingWebhookConfiguration", metadata } = this.#webhooks.first ?? {};
      const name = metadata?.name ?? "";
      return {
        present: false,
        because: { kind, namespace: "", name, field: "webhooks", ...message("no-webhook-selects") },
      };
    }
    const { certain, because } = first;
    if (certain !== true) return { present: "unknown", because: { ...because, ...message("webhook-may-select") } };
    const plane = others.every((other) => other.plane === first.plane) ? first.plane : undefined;
    return { present: true, because, plane };
  }

  /** The labels that the webhooks of Istio's charts select by: the namespace's before the pod's, both before the mesh's default. */
  #byLabels(workload: Identity, pod: PodFacts, namespace: NamespaceFacts | undefined): SidecarFact {
    const label = namespace?.labels["istio-injection"];
    const by = (id: "namespace-injects" | "namespace-does-not-inject", key: string, value: string) =>
      ofNamespace(workload, id === "namespace-injects", "metadata.labels", message(id, { label: `${key}=${value}` }));
    if (label === "enabled")
      return { ...by("namespace-injects", "istio-injection", label), plane: this.planes.named("default") };
    if (label !== undefined) return by("namespace-does-not-inject", "istio-injection", label);
    const revision = namespace?.labels[revisionLabel];
    if (revision !== undefined)
      return { ...by("namespace-injects", revisionLabel, revision), plane: this.planes.named(revision) };
    const asking = pod.labels[revisionLabel] === undefined ? injectLabel : revisionLabel;
    const value = pod.labels[asking];
    if (asking === revisionLabel || value === "true") {
      const fact = own(workload, true, "metadata.labels", message("pod-asks", { label: `${asking}=${value ?? ""}` }));
      return { ...fact, plane: this.planes.named(asking === revisionLabel ? (value ?? "") : "default") };
    }
    const byDefault = this.planes.named("default")?.values.sidecarInjectorWebhook?.enableNamespacesByDefault;
    if (this.options.mesh?.injectByDefault ?? byDefault)
      return {
        ...ofNamespace(workload, true, "", message("injects-by-default")),
        plane: this.planes.named("default"),
      };
    if (namespace?.declared !== true) return ofNamespace(workload, "unknown", "", message("namespace-not-in-input"));
    return ofNamespace(workload, false, "metadata.labels", message("no-injection-label"));
  }

  /** The injector has the last word: pkg/kube/inject/inject.go, injectRequired. */
  #refused(workload: Identity, pod: PodFacts, plane: ControlPlane | undefined): SidecarFact | undefined {
    const said = pod.labels[injectLabel] ?? pod.annotations[injectLabel];
    if (said === "true") return undefined;
    if (said === "false")
      return own(workload, false, "metadata.annotations", message("pod-refuses", { label: `${injectLabel}=false` }));
    const { neverInjectSelector = [], alwaysInjectSelector = [], policy = "enabled" } = plane?.injector ?? {};
    const selects = (selectors: readonly LabelSelector[]): boolean =>
      selectors.some((one) => !isEmpty(one) && matchesSelector(one, knownLabels(pod.labels)) === true);
    if (!plane?.injectorPlace) return undefined;
    if (selects(neverInjectSelector))
      return { present: false, because: { ...plane.injectorPlace, ...message("never-injects") } };
    if (policy === "enabled" || selects(alwaysInjectSelector)) return undefined;
    return { present: false, because: { ...plane.injectorPlace, ...message("injection-policy", { policy }) } };
  }
}

function isEmpty({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

/** What keeps pods from the webhook, or the webhook from them, whatever it would inject by. */
function neverAsked(workload: Identity, pod: PodFacts): SidecarFact | undefined {
  if (pod.hostNetwork) return own(workload, false, "spec.hostNetwork", message("host-network-without-sidecar"));
  if (neverInjected.has(workload.namespace)) return ofNamespace(workload, false, "", message("namespace-ignored"));
  return pod.labels[injectLabel] === "false"
    ? own(workload, false, "metadata.labels", message("pod-refuses", { label: `${injectLabel}=false` }))
    : undefined;
}

/** Pods without a proxy of their own may be in the ambient mesh: cni/pkg/util/podutil.go. The pod's label comes before the namespace's. */
function ambient(fact: SidecarFact, pod: PodFacts, namespace: NamespaceFacts | undefined): SidecarFact {
  if (pod.hostNetwork || (pod.labels[dataplaneLabel] ?? namespace?.labels[dataplaneLabel]) !== "ambient") return fact;
  const { because } = fact;
  return {
    present: "unknown",
    ambient: true,
    because: { ...because, field: "metadata.labels", ...message("ambient") },
  };
}

/** A fact that the workload's pods say themselves, in a field of their template. */
function own(workload: Identity, present: SidecarFact["present"], field: string, text: Message): SidecarFact {
  return { present, because: { ...workload, field: `spec.template.${field}`, ...text } };
}

function ofNamespace(
  { namespace }: Identity,
  present: SidecarFact["present"],
  field: string,
  text: Message,
): SidecarFact {
  return { present, because: { kind: "Namespace", namespace: "", name: namespace, field, ...text } };
}

/** The revision that the injector noted in a running pod. */
function statusRevision(status: string | undefined): string | undefined {
  return /"revision"\s*:\s*"([^"]*)"/.exec(status ?? "")?.[1];
}

import type { AnalysisOptions, DnsSettings, NamespaceFacts, ObjectIndex, Workload } from "../../model/model.js";
import type { Identity, PodSpec } from "../../model/podOwners.js";
import { captureOf } from "./capture.js";
import type { ControlPlanes } from "./controlPlanes.js";
import { Injection, type PodFacts } from "./injection.js";
import { ProxyConfigs, type ProxyFacts } from "./proxyConfigs.js";

/** What is known of the proxies of pods: whether they have one, who configures it, and which connections it gets. */
export class Proxies {
  readonly planes: ControlPlanes;
  readonly #injection: Injection;
  readonly #configs: ProxyConfigs;
  readonly #namespaces: ReadonlyMap<string, NamespaceFacts>;

  constructor(index: ObjectIndex, options: AnalysisOptions) {
    this.#injection = new Injection(index, options);
    this.#configs = new ProxyConfigs(index);
    this.#namespaces = index.namespaces;
    this.planes = this.#injection.planes;
  }

  of(workload: Identity, pod: PodFacts, spec: PodSpec = {}): Pick<Workload, "sidecar" | "capture" | "dns"> {
    const namespace = this.#namespaces.get(workload.namespace);
    const sidecar = this.#injection.of(workload, pod, namespace);
    const facts = { workload, labels: pod.labels, annotations: pod.annotations, sidecar, proxy: pod.proxy };
    return {
      sidecar,
      capture: captureOf(facts, this.#configs, spec, namespace),
      dns: this.#dnsOf(facts),
    };
  }

  /** How a workload's proxy answers DNS. */
  #dnsOf(facts: ProxyFacts): DnsSettings {
    const capture = this.#configs.variable(facts, "ISTIO_META_DNS_CAPTURE");
    const autoAllocate = this.#configs.variable(facts, "ISTIO_META_DNS_AUTO_ALLOCATE");
    return { ...(capture ? { capture } : {}), ...(autoAllocate ? { autoAllocate } : {}) };
  }
}

import { append } from "../../model/append.js";
import type { KubernetesObject, ObjectIndex, SidecarFact } from "../../model/model.js";
import { namespaceOf } from "../../model/namespaceOf.js";
import type { Container, Identity } from "../../model/podOwners.js";
import { byCreation } from "../evidence.js";
import { rootOf } from "./controlPlanes.js";
import { proxySettings } from "../../validation/mesh.js";
import { placeOf, type Place } from "./environment.js";
import { embedded, type ProxySettings } from "./meshConfig.js";

/** A setting of a proxy, and where it is written. */
export interface Setting {
  value: string;
  place: Place;
}

/** What a proxy's settings are looked up by. */
export interface ProxyFacts {
  workload: Identity;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  sidecar: SidecarFact;
  /** The proxy's container, of running pods and of templates that hold one. */
  proxy: Container | undefined;
}

interface ProxyConfigSpec {
  selector?: { matchLabels?: Record<string, string> };
  environmentVariables?: Record<string, string>;
}

/** The field of a pod's annotation. */
export function annotationField({ kind }: Identity, name: string): string {
  return `${kind === "Pod" ? "metadata" : "spec.template.metadata"}.annotations["${name}"]`;
}

/** The settings of proxies: of the mesh, of ProxyConfig objects and of annotations. */
export class ProxyConfigs {
  readonly #byNamespace = new Map<string, KubernetesObject[]>();

  constructor(index: ObjectIndex) {
    for (const object of [...index.ofKind("networking.istio.io/ProxyConfig")].sort(byCreation))
      append(this.#byNamespace, namespaceOf(object), object);
  }

  /**
   * A variable of a proxy's environment, where anything but the mesh's defaults sets it. A running proxy has the one it
   * started with; for the others the workload's ProxyConfig comes first, then its annotation, its namespace's ProxyConfig,
   * and the root namespace's.
   *
   * Source: istio pilot/pkg/model/proxy_config.go, EffectiveProxyConfig.
   */
  variable(facts: ProxyFacts, name: string): Setting | undefined {
    return this.#running(facts, name) ?? this.#configured(facts, name);
  }

  #running({ proxy, workload }: ProxyFacts, name: string): Setting | undefined {
    const value = proxy?.env?.find((one) => one.name === name)?.value;
    return value === undefined ? undefined : { value, place: { ...workload, field: "spec.containers" } };
  }

  #configured({ workload, labels, annotations, sidecar: { plane } }: ProxyFacts, name: string): Setting | undefined {
    const root = plane ? rootOf(plane) : "istio-system";
    return (
      this.#ofObject(workload.namespace, name, labels) ??
      annotated(workload, annotations, (settings) => settings.proxyMetadata?.[name]) ??
      (workload.namespace === root ? undefined : this.#ofObject(workload.namespace, name)) ??
      this.#ofObject(root, name)
    );
  }

  /** Of several ProxyConfigs of one level, the oldest holds alone. */
  #ofObject(namespace: string, name: string, labels?: Readonly<Record<string, string>>): Setting | undefined {
    const object = this.#byNamespace.get(namespace)?.find((one) => {
      const selector = Object.entries(specOf(one).selector?.matchLabels ?? {});
      if (labels === undefined) return specOf(one).selector === undefined;
      return selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
    });
    const value = object && specOf(object).environmentVariables?.[name];
    return value === undefined || !object
      ? undefined
      : { value, place: placeOf(object, `spec.environmentVariables.${name}`) };
  }

  /** How connections of the pods get to their proxy: `NONE` when they do not. */
  interceptionMode({ workload, annotations, sidecar: { plane } }: ProxyFacts): Setting | undefined {
    const own = annotations[modeAnnotation];
    if (own !== undefined)
      return { value: own, place: { ...workload, field: annotationField(workload, modeAnnotation) } };
    return annotated(workload, annotations, ({ interceptionMode }) => interceptionMode) ?? meshWide(plane);
  }
}

const modeAnnotation = "sidecar.istio.io/interceptionMode";
const configAnnotation = "proxy.istio.io/config";

function specOf(object: KubernetesObject): ProxyConfigSpec {
  return (object.spec ?? {}) as ProxyConfigSpec;
}

function annotated(
  workload: Identity,
  annotations: Readonly<Record<string, string>>,
  pick: (settings: ProxySettings) => string | undefined,
): Setting | undefined {
  const value = pick((embedded(annotations[configAnnotation], proxySettings) ?? {}) as ProxySettings);
  const field = annotationField(workload, configAnnotation);
  return value === undefined ? undefined : { value: String(value), place: { ...workload, field } };
}

function meshWide(plane: SidecarFact["plane"]): Setting | undefined {
  const value = plane?.config.defaultConfig?.interceptionMode;
  if (value === undefined || !plane?.configPlace) return undefined;
  const field = `${plane.configPlace.field}: defaultConfig.interceptionMode`;
  return { value, place: { ...plane.configPlace, field } };
}

import { withoutNulls } from "../../input/nulls.js";
import { readYaml } from "../../input/yaml.js";
import type { LabelSelector } from "../../model/labels.js";
import type { KubernetesObject } from "../../model/model.js";
import { namespaceOf } from "../../model/namespaceOf.js";
import { shapeFaults, type Shape } from "../../validation/fieldShape.js";
import { placeOf, type Environment, type Place, type Variable } from "./environment.js";

/** The part of Istio's ProxyConfig that is read. */
export interface ProxySettings {
  proxyMetadata?: Record<string, string>;
  interceptionMode?: string;
}

/** The part of Istio's MeshConfig that is read. */
export interface MeshConfig {
  outboundTrafficPolicy?: { mode?: string };
  rootNamespace?: string;
  trustDomain?: string;
  trustDomainAliases?: string[];
  enableAutoMtls?: boolean;
  defaultConfig?: ProxySettings;
  defaultServiceExportTo?: string[];
  defaultVirtualServiceExportTo?: string[];
  defaultDestinationRuleExportTo?: string[];
  discoverySelectors?: LabelSelector[];
}

/** Values of the injector's chart that decide what reaches a proxy, and which pods get one. */
export interface InjectorValues {
  global?: {
    istioNamespace?: string;
    proxy?: Readonly<Record<string, unknown>> & { autoInject?: string };
  };
  sidecarInjectorWebhook?: {
    enableNamespacesByDefault?: boolean;
    neverInjectSelector?: LabelSelector[];
    alwaysInjectSelector?: LabelSelector[];
    defaultTemplates?: string[];
  };
  meshConfig?: MeshConfig;
  pilot?: { env?: Record<string, unknown> };
  /** Later charts hold what was below `pilot`. */
  env?: Record<string, unknown>;
  revision?: string;
  profile?: string;
}

/** The injector's own configuration, beside its chart's values. */
export interface InjectorConfig {
  policy?: string;
  defaultTemplates?: string[];
  neverInjectSelector?: LabelSelector[];
  alwaysInjectSelector?: LabelSelector[];
}

/** A value that is YAML within a manifest; undefined when it does not parse, or a field has the wrong type. */
export function embedded(text: unknown, shape: Shape): object | undefined {
  if (typeof text !== "string") return undefined;
  const { value, error } = readYaml(text, () => false);
  if (error || shapeFaults(value, shape, "").length > 0) return undefined;
  return (withoutNulls(value ?? {}) as object | null) ?? {};
}

/** What an object that installs Istio says of a control plane, before there is a ConfigMap. */
export interface Installation {
  namespace: string;
  revision: string;
  values: InjectorValues;
  config: MeshConfig;
  configPlace: Place;
  valuesPlace: Place;
  environment: Environment;
}

interface InstallationSpec {
  namespace?: string;
  revision?: string;
  profile?: string;
  meshConfig?: MeshConfig;
  values?: InjectorValues;
  updateStrategy?: { type?: string };
  version?: string;
  components?: { pilot?: { k8s?: { env?: { name?: string; value?: string }[] } } };
}

/** The `preview` profile of Istio's charts turns DNS capture on: manifests/charts/istio-control/istio-discovery/files. */
const profiles: Readonly<Record<string, MeshConfig>> = {
  preview: { defaultConfig: { proxyMetadata: { ISTIO_META_DNS_CAPTURE: "true" } } },
};

/** Reads an IstioOperator, or an Istio or IstioRevision of the Sail operator. */
export function installationOf(object: KubernetesObject): Installation {
  const spec = (object.spec ?? {}) as InstallationSpec;
  const values = spec.values ?? {};
  const inValues = spec.meshConfig === undefined;
  const namespace =
    spec.namespace ??
    values.global?.istioNamespace ??
    (object.kind === "IstioOperator" ? namespaceOf(object) : "istio-system");
  const profile = profiles[spec.profile ?? values.profile ?? ""];
  const environment = new Map<string, Variable>();
  for (const [path, env] of [
    ["spec.values.pilot.env", values.pilot?.env],
    ["spec.values.env", values.env],
  ] as const)
    for (const [name, value] of Object.entries(env ?? {}))
      environment.set(name, { value: String(value), place: placeOf(object, `${path}.${name}`) });
  for (const [index, { name, value }] of (spec.components?.pilot?.k8s?.env ?? []).entries())
    if (name !== undefined)
      environment.set(name, { value, place: placeOf(object, `spec.components.pilot.k8s.env[${index}]`) });
  return {
    namespace,
    revision: revisionOf(object, spec, values),
    values,
    config: merged(merged(profile ?? {}, values.meshConfig ?? {}), spec.meshConfig ?? {}),
    configPlace: placeOf(object, inValues ? "spec.values.meshConfig" : "spec.meshConfig"),
    valuesPlace: placeOf(object, "spec.values.global.proxy"),
    environment,
  };
}

/** The Sail operator names revisions after the Istio object, and its version where it keeps several side by side. */
function revisionOf(object: KubernetesObject, spec: InstallationSpec, values: InjectorValues): string {
  if (object.kind === "IstioOperator") return spec.revision || values.revision || "default";
  if (object.kind === "IstioRevision") return object.metadata.name;
  const own = object.metadata.name;
  const version = (spec.version ?? "").replaceAll(".", "-");
  return spec.updateStrategy?.type === "RevisionBased" ? `${own}-${version}` : own;
}

/** The later configuration over the earlier one, mappings key by key, as istiod merges its sources. */
export function merged<T extends object>(earlier: T, later: T): T {
  const result = { ...earlier } as Record<string, unknown>;
  for (const [key, value] of Object.entries(later)) {
    const before = result[key];
    result[key] = isMapping(before) && isMapping(value) ? merged(before, value) : value;
  }
  return result as T;
}

function isMapping(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

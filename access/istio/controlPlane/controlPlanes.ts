import { managedConfigMap, managedConfigMaps } from "../config/managed.js";
import type { AnalysisOptions, KubernetesObject, MeshKind, ObjectIndex } from "../../model/model.js";
import { namespaceOf } from "../../model/namespaceOf.js";
import { chartValues, injectorConfig, meshConfig } from "../../validation/mesh.js";
import { istiodOf, placeOf, type Environment, type Istiod, type Place } from "./environment.js";
import {
  embedded,
  installationOf,
  merged,
  type Installation,
  type InjectorConfig,
  type InjectorValues,
  type MeshConfig,
} from "./meshConfig.js";

/** One istiod, by its revision and the namespace it runs in, and all that configures it. */
export interface ControlPlane {
  /** `default` without one. */
  readonly revision: string;
  readonly namespace: string;
  /** The product that runs it. */
  readonly kind: MeshKind;
  readonly config: MeshConfig;
  /** Where the mesh configuration is written; undefined when the input holds none. */
  readonly configPlace?: Place;
  /** The webhook that shows the control plane, where the input holds nothing of its configuration. */
  readonly unread?: Place;
  /** A mesh configuration that does not parse. */
  readonly unreadable?: Place;
  readonly values: InjectorValues;
  readonly valuesPlace?: Place;
  readonly injector: InjectorConfig;
  readonly injectorPlace?: Place;
  readonly environment: Environment;
  readonly version?: readonly [number, number];
  readonly clusterDomain?: string;
}

/** The namespace whose policies hold for the whole mesh. Charts write it; istiod's own default is in pkg/config/mesh/mesh.go. */
export function rootOf({ config, configPlace, namespace }: ControlPlane): string {
  return config.rootNamespace ?? (configPlace ? "istio-system" : namespace);
}

type MutablePlane = { -readonly [Key in keyof ControlPlane]: ControlPlane[Key] };

/** The revision that namespaces of managed Cloud Service Mesh are labelled with. */
const managedRevision = "asm-managed";

const installers = ["install.istio.io/IstioOperator", "sailoperator.io/IstioRevision", "sailoperator.io/Istio"];

/** The control planes of the input. A mesh of which the input says nothing has one, with Istio's defaults. */
export class ControlPlanes {
  readonly all: readonly ControlPlane[];
  readonly #tags = new Map<string, string>();
  /** Names by which namespaces ask for a control plane. */
  readonly #asked: ReadonlySet<string>;
  /** The caller says how the mesh is configured, whichever control plane that is. */
  readonly #said: boolean;

  constructor(index: ObjectIndex, options: AnalysisOptions) {
    const found = new Map<string, MutablePlane>();
    const read = new Reader(index, options, found);
    read.all();
    const root = options.mesh?.rootNamespace ?? "istio-system";
    const kind = options.mesh?.kind ?? "istio";
    this.all = found.size > 0 ? [...found.values()] : [{ ...emptyPlane("default", root), kind }];
    this.#said = options.mesh?.outboundTrafficPolicy !== undefined;
    this.#asked = new Set([...index.namespaces.values()].flatMap(({ labels }) => namesAsked(labels)));
    for (const tag of index.ofKind("sailoperator.io/IstioRevisionTag")) {
      const { targetRef } = (tag.spec ?? {}) as { targetRef?: { name?: string } };
      if (targetRef?.name !== undefined) this.#tags.set(tag.metadata.name, targetRef.name);
    }
    for (const webhook of index.ofKind(webhookKind)) {
      const { "istio.io/tag": tag, "istio.io/rev": revision } = webhook.metadata.labels ?? {};
      if (tag !== undefined && revision !== undefined) this.#tags.set(tag, revision);
    }
  }

  /**
   * The control plane of a revision or a tag. The only one there is, whatever it is called, unless other namespaces ask
   * for that one by its own name. Undefined when it is not known.
   */
  named(name: string, namespace?: string): ControlPlane | undefined {
    const revision = this.#tags.get(name) ?? name;
    const fitting = this.all.filter(
      (plane) => plane.revision === revision && (namespace === undefined || plane.namespace === namespace),
    );
    if (fitting.length === 1) return fitting[0];
    const [only, ...others] = this.all;
    // A managed mesh has one control plane, whatever the label says.
    const isAnothers = only?.kind === "istio" && !this.#said && this.#asked.has(only.revision);
    return others.length === 0 && !isAnothers ? only : undefined;
  }
}

const webhookKind = "admissionregistration.k8s.io/MutatingWebhookConfiguration";

function namesAsked(labels: Readonly<Record<string, string>>): string[] {
  if (labels["istio-injection"] === "enabled") return ["default"];
  const revision = labels["istio.io/rev"];
  return revision === undefined || labels["istio-injection"] !== undefined ? [] : [revision];
}

function emptyPlane(revision: string, namespace: string): MutablePlane {
  return { revision, namespace, kind: "istio", config: {}, values: {}, injector: {}, environment: new Map() };
}

/** Puts together what Deployments, ConfigMaps and operators' objects say of one control plane. */
class Reader {
  readonly #istiods: readonly Istiod[];
  readonly #installations: readonly Installation[];

  constructor(
    private readonly index: ObjectIndex,
    private readonly options: AnalysisOptions,
    private readonly found: Map<string, MutablePlane>,
  ) {
    this.#istiods = index
      .ofKind("apps/Deployment")
      .flatMap((object) => istiodOf(object, (namespace, name) => this.#configMap(namespace, name)) ?? []);
    this.#installations = installers.flatMap((kind) => index.ofKind(kind)).map(installationOf);
  }

  all(): void {
    for (const { namespace, revision, environment, version, clusterDomain } of this.#istiods)
      Object.assign(this.#plane(namespace, revision), { environment, version, clusterDomain });
    const managed = this.#managed();
    const unmanaged = managed && this.#istiods.length === 0 ? [] : this.#candidates("istio", "mesh");
    for (const object of unmanaged) this.#readMesh(object);
    for (const object of this.#candidates("istio-sidecar-injector", "values")) this.#readInjector(object);
    for (const installation of this.#installations) this.#readInstallation(installation);
    this.#addUnread();
  }

  /** Control planes that webhooks send pods to, of which the input holds nothing else, beside others of which it does. */
  #addUnread(): void {
    const services = this.index.ofKind(webhookKind).flatMap(injectorsOf);
    const names = new Set(services.map(({ namespace, revision }) => `${namespace}/${revision}`));
    if (names.size < 2 || this.options.mesh?.outboundTrafficPolicy !== undefined) return;
    for (const { namespace, revision, place } of services) {
      const known = [...this.found.values()].some((plane) => plane.revision === revision);
      if (!known) this.#plane(namespace, revision).unread = place;
    }
  }

  #plane(namespace: string, revision: string): MutablePlane {
    const key = `${namespace}/${revision}`;
    let plane = this.found.get(key);
    if (!plane) this.found.set(key, (plane = emptyPlane(revision, namespace)));
    return plane;
  }

  /** Managed Cloud Service Mesh: its control plane is not in the cluster, and reads one ConfigMap of its own. */
  #managed(): ControlPlane | undefined {
    const kind = "cloud-service-mesh";
    const said = this.options.mesh?.kind;
    const configMaps = this.index.ofKind("ConfigMap").filter(({ metadata }) => managedConfigMaps.test(metadata.name));
    if (said !== kind && (said !== undefined || configMaps.length === 0)) return undefined;
    const read = configMaps.find(({ metadata }) => metadata.name === managedConfigMap);
    const plane = this.#plane(read ? namespaceOf(read) : "istio-system", managedRevision);
    plane.kind = kind;
    if (read) this.#readMeshInto(plane, read);
    return plane;
  }

  /** ConfigMaps by the name that istiod looks for, in its own namespace: anybody else may call one the same. */
  #candidates(name: string, key: string): KubernetesObject[] {
    const named = this.index
      .ofKind("ConfigMap")
      .filter(
        ({ metadata, data }) =>
          (metadata.name === name || metadata.name.startsWith(`${name}-`)) &&
          !managedConfigMaps.test(metadata.name) &&
          typeof (data as Record<string, unknown> | undefined)?.[key] === "string",
      );
    const homes = new Set([...this.#istiods, ...this.#installations].map(({ namespace }) => namespace));
    const root = this.options.mesh?.rootNamespace ?? "istio-system";
    if (homes.size === 0 && named.some((object) => namespaceOf(object) === root)) homes.add(root);
    const own = homes.size === 0 ? named : named.filter((object) => homes.has(namespaceOf(object)));
    return own;
  }

  #readMesh(object: KubernetesObject): void {
    this.#readMeshInto(this.#plane(namespaceOf(object), revisionOf(object, "istio")), object);
  }

  #readMeshInto(plane: MutablePlane, object: KubernetesObject): void {
    const { mesh } = (object.data ?? {}) as { mesh?: string };
    if (mesh === undefined) return;
    plane.configPlace = placeOf(object, "data.mesh");
    const config = embedded(mesh, meshConfig) as MeshConfig | undefined;
    if (!config) plane.unreadable = plane.configPlace;
    plane.config = merged(config ?? {}, this.#shared(plane));
  }

  /** A second ConfigMap, merged over the first: pilot/pkg/bootstrap/mesh.go. */
  #shared({ environment, namespace }: ControlPlane): MeshConfig {
    const name = environment.get("SHARED_MESH_CONFIG")?.value;
    const object = name ? this.#configMap(namespace, name) : undefined;
    return (embedded((object?.data as { mesh?: string } | undefined)?.mesh, meshConfig) ?? {}) as MeshConfig;
  }

  #readInjector(object: KubernetesObject): void {
    const plane = this.#plane(namespaceOf(object), revisionOf(object, "istio-sidecar-injector"));
    const { values, config } = object.data as { values: string; config?: string };
    plane.valuesPlace = placeOf(object, "data.values");
    plane.injectorPlace = placeOf(object, "data.config");
    const read = { values: embedded(values, chartValues), config: embedded(config ?? "", injectorConfig) };
    if (!read.values) plane.unreadable = plane.valuesPlace;
    if (!read.config) plane.unreadable = plane.injectorPlace;
    plane.values = (read.values ?? {}) as InjectorValues;
    plane.injector = (read.config ?? {}) as InjectorConfig;
  }

  /** What istiod itself reads comes before what an operator makes it from. */
  #readInstallation({ namespace, revision, ...said }: Installation): void {
    const plane = this.#plane(namespace, revision);
    if (!plane.configPlace)
      [plane.config, plane.configPlace] = [{ rootNamespace: namespace, ...said.config }, said.configPlace];
    if (!plane.valuesPlace) {
      const { sidecarInjectorWebhook = {}, global } = said.values;
      [plane.values, plane.valuesPlace] = [said.values, said.valuesPlace];
      plane.injector = { policy: global?.proxy?.autoInject, ...sidecarInjectorWebhook };
      plane.injectorPlace = { ...said.valuesPlace, field: "spec.values.sidecarInjectorWebhook" };
    }
    if (plane.environment.size === 0) plane.environment = said.environment;
  }

  #configMap(namespace: string, name: string): KubernetesObject | undefined {
    return this.index.inNamespace("ConfigMap", namespace).find(({ metadata }) => metadata.name === name);
  }
}

function revisionOf({ metadata }: KubernetesObject, prefix: string): string {
  return metadata.name === prefix ? "default" : metadata.name.slice(prefix.length + 1);
}

/** The injectors that a webhook configuration of Istio names, by the revisions that their Services are named after. */
function injectorsOf(object: KubernetesObject): { namespace: string; revision: string; place: Place }[] {
  const webhooks = (object.webhooks ?? []) as { clientConfig?: { service?: { name?: string; namespace?: string } } }[];
  return webhooks.flatMap(({ clientConfig }, index) => {
    const { name, namespace } = clientConfig?.service ?? {};
    if (name === undefined || namespace === undefined || !/^istiod(-|$)/.test(name)) return [];
    return [{ namespace, revision: injectorRevision(name), place: placeOf(object, `webhooks[${index}]`) }];
  });
}

/** Istio names the Service of a control plane after its revision. */
export function injectorRevision(service: string): string {
  return service.slice("istiod-".length) || "default";
}

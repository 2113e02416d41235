import { message } from "../../messages/index.js";
import { once } from "../../model/once.js";
import { indexOf } from "../../model/world.js";
import { evidence } from "../evidence.js";
import { append } from "../../model/append.js";
import { somePodsHave } from "../../model/pods.js";
import type { AnalysisOptions, Evidence, KubernetesObject, ObjectIndex, Target, Workload } from "../../model/model.js";
import type { ControlPlane } from "../controlPlane/controlPlanes.js";
import { planeIndex } from "./planeIndex.js";
import { AuthorizationPolicies } from "./authorization.js";
import type { KnownTargets } from "../proxy/destination.js";
import { DestinationRules } from "./destinationRules.js";
import { ProxyPatches } from "./filters.js";
import { Forwarders } from "../inbound/forwarders.js";
import { GatewayApiRoutes } from "./gatewayApi.js";
import { Gateways } from "./gateways.js";
import { PeerAuthentications } from "./peerAuthentication.js";
import { buildRegistry, type MeshService } from "../registry/registry.js";
import type { MeshIndex } from "./scope.js";
import { meshSettings, usesAllocated, type MeshSettings } from "./settings.js";
import { hasLabels } from "../../model/labels.js";
import type { Labels } from "./shapes.js";
import { Sidecars } from "./sidecars.js";
import { PartialSelections } from "./partialSelection.js";
import { UnmodelledObjects } from "./unmodelled.js";
import { VirtualServices } from "./virtualServices.js";
import { Visibility } from "../registry/visibleServices.js";

/** What every mesh of an input shares. */
export interface MeshInput {
  index: ObjectIndex;
  workloads: readonly Workload[];
  targets: readonly Target[];
  options: AnalysisOptions;
}

/** All that configures the proxies of one control plane, indexed once. */
export class Mesh {
  readonly settings: MeshSettings;
  /** Objects that the control plane does not read, and why. */
  readonly skipped: ReadonlyMap<KubernetesObject, readonly Evidence[]>;
  /** What may change any path of these proxies, and how is not known. */
  readonly doubts: readonly Evidence[];
  readonly services: readonly MeshService[];
  readonly index: MeshIndex;
  readonly peers: PeerAuthentications;
  readonly policies: AuthorizationPolicies;
  readonly gateways: Gateways;
  readonly sidecars: Sidecars;
  readonly patches: ProxyPatches;
  readonly forwarders: Forwarders;
  readonly unmodelled: UnmodelledObjects;
  readonly partial: PartialSelections;
  readonly gatewayApi: GatewayApiRoutes;
  readonly known: KnownTargets;
  /** Services of objects that the control plane does not read, by host. */
  readonly #unread = once(
    () => new Visibility(buildRegistry(indexOf([...this.skipped.keys()], new Map()), this.settings)),
  );
  readonly #objects: ObjectIndex;
  readonly #workloads = new Map<string, Workload[]>();
  readonly #behind = new Map<MeshService, readonly Workload[]>();

  /** @param all Whether to take all objects, whichever control plane reads them: what callers without a proxy meet. */
  constructor(
    { index, workloads, targets, options }: MeshInput,
    private readonly plane: ControlPlane,
    all = false,
  ) {
    const read = all ? undefined : planeIndex(plane, index);
    const world = read?.index ?? index;
    this.skipped = read?.skipped ?? new Map();
    this.doubts = read?.doubts ?? [];
    this.#objects = world;
    this.settings = meshSettings(plane, options);
    this.services = buildRegistry(world, this.settings);
    this.index = {
      visibility: new Visibility(this.services, this.settings.picksBestNamespace),
      virtualServices: new VirtualServices(world, this.settings),
      destinationRules: new DestinationRules(world, this.settings),
    };
    this.peers = new PeerAuthentications(world, this.settings);
    this.policies = new AuthorizationPolicies(world, this.settings);
    this.gateways = new Gateways(world, this.settings, this.services);
    this.sidecars = new Sidecars(world, this.settings);
    this.patches = new ProxyPatches(world, this.settings);
    // Files and listeners of pods are there whatever the control plane reads.
    this.forwarders = new Forwarders(index, this.patches);
    this.unmodelled = new UnmodelledObjects(world, this.settings);
    this.partial = new PartialSelections(world, this.settings);
    this.gatewayApi = new GatewayApiRoutes(world);
    this.known = { hosts: new Set(targets.map(({ host }) => host)) };
    for (const workload of workloads) {
      append(this.#workloads, workload.namespace, workload);
    }
  }

  /** Whether every proxy that this control plane configures listens at allocated addresses. */
  readonly everyProxyUsesAllocated = once((): boolean => {
    const proxies = [...this.#workloads.values()].flat().filter((one) => !one.gateway && this.#configures(one));
    return proxies.length > 0
      ? proxies.every((one) => usesAllocated(one, this.settings))
      : usesAllocated({ dns: {} }, this.settings);
  });

  #configures({ sidecar: { present, plane } }: Workload): boolean {
    return present === true && plane === this.plane;
  }

  /** Why the control plane does not read what declares a host, where something does. */
  passedOver(host: string): readonly Evidence[] {
    if (this.skipped.size === 0) return [];
    const objects = new Set(
      this.#unread()
        .allOfHost(host)
        .map(({ object }) => object),
    );
    return [...objects].flatMap((object) => [
      evidence(object, "spec.hosts", message("declares-unread", { host })),
      ...(this.skipped.get(object) ?? []),
    ]);
  }

  /** The Service of the cluster that has this host. */
  serviceOf(host: string): MeshService | undefined {
    return this.index.visibility.allOfHost(host).find(({ registry }) => registry === "kubernetes");
  }

  namespaceLabels(namespace: string): Readonly<Labels> {
    return this.#objects.namespaces.get(namespace)?.labels ?? {};
  }

  /** A WorkloadEntry that a Service selects beside pods: istiod makes an endpoint of it. */
  workloadEntryBehind({ selector, namespace }: MeshService): string | undefined {
    const entries = this.#objects.inNamespace("networking.istio.io/WorkloadEntry", namespace);
    if (entries.length === 0 || !selector || Object.keys(selector).length === 0) return undefined;
    const chosen = entries.find(({ spec }) =>
      hasLabels((spec as { labels?: Labels } | undefined)?.labels ?? {}, selector),
    );
    return chosen?.metadata.name;
  }

  /** The pods behind a Service: a gateway's, or those of an application. */
  workloadsBehind(service: MeshService): readonly Workload[] {
    let found = this.#behind.get(service);
    if (!found) {
      const { selector } = service;
      const selective = selector && Object.keys(selector).length > 0;
      const candidates = selective ? (this.#workloads.get(service.namespace) ?? []) : [];
      found = candidates.filter((workload) => selector && somePodsHave(workload, selector) === true);
      this.#behind.set(service, found);
    }
    return found;
  }
}

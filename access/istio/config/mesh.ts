import { append } from "../../model/append.js";
import { somePodsHave } from "../../model/pods.js";
import type { AnalysisOptions, Target, Workload, World } from "../../model/model.js";
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
import { meshSettings, type MeshSettings } from "./settings.js";
import { Sidecars } from "./sidecars.js";
import { VirtualServices } from "./virtualServices.js";
import { Visibility } from "../registry/visibleServices.js";

/** All that configures the mesh's proxies, indexed once. */
export class Mesh {
  readonly settings: MeshSettings;
  readonly services: readonly MeshService[];
  readonly index: MeshIndex;
  readonly peers: PeerAuthentications;
  readonly policies: AuthorizationPolicies;
  readonly gateways: Gateways;
  readonly sidecars: Sidecars;
  readonly patches: ProxyPatches;
  readonly forwarders: Forwarders;
  readonly gatewayApi: GatewayApiRoutes;
  readonly known: KnownTargets;
  readonly #workloads = new Map<string, Workload[]>();
  readonly #behind = new Map<MeshService, readonly Workload[]>();

  constructor(world: World, options: AnalysisOptions, targets: readonly Target[]) {
    this.settings = meshSettings(world, options);
    this.services = buildRegistry(world, this.settings);
    this.index = {
      visibility: new Visibility(this.services),
      virtualServices: new VirtualServices(world, this.settings),
      destinationRules: new DestinationRules(world, this.settings),
    };
    this.peers = new PeerAuthentications(world, this.settings);
    this.policies = new AuthorizationPolicies(world, this.settings);
    this.gateways = new Gateways(world, this.settings, this.services);
    this.sidecars = new Sidecars(world, this.settings);
    this.patches = new ProxyPatches(world, this.settings);
    this.forwarders = new Forwarders(world, this.patches);
    this.gatewayApi = new GatewayApiRoutes(world);
    this.known = { hosts: new Set(targets.map(({ host }) => host)) };
    for (const workload of world.workloads) {
      append(this.#workloads, workload.namespace, workload);
    }
  }

  /** The Service of the cluster that has this host. */
  serviceOf(host: string): MeshService | undefined {
    return this.index.visibility.allOfHost(host).find(({ registry }) => registry === "kubernetes");
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

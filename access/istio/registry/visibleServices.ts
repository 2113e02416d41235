import { ascending } from "../../model/order.js";
import { append } from "../../model/append.js";
import { hostsMatch, isWildcard } from "./hostname.js";
import { anyAddress, isVisibleTo, type MeshService } from "./registry.js";

/** Services of one port: by listening address, and those that listen on every address. */
export interface PortServices {
  byAddress: ReadonlyMap<string, readonly MeshService[]>;
  /** Services of the listener of every address: of TCP and TLS without an address of their own or with a block, and all of HTTP. */
  anywhere: readonly MeshService[];
  /** Those of HTTP. */
  http: readonly MeshService[];
}

const noServices: PortServices = { byAddress: new Map(), anywhere: [], http: [] };

/** A set of services in istiod's order, found by host and by port. Indexes are made when first asked for. */
class ServiceSet {
  readonly #byHost = new Map<string, MeshService[]>();
  readonly #byPort: Record<"allocated" | "plain", Map<number, PortServices> | undefined> = {
    allocated: undefined,
    plain: undefined,
  };

  constructor(readonly services: readonly MeshService[]) {
    for (const service of services) append(this.#byHost, service.host, service);
  }

  ofHost(host: string): readonly MeshService[] {
    return this.#byHost.get(host) ?? [];
  }

  atPort(port: number, allocated: boolean): PortServices {
    const key = allocated ? "allocated" : "plain";
    return (this.#byPort[key] ??= indexPorts(this.services, allocated)).get(port) ?? noServices;
  }
}

function indexPorts(services: readonly MeshService[], allocated: boolean): Map<number, PortServices> {
  const index = new Map<
    number,
    { byAddress: Map<string, MeshService[]>; anywhere: MeshService[]; http: MeshService[] }
  >();
  for (const service of services) {
    if (service.resolution === "alias") continue;
    for (const { number, protocol } of service.ports) {
      if (protocol === "udp") continue;
      let entry = index.get(number);
      if (!entry) index.set(number, (entry = { byAddress: new Map(), anywhere: [], http: [] }));
      const address = listeningAddress(service, allocated);
      if (protocol === "http") entry.http.push(service);
      if (protocol === "http" || address === anyAddress || address.includes("/")) entry.anywhere.push(service);
      else append(entry.byAddress, address, service);
    }
  }
  return index;
}

/** Where sidecars listen for a service: those that answer DNS at the allocated address. Headless pods have their own. */
export function listeningAddress(service: MeshService, allocated: boolean): string {
  if (service.address !== anyAddress) return service.address;
  if (service.registry === "kubernetes") return `pods:${service.host}`;
  return (allocated ? service.allocated : undefined) ?? anyAddress;
}

/** What the proxies of one namespace may see: first what is exported to it by name, then what is exported to all. */
export interface NamespaceView {
  readonly parts: readonly ServiceSet[];
}

/** The registry cut by visibility. Namespaces to which nothing is exported by name share one view. */
export class Visibility {
  readonly #common: NamespaceView;
  readonly #views = new Map<string, NamespaceView>();
  readonly #byHost = new Map<string, MeshService[]>();
  readonly #wildcards: readonly MeshService[];

  constructor(
    services: readonly MeshService[],
    private readonly picksBest = true,
  ) {
    this.#wildcards = services.filter(({ host }) => isWildcard(host));
    const everyone = new ServiceSet(services.filter(({ exportTo }) => exportTo.has("*")));
    this.#common = { parts: [everyone] };
    const named = new Map<string, MeshService[]>();
    for (const service of services) {
      append(this.#byHost, service.host, service);
      if (service.exportTo.has("*") || service.exportTo.has("~")) continue;
      const namespaces = new Set([...service.exportTo].map((name) => (name === "." ? service.namespace : name)));
      for (const namespace of namespaces) append(named, namespace, service);
    }
    for (const [namespace, own] of named) this.#views.set(namespace, { parts: [new ServiceSet(own), everyone] });
  }

  of(namespace: string): NamespaceView {
    return this.#views.get(namespace) ?? this.#common;
  }

  isPersonal(namespace: string): boolean {
    return this.#views.has(namespace);
  }

  /** Every service of a host, seen or not: to say why one is not found. */
  allOfHost(host: string): readonly MeshService[] {
    return this.#byHost.get(host) ?? [];
  }

  /** Every service of a host or of a wildcard that covers it. */
  allCovering(host: string): readonly MeshService[] {
    const covering = this.#wildcards.filter((service) => service.host !== host && hostsMatch(service.host, host));
    return covering.length === 0 ? this.allOfHost(host) : [...this.allOfHost(host), ...covering];
  }

  /**
   * The service a route's destination means when the proxy's own listeners do not import it: the namespace's own, else
   * a Kubernetes Service that is visible, else the oldest visible one. Before Istio 1.30, the first by namespace.
   *
   * Source: istio pilot/pkg/model/sidecar.go, pickBestVisibleNamespace and pickFirstVisibleNamespace.
   */
  destination(host: string, namespace: string): MeshService | undefined {
    const services = this.allOfHost(host);
    const own = services.find((service) => service.namespace === namespace);
    if (own) return own;
    const visible = services.filter((service) => isVisibleTo(service, namespace));
    if (!this.picksBest) return [...visible].sort((a, b) => ascending(a.namespace, b.namespace))[0];
    return visible.find(({ registry }) => registry === "kubernetes") ?? visible[0];
  }
}

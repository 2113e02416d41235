import { message, type Message } from "../../messages/index.js";
import type { Evidence } from "../../model/model.js";
import { chooseTls, type DestinationRules, type MergedRule } from "./destinationRules.js";
import { evidence } from "../evidence.js";
import {
  listeningAddress,
  type NamespaceView,
  type PortServices,
  type Visibility,
} from "../registry/visibleServices.js";
import { anyAddress, type MeshService, type ServicePort } from "../registry/registry.js";
import type { Labels, RouteDestination } from "./shapes.js";
import type { EgressListener, SidecarChoice } from "./sidecars.js";
import type { Route, VirtualServices } from "./virtualServices.js";

/** The parts of the mesh every proxy's view is cut from. */
export interface MeshIndex {
  visibility: Visibility;
  virtualServices: VirtualServices;
  destinationRules: DestinationRules;
}

/** What a proxy makes of names. */
export interface ProxyDns {
  /** It answers its pod's queries. */
  answers: boolean;
  /** It listens at the addresses that are allocated to ServiceEntries without one. */
  allocated: boolean;
}

/** What one proxy is configured with: the services, routes and rules that reach it. */
export class ProxyScope {
  readonly #view: NamespaceView;
  readonly #owners = new Map<EgressListener, Map<string, string>>();
  readonly #clusters = new Map<string, MeshService | undefined>();

  constructor(
    readonly index: MeshIndex,
    readonly namespace: string,
    readonly labels: Readonly<Labels>,
    readonly dns: ProxyDns,
    readonly sidecar: SidecarChoice,
    /** `mesh` for a sidecar. */
    readonly gateway: string,
  ) {
    this.#view = index.visibility.of(namespace);
  }

  /** Services of a listener that listen at an address, in istiod's order; `anywhere` for those without one. */
  servicesAt(listener: EgressListener, port: number, address: string | "anywhere" | "http"): MeshService[] {
    return this.#view.parts.flatMap((part) => {
      const services = part.atPort(port, this.dns.allocated);
      return this.#selected(listener, choosePlace(services, address));
    });
  }

  #selected(listener: EgressListener, services: readonly MeshService[]): MeshService[] {
    return services.filter(
      (service) => listener.imports(service) && this.#owner(listener, service.host) === service.namespace,
    );
  }

  /**
   * Of a host that several namespaces define, a sidecar takes its own namespace's, else a Kubernetes Service, else the
   * first. A gateway prefers no namespace.
   *
   * Source: istio pilot/pkg/model/sidecar.go, DefaultSidecarScopeForGateway.
   */
  #owner(listener: EgressListener, host: string): string | undefined {
    let owners = this.#owners.get(listener);
    if (!owners) this.#owners.set(listener, (owners = new Map()));
    const known = owners.get(host);
    if (known !== undefined) return known;
    const own = this.gateway === "mesh" ? this.namespace : undefined;
    let chosen: MeshService | undefined;
    for (const service of this.#ofHost(host)) {
      if (!listener.imports(service)) continue;
      if (!chosen || service.namespace === own) chosen = service;
      else if (chosen.registry !== "kubernetes" && service.registry === "kubernetes" && chosen.namespace !== own) {
        chosen = service;
      }
    }
    if (chosen) owners.set(host, chosen.namespace);
    return chosen?.namespace;
  }

  #ofHost(host: string): MeshService[] {
    return this.#view.parts.flatMap((part) => part.ofHost(host));
  }

  /** Whether anything of this host is exported to the proxy at all. */
  knows(host: string): boolean {
    return this.#view.parts.some((part) => part.ofHost(host).length > 0);
  }

  /** Whether no service has a listener that could take a connection to these addresses on a port. */
  isSilent(port: number, addresses: readonly string[]): boolean {
    return this.#view.parts.every((part) => {
      const { anywhere, byAddress } = part.atPort(port, this.dns.allocated);
      return anywhere.length === 0 && !addresses.some((address) => byAddress.has(address));
    });
  }

  /** Services of exactly this host that the proxy's listeners import. */
  imported(host: string): MeshService[] {
    return this.sidecar.listeners.flatMap((listener) => this.#selected(listener, this.#ofHost(host)));
  }

  routesFor(listener: EgressListener, host: string): Route[] {
    return this.index.virtualServices
      .forHost(this.namespace, this.gateway, host)
      .filter((route) => listener.importsRoute(route));
  }

  /** The service whose clusters the proxy holds for a host: one it imports, else one a route it imports leads to. */
  clusterService(host: string): MeshService | undefined {
    if (!this.#clusters.has(host)) this.#clusters.set(host, this.#findCluster(host));
    return this.#clusters.get(host);
  }

  #findCluster(host: string): MeshService | undefined {
    let chosen: MeshService | undefined;
    for (const service of this.imported(host)) {
      if (!chosen) chosen = service;
      else if (chosen.registry !== service.registry) {
        if (service.registry === "kubernetes") chosen = service;
      } else chosen = withPortsOf(chosen, service);
    }
    if (chosen || this.gateway !== "mesh") return chosen;
    const service = this.index.visibility.destination(host, this.namespace);
    // A listener with a port of its own brings along what its routes lead to on that port only.
    const led = this.sidecar.listeners.some(
      (listener) =>
        (listener.port === undefined || service?.ports.some(({ number }) => number === listener.port) === true) &&
        this.index.virtualServices
          .all(this.namespace, this.gateway)
          .some((route) => listener.importsRoute(route) && leadsTo(route, host)),
    );
    return led ? service : undefined;
  }

  destinationRule(service: MeshService): MergedRule | undefined {
    return this.index.destinationRules.find(this.namespace, this.labels, service);
  }

  /** The cluster a route's destination names, or why there is none. */
  cluster(destination: NonNullable<RouteDestination["destination"]>, listenerPort: number): Cluster | MissingCluster {
    const host = destination.host ?? "";
    const service = this.clusterService(host);
    if (!service) return { missing: "service", host };
    const number = destination.port?.number ?? (service.ports.length === 1 ? service.ports[0]?.number : listenerPort);
    const port = service.ports.find((one) => one.number === number);
    if (!port) return { missing: "port", host, service, number: number ?? listenerPort };
    const rule = this.destinationRule(service);
    const subset = destination.subset ?? "";
    if (subset !== "" && !rule?.subsets.has(subset)) return { missing: "subset", host, service, subset, rule };
    return { service, port, subset, rule };
  }

  /** The address a client dials for a host when its own proxy answers DNS: undefined when the proxy does not know it. */
  dnsAnswer(host: string): string | undefined {
    if (!this.dns.answers) return undefined;
    const addresses = this.imported(host)
      .map((service) => listeningAddress(service, this.dns.allocated))
      .filter((address) => address !== anyAddress && !address.includes("/") && !address.startsWith("pods:"));
    return addresses[0];
  }
}

/** What a cluster connects to. */
export interface Cluster {
  service: MeshService;
  port: ServicePort;
  subset: string;
  rule: MergedRule | undefined;
}

export type MissingCluster =
  | { missing: "service"; host: string }
  | { missing: "port"; host: string; service: MeshService; number: number }
  | { missing: "subset"; host: string; service: MeshService; subset: string; rule: MergedRule | undefined };

function choosePlace(services: PortServices, address: string): readonly MeshService[] {
  if (address === "anywhere") return services.anywhere;
  if (address === "http") return services.http;
  return services.byAddress.get(address) ?? [];
}

function withPortsOf(service: MeshService, other: MeshService): MeshService {
  if (service.namespace !== other.namespace || service.resolution !== other.resolution) return service;
  const added = other.ports.filter(({ number }) => !service.ports.some((port) => port.number === number));
  return added.length === 0 ? service : { ...service, ports: [...service.ports, ...added] };
}

function leadsTo(route: Route, host: string): boolean {
  const rules = [...(route.spec.http ?? []), ...(route.spec.tls ?? []), ...(route.spec.tcp ?? [])];
  return rules.some((rule) => (rule.route ?? []).some(({ destination }) => destination?.host === host));
}

/** How a proxy speaks to a cluster. */
export interface UpstreamTls {
  mode: "plaintext" | "automatic" | "SIMPLE" | "MUTUAL" | "ISTIO_MUTUAL";
  /** The outer SNI. */
  sni?: string;
  /** Identities the server must show, when the rule names some. */
  serverNames?: readonly string[];
  evidence?: Evidence;
  unmodelled?: Message;
}

/** The TLS a proxy uses towards a cluster, by the DestinationRule that holds. */
export function upstreamTls(cluster: Cluster, proxyIsSidecar: boolean): UpstreamTls {
  const { rule, service, port, subset } = cluster;
  const automatic: UpstreamTls = { mode: service.meshExternal ? "plaintext" : "automatic" };
  if (!rule) return automatic;
  const { tls, object, field, unmodelled } = chooseTls(rule, subset, port.number);
  if (unmodelled) return { mode: "plaintext", unmodelled };
  if (!tls) return automatic;
  const mode = tls.mode ?? "DISABLE";
  const say = (text: Message): Evidence => evidence(object, field, text);
  if (mode === "DISABLE") return { mode: "plaintext", evidence: say(message("tls-disabled")) };
  if (mode === "ISTIO_MUTUAL") {
    const sni = tls.sni ?? clusterSni(cluster);
    return {
      mode,
      sni,
      serverNames: tls.subjectAltNames,
      evidence: say(message("mesh-mutual-tls", { sni })),
    };
  }
  const needsSecret = tls.credentialName !== undefined && !tls.credentialName.startsWith("configmap://");
  if (needsSecret && proxyIsSidecar && rule.selector === undefined) {
    return {
      mode: "plaintext",
      evidence: say(message("credential-ignored")),
    };
  }
  return {
    mode,
    sni: tls.sni,
    evidence: say(message(mode === "SIMPLE" ? "tls-to-host" : "mutual-tls-to-host", { host: service.host })),
  };
}

/** The SNI of a mutual TLS hop for which no rule names one: the name of the cluster. */
export function clusterSni({ service, port, subset }: Cluster): string {
  return `outbound_.${port.number}_.${subset}_.${service.host}`;
}

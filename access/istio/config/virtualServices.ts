import { append } from "../../model/append.js";
import type { KubernetesObject, ObjectIndex } from "../../model/model.js";
import { namespaceOf } from "../../model/world.js";
import { byCreation } from "../evidence.js";
import { hostsMatch, isWildcard, resolveShortName } from "../registry/hostname.js";
import type { MeshSettings } from "./settings.js";
import type { ConnectionMatch, ConnectionRoute, RouteDestination, VirtualServiceSpec } from "./shapes.js";

/** The gateway name that stands for all sidecars. */
export const meshGateway = "mesh";

/** A VirtualService with its names resolved. */
export interface Route {
  object: KubernetesObject;
  namespace: string;
  hosts: readonly string[];
  spec: VirtualServiceSpec;
}

/** VirtualServices found by the host they may carry, in a fixed order. */
class RouteList {
  readonly #exact = new Map<string, number[]>();
  readonly #wildcards: number[] = [];

  constructor(readonly routes: readonly Route[]) {
    routes.forEach((route, position) => {
      for (const host of new Set(route.hosts)) {
        if (isWildcard(host)) this.#wildcards.push(position);
        else append(this.#exact, host, position);
      }
    });
  }

  forHost(host: string): Route[] {
    if (isWildcard(host)) return this.routes.filter((route) => route.hosts.some((own) => hostsMatch(own, host)));
    const found = new Set(this.#exact.get(host));
    for (const position of this.#wildcards) {
      if (this.routes[position]?.hosts.some((own) => hostsMatch(own, host))) found.add(position);
    }
    return [...found].sort((a, b) => a - b).flatMap((position) => this.routes[position] ?? []);
  }
}

/** VirtualServices by gateway and by the namespaces they are exported to. */
export class VirtualServices {
  readonly #own = new Map<string, RouteList>();
  readonly #exported = new Map<string, RouteList>();
  readonly #public = new Map<string, RouteList>();
  readonly #labelKeys = new Set<string>();
  /** Namespaces of callers that matches mention. */
  readonly #sourceNamespaces = new Set<string>();

  readonly #everyone: RouteList;

  constructor(world: ObjectIndex, settings: MeshSettings) {
    const all: Route[] = [];
    const own = new Map<string, Route[]>();
    const exported = new Map<string, Route[]>();
    const everyone = new Map<string, Route[]>();
    for (const object of [...world.ofKind("networking.istio.io/VirtualService")].sort(byCreation)) {
      const route = resolve(object, settings);
      // Without hosts it is a part that another VirtualService delegates to.
      if (route.hosts.length === 0) continue;
      all.push(route);
      this.#noteCallers(route);
      const exportTo = exportedTo(route, settings);
      for (const gateway of route.spec.gateways ?? []) {
        if (exportTo.has("*")) append(everyone, gateway, route);
        else if (!exportTo.has("~")) {
          for (const namespace of exportTo) {
            append(namespace === route.namespace ? own : exported, `${namespace}|${gateway}`, route);
          }
        }
      }
    }
    this.#everyone = new RouteList(all);
    for (const [key, routes] of own) this.#own.set(key, new RouteList(routes));
    for (const [key, routes] of exported) this.#exported.set(key, new RouteList(routes));
    for (const [key, routes] of everyone) this.#public.set(key, new RouteList(routes));
  }

  #noteCallers({ spec }: Route): void {
    for (const rule of [...(spec.http ?? []), ...(spec.tls ?? []), ...(spec.tcp ?? [])]) {
      for (const match of rule.match ?? []) {
        for (const key of Object.keys(match.sourceLabels ?? {})) this.#labelKeys.add(key);
        if (match.sourceNamespace) this.#sourceNamespaces.add(match.sourceNamespace);
      }
    }
  }

  /** Those bound to a gateway that proxies of a namespace see: their own namespace's, those exported to it, all others. */
  #lists(namespace: string, gateway: string): RouteList[] {
    const key = `${namespace}|${gateway}`;
    return [this.#own.get(key), this.#exported.get(key), this.#public.get(gateway)].flatMap((list) => list ?? []);
  }

  forHost(namespace: string, gateway: string, host: string): Route[] {
    return this.#lists(namespace, gateway).flatMap((list) => list.forHost(host));
  }

  /** Those of a host that exist, but not for proxies of this namespace. */
  hidden(namespace: string, gateway: string, host: string): Route[] {
    const seen = new Set(this.forHost(namespace, gateway, host));
    return this.#everyone
      .forHost(host)
      .filter((route) => !seen.has(route) && route.spec.gateways?.includes(gateway) === true);
  }

  /** Those of a host, whoever gets them. */
  naming(host: string): Route[] {
    return this.#everyone.forHost(host);
  }

  all(namespace: string, gateway: string): Route[] {
    return this.#lists(namespace, gateway).flatMap((list) => list.routes);
  }

  /** Labels of callers that matches mention. */
  labelKeys(): string[] {
    return [...this.#labelKeys];
  }

  /** Whether any VirtualService is meant for this namespace alone, so that it cannot share another's answers. */
  isPersonal(namespace: string): boolean {
    const key = `${namespace}|${meshGateway}`;
    return this.#own.has(key) || this.#exported.has(key) || this.#sourceNamespaces.has(namespace);
  }
}

function exportedTo(route: Route, settings: MeshSettings): Set<string> {
  const said = route.spec.exportTo ?? [];
  const names = said.length > 0 ? said : [...settings.virtualServiceExportTo];
  return new Set(names.map((name) => (name === "." ? route.namespace : name)));
}

function resolve(object: KubernetesObject, settings: MeshSettings): Route {
  const spec = (object.spec ?? {}) as VirtualServiceSpec;
  const namespace = namespaceOf(object);
  const host = (name: string): string => resolveShortName(name, namespace, settings.clusterDomain);
  const gateway = (name: string): string => gatewayName(name, namespace);
  const match = (condition: ConnectionMatch): ConnectionMatch =>
    condition.gateways ? { ...condition, gateways: condition.gateways.map(gateway) } : condition;
  const connection = <R extends ConnectionRoute>(rule: R): R => ({
    ...rule,
    match: rule.match?.map(match),
    route: rule.route?.map((route) => ({
      ...route,
      destination: { ...route.destination, host: host(route.destination?.host ?? "") },
    })),
  });
  const gateways = spec.gateways && spec.gateways.length > 0 ? spec.gateways : [meshGateway];
  return {
    object,
    namespace,
    hosts: (spec.hosts ?? []).map(host),
    spec: {
      ...spec,
      gateways: gateways.map(gateway),
      http: spec.http?.map(connection),
      tls: spec.tls?.map(connection),
      tcp: spec.tcp?.map(connection),
    },
  };
}

/** `namespace/name` of a Gateway, from the forms a VirtualService may use. */
function gatewayName(name: string, namespace: string): string {
  if (name === meshGateway) return name;
  const slash = name.indexOf("/");
  if (slash >= 0) return name.slice(0, slash) === "." ? `${namespace}/${name.slice(slash + 1)}` : name;
  const [short, domain] = name.split(".");
  return domain === undefined ? `${namespace}/${name}` : `${domain}/${short ?? ""}`;
}

/** Where a rule sends connections: of several destinations those that have a weight. */
export function destinationsOf({ route = [] }: ConnectionRoute): readonly RouteDestination[] {
  return route.length > 1 ? route.filter(({ weight }) => (weight ?? 0) > 0) : route;
}

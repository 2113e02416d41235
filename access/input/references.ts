import { nameOf } from "../model/objectName.js";
import { message } from "../messages/index.js";
import type { AnalysisOptions, KubernetesObject, Problem, World } from "../model/model.js";
import { isIncomplete } from "../model/placeholder.js";
import { HostMap } from "../istio/registry/hostname.js";
import { problemOf } from "../model/problem.js";
import { somePodsHave } from "../model/pods.js";
import { some } from "../model/trilean.js";
import { namespaceOf } from "../model/world.js";

interface Destination {
  host?: string;
  subset?: string;
}

interface VirtualServiceSpec {
  gateways?: string[];
  http?: RouteSpec[];
  tcp?: RouteSpec[];
  tls?: RouteSpec[];
}

interface RouteSpec {
  route?: { destination?: Destination }[];
  match?: { gateways?: string[] }[];
}

interface RuleSpec {
  host?: string;
  subsets?: { name?: string }[];
}

const meshKeyword = "mesh";

/** What refers to nothing in the input: routes to gateways, hosts and subsets that are not there, rules about no host. */
export function checkReferences(world: World, options: AnalysisOptions = {}): Problem[] {
  const names = new Names(world, options);
  return [
    ...world.ofKind("networking.istio.io/VirtualService").flatMap((object) => ofVirtualService(object, names)),
    ...world.ofKind("networking.istio.io/DestinationRule").flatMap((object) => ofDestinationRule(object, names)),
    ...world.ofKind("networking.istio.io/Gateway").flatMap((object) => ofGateway(object, world)),
  ];
}

/** Every name that something may refer to. */
class Names {
  private readonly gateways: ReadonlySet<string>;
  private readonly hosts = new Set<string>();
  private readonly wildcards: string[] = [];
  /** Of the rule for a host, the most specific one holds, as for its proxies. */
  private readonly subsets = new HostMap<Set<string>>();
  private readonly domain: string;

  constructor(world: World, options: AnalysisOptions) {
    this.domain = options.mesh?.clusterDomain ?? "cluster.local";
    this.gateways = new Set(
      world.ofKind("networking.istio.io/Gateway").map((object) => `${namespaceOf(object)}/${object.metadata.name}`),
    );
    for (const service of world.ofKind("Service")) this.addHost(this.full(service.metadata.name, namespaceOf(service)));
    for (const gateway of world.ofKind("istio.alibabacloud.com/IstioGateway"))
      this.addHost(this.full(`istio-${gateway.metadata.name}`, namespaceOf(gateway)));
    for (const entry of world.ofKind("networking.istio.io/ServiceEntry"))
      for (const host of (entry.spec as { hosts?: string[] } | undefined)?.hosts ?? []) this.addHost(host);
    for (const rule of world.ofKind("networking.istio.io/DestinationRule")) this.addSubsets(rule);
  }

  hasGateway(reference: string, namespace: string): boolean {
    return this.gateways.has(reference.includes("/") ? reference : `${namespace}/${reference}`);
  }

  hasHost(host: string, namespace: string): boolean {
    if (isIncomplete(host)) return true;
    const full = this.full(host, namespace);
    const covered = this.wildcards.some((suffix) => host.endsWith(suffix));
    const covers = host.startsWith("*") && [...this.hosts].some((known) => known.endsWith(host.slice(1)));
    return this.hosts.has(host) || this.hosts.has(full) || covered || covers;
  }

  hasSubset(host: string, subset: string, namespace: string): boolean {
    return this.subsets.mostSpecific(this.full(host, namespace))?.has(subset) === true;
  }

  private addHost(host: string): void {
    this.hosts.add(host);
    if (host.startsWith("*")) this.wildcards.push(host.slice(1));
  }

  private addSubsets(rule: KubernetesObject): void {
    const { host, subsets = [] } = (rule.spec ?? {}) as RuleSpec;
    if (host === undefined) return;
    const key = this.full(host, namespaceOf(rule));
    const known = this.subsets.get(key) ?? new Set();
    for (const { name } of subsets) known.add(name ?? "");
    this.subsets.set(key, known);
  }

  /** A short name means the Service of that name in the namespace of the object that names it. */
  private full(host: string, namespace: string): string {
    if (!host.includes(".")) return `${host}.${namespace}.svc.${this.domain}`;
    return host.endsWith(".svc") ? `${host}.${this.domain}` : host;
  }
}

function ofVirtualService(object: KubernetesObject, names: Names): Problem[] {
  const spec = (object.spec ?? {}) as VirtualServiceSpec;
  const namespace = namespaceOf(object);
  const routes = [...list(spec.http), ...list(spec.tcp), ...list(spec.tls)];
  const gateways = new Set([
    ...list(spec.gateways),
    ...routes.flatMap((route) => list(route.match).flatMap((match) => list(match.gateways))),
  ]);
  const missing = [...gateways].filter((name) => name !== meshKeyword && !names.hasGateway(name, namespace));
  const destinations = routes.flatMap((route) => list(route.route).flatMap(({ destination }) => destination ?? []));
  return [
    ...missing.map((gateway) => problemOf(object, message("gateway-not-found", { object: nameOf(object), gateway }))),
    ...unique(destinations.flatMap((destination) => faultOf(destination, object, names))),
  ];
}

function faultOf({ host, subset }: Destination, route: KubernetesObject, names: Names): Problem[] {
  const [namespace, object] = [namespaceOf(route), nameOf(route)];
  if (host === undefined) return [problemOf(route, message("destination-without-host", { object }))];
  if (!names.hasHost(host, namespace)) return [problemOf(route, message("destination-not-found", { object, host }))];
  if (subset === undefined || names.hasSubset(host, subset, namespace)) return [];
  return [problemOf(route, message("subset-not-found", { object, host, subset }))];
}

function ofDestinationRule(object: KubernetesObject, names: Names): Problem[] {
  const { host } = (object.spec ?? {}) as RuleSpec;
  if (host === undefined) return [problemOf(object, message("rule-without-host", { object: nameOf(object) }))];
  if (names.hasHost(host, namespaceOf(object))) return [];
  return [problemOf(object, message("rule-host-not-found", { object: nameOf(object), host }))];
}

/** Only a warning: the gateway's pods may be somebody else's to install. */
function ofGateway(object: KubernetesObject, world: World): Problem[] {
  const { selector = {} } = (object.spec ?? {}) as { selector?: Record<string, string> };
  if (some(world.workloads, (workload) => somePodsHave(workload, selector)) !== false) return [];
  const labels =
    Object.entries(selector)
      .map(([key, value]) => `${key}=${value}`)
      .join(", ") || "any labels";
  return [problemOf(object, message("gateway-selects-nothing", { object: nameOf(object), labels }))];
}

function list<T>(value: readonly T[] | undefined): readonly T[] {
  return Array.isArray(value) ? value : [];
}

/** Each problem once, though several routes may have it. */
function unique(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

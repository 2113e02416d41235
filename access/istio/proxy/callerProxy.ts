import { nameOf } from "../../model/objectName.js";
import { message } from "../../messages/index.js";
import type { Evidence, MeshVerdict, Target } from "../../model/model.js";
import { endOf, missingCluster } from "./destination.js";
import { evidence } from "../evidence.js";
import type { Mesh } from "../config/mesh.js";
import { catchAllText, outbound, type Dial, type Outcome } from "./outbound.js";
import { endsOf } from "../registry/owners.js";
import { anyAddress, isVisibleTo, type MeshService } from "../registry/registry.js";
import { agreed, ended, finished, type RouteResult } from "./route.js";
import { upstreamTls, type ProxyScope } from "../config/scope.js";
import type { ServicePods } from "./servicePods.js";
import type { RouteDestination } from "../config/shapes.js";
import { askedName, clientSni } from "./target.js";
import { blocked, hopEncryption, unknown, type Path } from "../verdict.js";
import { listeningAddress } from "../registry/visibleServices.js";

/** Other objects for a host that evidence names. */
const mostNamed = 3;

type Destination = NonNullable<RouteDestination["destination"]>;

/** What a caller's own proxy does with the connections it gets. */
export class CallerProxy {
  readonly #refusals = new Map<object, Map<Target | string, Path>>();

  constructor(
    private readonly mesh: Mesh,
    private readonly services: ServicePods,
  ) {}

  /** From the listener that takes the connection to where it ends, or to who decides. */
  routeOf(scope: ProxyScope, target: Target): RouteResult {
    const doubt = this.#doubt(scope, target);
    if (doubt) return ended(unknown([doubt]));
    const twice = this.#registeredTwice(target.host);
    if (twice) return ended(unknown([twice]));
    const isSilent = !scope.knows(target.host) && scope.isSilent(target.port, target.addresses);
    if (isSilent && !this.mesh.serviceOf(target.host)) return { path: this.#refusal(scope, target) };
    const { dial, because } = this.dial(scope, target);
    return this.#follow(scope, target, outbound(scope, dial), because);
  }

  /** What may change the path in a way that is not modelled. */
  #doubt(scope: ProxyScope, { host, port }: Target): Evidence | undefined {
    const { patches, unmodelled, index, gatewayApi } = this.mesh;
    const proxy = { namespace: scope.namespace, labels: scope.labels };
    const objects = index.visibility.allOfHost(host).map(({ object }) => object);
    return (
      patches.touching(proxy, "SIDECAR_OUTBOUND", port) ??
      gatewayApi.touching(host, objects) ??
      unmodelled.ofHost(host, objects) ??
      unmodelled.ofProxy(proxy)
    );
  }

  /** Of two entries of one namespace for one host, with ports or endpoints of their own, istiod keeps one: which is not modelled. */
  #registeredTwice(host: string): Evidence | undefined {
    const registered = this.mesh.index.visibility.allOfHost(host);
    if (registered.length < 2) return undefined;
    const [first, ...others] = registered.filter(({ registry }) => registry === "external");
    const partsOf = (service: MeshService) =>
      `${service.ports.map(({ number }) => number).join()} ${endsOf(service)} ${service.resolution}`;
    const other = others.find(
      (service) => first && service.namespace === first.namespace && partsOf(service) !== partsOf(first),
    );
    if (!first || !other) return undefined;
    return evidence(other.object, "spec.hosts", message("declared-twice", { host, other: nameOf(first.object) }));
  }

  /** What the client dials: the address its own proxy answers with, a Service's, or the target's real one. */
  dial(scope: ProxyScope, target: Target): { dial: Dial; because: Evidence[] } {
    const dial = {
      port: target.port,
      sni: clientSni(target),
      httpHost: target.protocol === "http" ? askedName(target) : undefined,
      serverSpeaksFirst: target.serverSpeaksFirst,
    };
    const answered = scope.dnsAnswer(target.host);
    if (answered !== undefined) return { dial: { ...dial, addresses: [answered] }, because: [] };
    const service = this.mesh.serviceOf(target.host);
    if (service) return { dial: { ...dial, addresses: [listeningAddress(service, scope.dns.allocated)] }, because: [] };
    const addresses = target.addresses.length > 0 ? target.addresses : undefined;
    return { dial: { ...dial, addresses }, because: unanswered(scope, target, addresses) };
  }

  /** The path of a connection that no listener takes: one for all proxies with the same outbound policy. */
  #refusal(scope: ProxyScope, target: Target): Path {
    let paths = this.#refusals.get(scope.sidecar);
    if (!paths) this.#refusals.set(scope.sidecar, (paths = new Map()));
    const known = paths.get(target);
    if (known) return known;
    const { visibility } = this.mesh.index;
    const own = visibility.allOfHost(target.host);
    // A wildcard may be visible to some namespaces only; an entry of the host itself is hidden from all that come here.
    const differs = visibility.allCovering(target.host).length > own.length;
    const routes = own.length > 0 ? [] : this.mesh.index.virtualServices.naming(target.host);
    const declared = own.length > 0 || differs || routes.length > 0 || this.mesh.skipped.size > 0;
    const key = `${target.protocol} ${declared ? target.host : ""} ${differs ? scope.namespace : ""}`;
    let path = paths.get(key);
    if (!path) {
      path = { verdict: this.#unmatched(scope, target, []), leavesFromGateway: false };
      paths.set(key, path);
    }
    if (!differs) paths.set(target, path);
    return path;
  }

  #follow(scope: ProxyScope, target: Target, outcome: Outcome, because: readonly Evidence[]): RouteResult {
    switch (outcome.kind) {
      case "unknown":
        return ended(unknown([...because, ...outcome.because]));
      case "waits":
        return ended(blocked([...because, ...outcome.because]));
      case "unmatched":
        return ended(this.#unmatched(scope, target, [...because, ...outcome.because]));
      case "http":
        return this.#toDestinations(scope, target, outcome.destinations, target.port, [...because, ...outcome.because]);
      case "chain": {
        const { chain } = outcome;
        const seen = this.#seenAs(scope, target, chain.service);
        const steps = [...because, ...seen, ...notItsOwn(outcome, target), chain.because];
        return this.#toDestinations(scope, target, chain.destinations, chain.port.number, steps);
      }
    }
  }

  /** Why the caller's proxy knows the service at all, and routes of it that are not meant for this caller. */
  #seenAs(scope: ProxyScope, target: Target, service: MeshService): Evidence[] {
    if (service.registry !== "external" || service.host !== target.host) return [];
    const open = service.exportTo.has("*");
    const text = open ? message("visible-to-all") : message("visible-to", { namespaces: audienceOf(service) });
    const hidden = this.mesh.index.virtualServices.hidden(scope.namespace, scope.gateway, service.host);
    const skipped = hidden.map((route) => evidence(route.object, "spec.exportTo", message("route-not-exported")));
    return [evidence(service.object, "spec.exportTo", text), ...skipped];
  }

  /** Nothing registered matches: the outbound policy decides. */
  #unmatched(scope: ProxyScope, target: Target, because: readonly Evidence[]): MeshVerdict {
    const { sidecar } = scope;
    const all = [...because, ...this.#hidden(scope, target), sidecar.outboundEvidence];
    if (sidecar.unmodelled) return unknown([...all, { ...sidecar.outboundEvidence, ...sidecar.unmodelled }]);
    if (sidecar.outboundMode === "REGISTRY_ONLY") return blocked(all);
    if (!sidecar.outboundMode.startsWith("ALLOW_ANY")) return unknown(all);
    if (sidecar.outboundMode !== "ALLOW_ANY" && target.protocol === "http") return unknown(all);
    const encryption = [hopEncryption(false, target)];
    return { verdict: "direct", encryption, identity: false, exposes: null, because: all };
  }

  /** What declares the host, or a wildcard that covers it, and does not help this proxy, and why. */
  #hidden(scope: ProxyScope, target: Target): Evidence[] {
    const { host, port } = target;
    const declaring = this.mesh.index.visibility.allCovering(host);
    const imported = [...new Set(declaring.map((service) => service.host))].flatMap((name) => scope.imported(name));
    const objects = new Map(declaring.map((service) => [service.object, service]));
    const others = [...objects.values()].filter(({ object }) => !imported.some((one) => one.object === object));
    const portless = imported.filter(({ ports }) => !ports.some(({ number }) => number === port));
    const [owner] = imported;
    const idle = declaring.length === 0 ? this.mesh.index.virtualServices.naming(host).slice(0, mostNamed) : [];
    return [
      ...idle.map(({ object }) => evidence(object, "spec.hosts", message("route-without-service", { host }))),
      ...portless
        .slice(0, mostNamed)
        .map(({ object, host: declared }) =>
          evidence(object, "spec.ports", message("port-not-declared", { host: declared, port })),
        ),
      ...others.slice(0, mostNamed).map((service) => this.#whyHidden(scope, service, owner)),
      ...this.mesh.passedOver(host),
    ];
  }

  #whyHidden(scope: ProxyScope, service: MeshService, owner: MeshService | undefined): Evidence {
    const { host, object } = service;
    if (!isVisibleTo(service, scope.namespace))
      return evidence(object, "spec.exportTo", message("not-exported", { namespaces: audienceOf(service), host }));
    if (owner?.host === host)
      return evidence(object, "spec.hosts", message("host-taken", { host, owner: nameOf(owner.object) }));
    const { object: sidecar } = scope.sidecar;
    if (sidecar) return evidence(sidecar, "spec.egress", message("not-imported", { host }));
    return evidence(object, "spec.hosts", message("takes-no-connection", { host }));
  }

  /** Follows every destination a connection may take. Where they differ, the answer is not known. */
  #toDestinations(
    scope: ProxyScope,
    target: Target,
    routes: readonly RouteDestination[],
    listenerPort: number,
    because: readonly Evidence[],
  ): RouteResult {
    const results = routes.map(({ destination }) =>
      this.#toDestination(scope, target, destination ?? {}, listenerPort, because),
    );
    return agreed(results, because);
  }

  #toDestination(
    scope: ProxyScope,
    target: Target,
    destination: Destination,
    listenerPort: number,
    because: readonly Evidence[],
  ): RouteResult {
    const route = because.at(-1) ?? this.mesh.settings.outboundEvidence;
    const cluster = scope.cluster(destination, listenerPort);
    if ("missing" in cluster) {
      if (cluster.missing === "service" && this.#isOutsideInput(cluster.host)) {
        return ended(unknown([...because, { ...route, ...message("service-not-in-input", { host: cluster.host }) }]));
      }
      return ended(blocked([...because.slice(0, -1), ...missingCluster(cluster, route, "clients-proxy")]));
    }
    if (cluster.service.registry === "kubernetes") {
      return this.services.behind({
        cluster,
        target,
        because,
        tls: upstreamTls(cluster, true),
        scope,
        mesh: this.mesh,
      });
    }
    return ended(finished(endOf(cluster, target, scope, this.mesh.known), because, [], false));
  }

  /** A Service of a namespace for which the input has no Service at all may well exist, and so may one of other clusters. */
  #isOutsideInput(host: string): boolean {
    if (host.endsWith(".svc.clusterset.local")) return true;
    const suffix = `.svc.${this.mesh.settings.clusterDomain}`;
    if (!host.endsWith(suffix)) return false;
    const namespace = host.slice(0, -suffix.length).split(".").at(-1);
    return !this.mesh.services.some((service) => service.registry === "kubernetes" && service.namespace === namespace);
  }
}

/** Names of the namespaces a service is exported to. */
function audienceOf({ exportTo, namespace }: MeshService): string {
  return [...exportTo].map((name) => (name === "." ? namespace : name)).join(", ");
}

/** An address that only the mesh knows, and that this caller's DNS does not answer. */
function unanswered(scope: ProxyScope, target: Target, addresses: readonly string[] | undefined): Evidence[] {
  const virtual = scope
    .imported(target.host)
    .find((one) => one.address !== anyAddress && !addresses?.includes(one.address));
  if (!virtual) return [];
  const text = message("dns-not-captured", { address: virtual.address });
  return [evidence(virtual.object, "spec.addresses", text)];
}

/** Why a connection is taken for a service that is not the target's own. */
function notItsOwn({ chain, listener }: Extract<Outcome, { kind: "chain" }>, target: Target): Evidence[] {
  const why: Evidence[] = [];
  const loser = listener.losers.find(({ service }) => service.host === target.host);
  if (loser) {
    const text = message("loses-port", { winner: nameOf(loser.winner.object) });
    why.push(evidence(loser.service.object, "spec.ports", text));
  }
  const catchAll = chain.service.host === target.host ? undefined : catchAllText(listener, chain);
  if (catchAll) why.push(evidence(chain.service.object, "spec.addresses", catchAll));
  return why;
}

import type { AnalysisOptions, Evidence, HopEncryption, MeshVerdict, Target, Workload, World } from "../model.js";
import { interception, interceptionKey } from "../network/interception.js";
import { AuthorizationPolicies, type PolicySet } from "./authorization.js";
import { DestinationRules } from "./destinationRules.js";
import { endOf, missingCluster } from "./destination.js";
import { evidence, label } from "./evidence.js";
import { gatewayPort, type GatewayChain, type GatewayPort } from "./gatewayRoutes.js";
import { GatewayApiRoutes } from "./gatewayApi.js";
import { field, Gateways, targetPort, tlsMode } from "./gateways.js";
import { ProxyPatches } from "./filters.js";
import { Forwarders, passes } from "./forwarders.js";
import { isWildcard } from "./hostname.js";
import { bySni, catchAllText, outbound, type Dial, type Outcome } from "./outbound.js";
import { PeerAuthentications, type WorkloadModes } from "./peerAuthentication.js";
import { anyAddress, buildRegistry, type MeshService } from "./registry.js";
import { ProxyScope, upstreamTls, type Cluster, type MeshIndex, type UpstreamTls } from "./scope.js";
import { admit, principalOf, type Admission } from "./server.js";
import { capturesDns, meshSettings, type MeshSettings } from "./settings.js";
import { hasLabels, type RouteDestination } from "./shapes.js";
import { Sidecars } from "./sidecars.js";
import { blocked, hopEncryption, unknown, type Path } from "./verdict.js";
import { listeningAddress, Visibility } from "./visibleServices.js";
import { meshGateway, VirtualServices } from "./virtualServices.js";

/** What happens to a caller's connection, before it is known who the caller is. */
export type RouteResult = { path: Path } | { admission: Admission };

/** Paths to every target of a class of callers: those that are settled, and those that depend on who calls. */
interface ClassRoutes {
  settled: Path[];
  open: { index: number; admission: Admission }[];
}

/** Stands in for a path that depends on the caller. */
const undecided: Path = { verdict: unknown([]), leavesFromGateway: false };

/** Decides what the proxies do with connections. Everything that does not depend on the caller is worked out once. */
export class MeshDecider {
  readonly settings: MeshSettings;
  readonly index: MeshIndex;
  readonly services: readonly MeshService[];
  readonly peers: PeerAuthentications;
  readonly #policies: AuthorizationPolicies;
  readonly #gateways: Gateways;
  readonly #sidecars: Sidecars;
  readonly #patches: ProxyPatches;
  readonly #forwarders: Forwarders;
  readonly #gatewayApi: GatewayApiRoutes;
  readonly #scopes = new Map<string, ProxyScope>();
  readonly #gatewayScopes = new Map<Workload, ProxyScope>();
  readonly #gatewayPorts = new Map<Workload, Map<number, GatewayPort>>();
  readonly #policySets = new Map<Workload, { tcp?: PolicySet; http?: PolicySet }>();
  readonly #pods = new Map<Workload, Map<number, NonNullable<Path["via"]>>>();
  readonly #modes = new Map<Workload, WorkloadModes>();
  readonly #behind = new Map<MeshService, readonly Workload[]>();
  readonly #workloadsByNamespace = new Map<string, Workload[]>();
  readonly #labelKeys: readonly string[];
  readonly #personal: ReadonlySet<string>;
  readonly #known: { hosts: ReadonlySet<string> };
  readonly #routes = new Map<ProxyScope | string, ClassRoutes>();
  readonly #refusals = new Map<object, Map<Target | string, Path>>();

  constructor(
    world: World,
    options: AnalysisOptions,
    readonly targets: readonly Target[],
  ) {
    this.settings = meshSettings(world, options);
    this.services = buildRegistry(world, this.settings);
    this.index = {
      visibility: new Visibility(this.services),
      virtualServices: new VirtualServices(world, this.settings),
      destinationRules: new DestinationRules(world, this.settings),
    };
    this.peers = new PeerAuthentications(world, this.settings);
    this.#policies = new AuthorizationPolicies(world, this.settings);
    this.#gateways = new Gateways(world, this.settings, this.services);
    this.#sidecars = new Sidecars(world, this.settings);
    this.#patches = new ProxyPatches(world, this.settings);
    this.#forwarders = new Forwarders(world, this.#patches);
    this.#gatewayApi = new GatewayApiRoutes(world);
    this.#labelKeys = [...new Set([...this.index.virtualServices.labelKeys(), ...this.#patches.selectorKeys()])];
    this.#personal = this.#personalNamespaces();
    this.#known = { hosts: new Set(targets.map(({ host }) => host)) };
    for (const workload of world.workloads) {
      const list = this.#workloadsByNamespace.get(workload.namespace);
      if (list) list.push(workload);
      else this.#workloadsByNamespace.set(workload.namespace, [workload]);
    }
  }

  /** Namespaces that own a host which others define too: their proxies prefer their own. */
  #personalNamespaces(): Set<string> {
    const owners = new Map<string, Set<string>>();
    for (const { host, namespace } of this.services) {
      const list = owners.get(host);
      if (list) list.add(namespace);
      else owners.set(host, new Set([namespace]));
    }
    return new Set([...owners.values()].flatMap((namespaces) => (namespaces.size > 1 ? [...namespaces] : [])));
  }

  /** Names what the proxies of alike workloads have in common. */
  #scopeKey(workload: Workload): string {
    const { namespace, labels } = workload;
    const { virtualServices, destinationRules, visibility } = this.index;
    const personal =
      this.#personal.has(namespace) ||
      visibility.isPersonal(namespace) ||
      virtualServices.isPersonal(namespace) ||
      destinationRules.isPersonal(namespace) ||
      this.#sidecars.isPersonal(namespace) ||
      this.#patches.isPersonal(namespace);
    const keys = personal
      ? [...this.#labelKeys, ...this.#sidecars.selectorKeys(namespace), ...destinationRules.selectorKeys(namespace)]
      : this.#labelKeys;
    const capture = capturesDns(workload.annotations, this.settings);
    const own = keys.map((key) => `${key}=${labels[key] ?? ""}`).join(",");
    // What its annotations keep away from the sidecar is a workload's own.
    const alone = interceptionKey(workload) === "" ? "" : `${workload.kind}/${namespace}/${workload.name}`;
    return `${personal ? namespace : ""}|${capture}|${own}|${alone}`;
  }

  /** The configuration of a workload's proxy, shared by all that are configured alike. */
  #scopeOf(workload: Workload): ProxyScope {
    const key = this.#scopeKey(workload);
    let scope = this.#scopes.get(key);
    if (!scope) {
      const { namespace, labels, annotations } = workload;
      const sidecar = this.#sidecars.choose(namespace, labels);
      scope = new ProxyScope(
        this.index,
        namespace,
        labels,
        capturesDns(annotations, this.settings),
        sidecar,
        meshGateway,
      );
      this.#scopes.set(key, scope);
    }
    return scope;
  }

  /** Names the class of callers whose paths are the same: configured alike, and with the same identity. */
  classOf(workload: Workload): string {
    const who = `${workload.namespace}/${workload.serviceAccount}/${workload.addresses.join(",")}`;
    if (workload.sidecar.present === true) return `${this.#scopeKey(workload)} ${who}`;
    const { present, because } = workload.sidecar;
    return `${present} ${because.kind}/${because.namespace}/${because.name}/${because.text} ${who}`;
  }

  /** The paths of a caller to all targets, in their order. Callers of one class share the list where nothing depends on them. */
  paths(workload: Workload): readonly Path[] {
    const routes = this.#routesOf(workload);
    if (routes.open.length === 0) return routes.settled;
    const paths = [...routes.settled];
    for (const { index, admission } of routes.open)
      paths[index] = admit(admission, workload, this.settings.trustDomain);
    return paths;
  }

  /** Routes of a class of callers to every target, worked out once. */
  #routesOf(workload: Workload): ClassRoutes {
    const { present, because } = workload.sidecar;
    const scope = present === true ? this.#scopeOf(workload) : undefined;
    const key = scope ?? `${present} ${because.kind}/${because.namespace}/${because.name}/${because.text}`;
    let routes = this.#routes.get(key);
    if (!routes) {
      routes = { settled: [], open: [] };
      for (const [index, target] of this.targets.entries()) {
        const result = scope
          ? (this.#pastSidecar(scope, workload, target) ?? this.#routeOf(scope, target))
          : this.#withoutSidecar(workload, target);
        routes.settled.push("path" in result ? result.path : undecided);
        if ("admission" in result) routes.open.push({ index, admission: result.admission });
      }
      this.#routes.set(key, routes);
    }
    return routes;
  }

  /** No proxy on the caller's side: the connection goes to the target as it is. */
  #withoutSidecar(workload: Workload, target: Target): RouteResult {
    const { present, because } = workload.sidecar;
    if (present === "unknown") return ended(unknown([because]));
    const service = target.kind === "service" ? this.#serviceOf(target.host) : undefined;
    const port = service?.ports.find(({ number }) => number === target.port);
    const text = "no sidecar: nothing in the mesh sees this connection";
    if (!service || !port) {
      const encryption: HopEncryption[] = [hopEncryption(false, target)];
      return ended({
        verdict: "direct",
        encryption,
        identity: false,
        exposes: null,
        because: [{ ...because, text: `${because.text}; ${text}` }],
      });
    }
    return this.#toService({ service, port, subset: "", rule: undefined }, target, [because], undefined, undefined);
  }

  /** Annotations of the pod may keep a connection away from its sidecar. Undefined when the sidecar gets it. */
  #pastSidecar(scope: ProxyScope, workload: Workload, target: Target): RouteResult | undefined {
    if (interceptionKey(workload) === "") return undefined;
    const { dial } = this.#dial(scope, target);
    const { intercepted, because } = interception(workload, target, dial.addresses ?? []);
    if (intercepted === true) return undefined;
    if (intercepted === "unknown") return ended(unknown([because]));
    const made = dial.addresses?.find((address) => address.startsWith("allocated:") || address.startsWith("240.240."));
    if (made !== undefined) {
      return ended(
        blocked([{ ...because, text: `${because.text}, yet the sidecar's DNS answers with an address only it knows` }]),
      );
    }
    return this.#withoutSidecar({ ...workload, sidecar: { present: false, because } }, target);
  }

  #serviceOf(host: string): MeshService | undefined {
    return this.index.visibility.allOfHost(host).find(({ registry }) => registry === "kubernetes");
  }

  #routeOf(scope: ProxyScope, target: Target): RouteResult {
    const patched = this.#patches.touching(
      { namespace: scope.namespace, labels: scope.labels },
      "SIDECAR_OUTBOUND",
      target.port,
    );
    if (patched) return ended(unknown([patched]));
    for (const { object } of this.index.visibility.allOfHost(target.host)) {
      const rerouted = this.#gatewayApi.touching(target.host, object);
      if (rerouted) return ended(unknown([rerouted]));
    }
    if (!scope.knows(target.host) && scope.isSilent(target.port, target.addresses) && !this.#serviceOf(target.host)) {
      return { path: this.#refusal(scope, target) };
    }
    const { dial, because } = this.#dial(scope, target);
    return this.#follow(scope, target, outbound(scope, dial), because);
  }

  /** The path of a connection that no listener takes: one for all proxies with the same outbound policy. */
  #refusal(scope: ProxyScope, target: Target): Path {
    let paths = this.#refusals.get(scope.sidecar);
    if (!paths) this.#refusals.set(scope.sidecar, (paths = new Map()));
    const known = paths.get(target);
    if (known) return known;
    const [service] = this.index.visibility.allOfHost(target.host);
    const key = `${target.protocol} ${service?.namespace ?? ""} ${service ? target.host : ""}`;
    let path = paths.get(key);
    if (!path) {
      path = { verdict: this.#unmatched(scope, target, []), leavesFromGateway: false };
      paths.set(key, path);
    }
    paths.set(target, path);
    return path;
  }

  /** What the client dials: the address its own proxy answers with, a Service's, or the target's real one. */
  #dial(scope: ProxyScope, target: Target): { dial: Dial; because: Evidence[] } {
    const name = isWildcard(target.host) ? `any-name${target.host.slice(1)}` : target.host;
    const dial = {
      port: target.port,
      sni: target.protocol === "tls" ? name : undefined,
      httpHost: target.protocol === "http" ? name : undefined,
      serverSpeaksFirst: target.serverSpeaksFirst,
    };
    const answered = scope.dnsAnswer(target.host);
    if (answered !== undefined) return { dial: { ...dial, addresses: [answered] }, because: [] };
    const service = this.#serviceOf(target.host);
    if (service) return { dial: { ...dial, addresses: [listeningAddress(service, scope.capture)] }, because: [] };
    const addresses = target.addresses.length > 0 ? target.addresses : undefined;
    const virtual = scope
      .imported(target.host)
      .find((one) => one.address !== anyAddress && !addresses?.includes(one.address));
    const because = virtual
      ? [
          evidence(
            virtual.object,
            "spec.addresses",
            `the client's DNS does not answer ${virtual.address}: its sidecar does not capture DNS`,
          ),
        ]
      : [];
    return { dial: { ...dial, addresses }, because };
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
        const { chain, listener } = outcome;
        because = [...because, ...this.#seenAs(scope, target, chain.service)];
        const catchAll = chain.service.host === target.host ? undefined : catchAllText(listener, chain);
        const loser = listener.losers.find(({ service }) => service.host === target.host);
        const why: Evidence[] = [];
        if (loser) {
          why.push(
            evidence(
              loser.service.object,
              "spec.ports",
              `left out of this port: ${label(loser.winner.object)} is older or sorts first`,
            ),
          );
        }
        if (catchAll) why.push(evidence(chain.service.object, "spec.addresses", catchAll));
        return this.#toDestinations(scope, target, chain.destinations, chain.port.number, [
          ...because,
          ...why,
          chain.because,
        ]);
      }
    }
  }

  /** Why the caller's proxy knows the service at all, and routes of it that are not meant for this caller. */
  #seenAs(scope: ProxyScope, target: Target, service: MeshService): Evidence[] {
    if (service.registry !== "external" || service.host !== target.host) return [];
    const open = service.exportTo.has("*");
    const names = [...service.exportTo].map((name) => (name === "." ? service.namespace : name)).join(", ");
    const text = open ? "visible to every namespace" : `visible to ${names}`;
    const hidden = this.index.virtualServices.hidden(scope.namespace, scope.gateway, service.host);
    const skipped = hidden.map((route) =>
      evidence(route.object, "spec.exportTo", "a route of this host that is not exported to the caller"),
    );
    return [evidence(service.object, "spec.exportTo", text), ...skipped];
  }

  /** Nothing registered matches: the outbound policy decides. */
  #unmatched(scope: ProxyScope, target: Target, because: readonly Evidence[]): MeshVerdict {
    const { sidecar } = scope;
    const hidden = this.#hidden(scope, target);
    const all = [...because, ...hidden, sidecar.outboundEvidence];
    if (sidecar.unmodelled) return unknown([...all, { ...sidecar.outboundEvidence, text: sidecar.unmodelled }]);
    if (sidecar.outboundMode === "REGISTRY_ONLY") return blocked(all);
    if (!sidecar.outboundMode.startsWith("ALLOW_ANY")) return unknown(all);
    if (sidecar.outboundMode !== "ALLOW_ANY" && target.protocol === "http") return unknown(all);
    return {
      verdict: "direct",
      encryption: [hopEncryption(false, target)],
      identity: false,
      exposes: null,
      because: all,
    };
  }

  /** Registered services of the host that this proxy does not get, and why. */
  #hidden(scope: ProxyScope, target: Target): Evidence[] {
    const services = this.index.visibility.allOfHost(target.host);
    const imported = new Set(scope.imported(target.host).map(({ object }) => object));
    const [service] = services.filter(({ object }) => !imported.has(object));
    if (!service || imported.size > 0) return [];
    const names = [...service.exportTo].map((name) => (name === "." ? service.namespace : name)).join(", ");
    if (!service.exportTo.has("*") && scope.sidecar.object === undefined) {
      return [
        evidence(
          service.object,
          "spec.exportTo",
          `visible to ${names} only: the caller's proxy does not know ${target.host}`,
        ),
      ];
    }
    return scope.sidecar.object
      ? [
          evidence(
            scope.sidecar.object,
            "spec.egress",
            `the Sidecar resource does not import ${target.host}, or it is not exported here`,
          ),
        ]
      : [];
  }

  /** Follows every destination a connection may take. Where they differ, the answer is not known. */
  #toDestinations(
    scope: ProxyScope,
    target: Target,
    routes: readonly RouteDestination[],
    listenerPort: number,
    because: readonly Evidence[],
  ): RouteResult {
    const weighted = routes.length > 1 ? routes.filter(({ weight }) => (weight ?? 0) > 0) : routes;
    const results = weighted.map(({ destination }) =>
      this.#toDestination(scope, target, destination ?? {}, listenerPort, because),
    );
    return agreed(results, because);
  }

  #toDestination(
    scope: ProxyScope,
    target: Target,
    destination: NonNullable<RouteDestination["destination"]>,
    listenerPort: number,
    because: readonly Evidence[],
  ): RouteResult {
    const route = because.at(-1) ?? this.settings.outboundEvidence;
    const cluster = scope.cluster(destination, listenerPort);
    if ("missing" in cluster) {
      if (cluster.missing === "service" && this.#isOutsideInput(cluster.host)) {
        return ended(unknown([...because, { ...route, text: `the input holds no Service ${cluster.host}` }]));
      }
      return ended(blocked([...because.slice(0, -1), ...missingCluster(cluster, route, "the caller's proxy")]));
    }
    if (cluster.service.registry === "kubernetes") {
      return this.#toService(cluster, target, because, upstreamTls(cluster, true), scope);
    }
    const end = endOf(cluster, target, scope, this.#known);
    return ended(finished(end, [...because], [], false));
  }

  /** A Service of a namespace for which the input has no Service at all may well exist. */
  #isOutsideInput(host: string): boolean {
    const suffix = `.svc.${this.settings.clusterDomain}`;
    if (!host.endsWith(suffix)) return false;
    const namespace = host.slice(0, -suffix.length).split(".").at(-1);
    return !this.services.some((service) => service.registry === "kubernetes" && service.namespace === namespace);
  }

  /** The pods behind a Service: a gateway's, or those of an application. */
  #workloadsBehind(service: MeshService): readonly Workload[] {
    let found = this.#behind.get(service);
    if (!found) {
      const { selector } = service;
      const candidates =
        selector && Object.keys(selector).length > 0 ? (this.#workloadsByNamespace.get(service.namespace) ?? []) : [];
      found = candidates.filter(({ labels }) => hasLabels(labels, selector));
      this.#behind.set(service, found);
    }
    return found;
  }

  #toService(
    cluster: Cluster,
    target: Target,
    because: readonly Evidence[],
    tls: UpstreamTls | undefined,
    scope: ProxyScope | undefined,
  ): RouteResult {
    const { service, subset, rule } = cluster;
    if (service.resolution === "alias")
      return ended(unknown([...because, evidence(service.object, "spec.type", "ExternalName is not modelled")]));
    if (tls?.unmodelled)
      return ended(unknown([...because, { ...this.settings.outboundEvidence, text: tls.unmodelled }]));
    const wanted = subset ? rule?.subsets.get(subset)?.subset.labels : undefined;
    const behind = this.#workloadsBehind(service);
    const pods = behind.filter(({ labels }) => hasLabels(labels, wanted));
    if (behind.length === 0) {
      return ended(
        unknown([
          ...because,
          evidence(service.object, "spec.selector", "the input holds no workload behind this Service"),
        ]),
      );
    }
    if (pods.length === 0) {
      const owned = rule?.subsets.get(subset);
      const text = `no pods behind ${service.host} have the labels of subset ${subset}`;
      return ended(
        blocked([
          ...because,
          owned
            ? evidence(owned.object, `${owned.field}.labels`, text)
            : evidence(service.object, "spec.selector", text),
        ]),
      );
    }
    const results = pods.map((workload) => {
      const distrusted = this.#distrusted(workload, tls);
      if (distrusted) return ended(distrusted([...because]));
      const port = targetPort(cluster.port.targetPort ?? cluster.port.number, workload.ports, cluster.port.number);
      const steps = tls?.evidence ? [...because, tls.evidence] : [...because];
      return workload.gateway
        ? this.#throughGateway(workload, port, cluster, target, steps, tls)
        : this.#toApplication(workload, port, cluster, target, steps, tls, scope);
    });
    return agreed(results, because);
  }

  /** A rule may name the identities a server has to show. Pods made by a cloud have a service account of its choice. */
  #distrusted(
    workload: Workload,
    tls: UpstreamTls | undefined,
  ): ((because: readonly Evidence[]) => MeshVerdict) | undefined {
    const { serverNames = [], evidence: rule } = tls ?? {};
    const own = `spiffe://${principalOf(workload, this.settings.trustDomain)}`;
    if (!rule || serverNames.length === 0 || serverNames.includes(own)) return undefined;
    if (workload.kind === "IstioGateway") {
      return (because) =>
        unknown([...because, { ...rule, text: "subjectAltNames: the identity of the gateway's pods is not known" }]);
    }
    return (because) =>
      blocked([...because, { ...rule, text: `subjectAltNames: ${own} is none of the identities the hop expects` }]);
  }

  #gatewayScope(workload: Workload): ProxyScope {
    let scope = this.#gatewayScopes.get(workload);
    if (!scope) {
      const choice = {
        listeners: [{ imports: () => true, importsRoute: () => true }],
        outboundMode: "REGISTRY_ONLY",
        outboundEvidence: this.settings.outboundEvidence,
      };
      scope = new ProxyScope(this.index, workload.namespace, workload.labels, false, choice, "gateway");
      this.#gatewayScopes.set(workload, scope);
    }
    return scope;
  }

  #gatewayPort(workload: Workload, port: number): GatewayPort | undefined {
    let ports = this.#gatewayPorts.get(workload);
    if (!ports) this.#gatewayPorts.set(workload, (ports = new Map()));
    let built = ports.get(port);
    if (!built) {
      const servers = this.#gateways.listeners(workload).get(port);
      if (!servers) return undefined;
      ports.set(port, (built = gatewayPort(this.#gatewayScope(workload), servers)));
    }
    return built;
  }

  /** One object per port of a workload's pods, so that paths through it can be told by it. */
  #podsAt(workload: Workload, port: number): NonNullable<Path["via"]> {
    let ports = this.#pods.get(workload);
    if (!ports) this.#pods.set(workload, (ports = new Map()));
    let pods = ports.get(port);
    if (!pods) ports.set(port, (pods = { workload, port }));
    return pods;
  }

  /** What a gateway's pods do with a connection on one of their ports. */
  #throughGateway(
    workload: Workload,
    port: number,
    cluster: Cluster,
    target: Target,
    because: readonly Evidence[],
    tls: UpstreamTls | undefined,
  ): RouteResult {
    const via = this.#podsAt(workload, port);
    const stop = (verdict: MeshVerdict): RouteResult => ({ path: { verdict, via, leavesFromGateway: true } });
    const listener = this.#gatewayPort(workload, port);
    if (!listener) {
      const text = `no Gateway gives the pods of ${label(workload.object)} a server on port ${port}`;
      return stop(blocked([...because, evidence(cluster.service.object, "spec.ports", text)]));
    }
    const patched = this.#patches.touching(workload, "GATEWAY", port);
    if (patched) return stop(unknown([...because, patched]));
    if (listener.chains.some(({ bound }) => bound.server.bind)) {
      return stop(unknown([...because, evidence(workload.object, "", "servers with bind are not modelled")]));
    }
    const mutual =
      tls?.mode === "ISTIO_MUTUAL" || (tls?.mode === "automatic" && this.#automaticTls(workload, port, cluster));
    const sni = mutual
      ? (tls?.sni ?? `outbound_.${cluster.port.number}_.${cluster.subset}_.${cluster.service.host}`)
      : clientSni(target);
    if (tls?.mode === "SIMPLE" || tls?.mode === "MUTUAL") {
      return stop(
        unknown([
          ...because,
          evidence(workload.object, "", "a hop to the gateway with certificates of its own is not modelled"),
        ]),
      );
    }
    const chain = this.#chain(listener, sni, mutual || target.protocol === "tls", target);
    if ("reason" in chain) return stop(chain.reason(because));
    return this.#terminate(workload, port, chain.chain, target, because, mutual, sni);
  }

  /** Sidecars turn mutual TLS on by themselves for pods that carry a sidecar's label. Gateways' pods do not, unless labelled. */
  #automaticTls(workload: Workload, port: number, { service }: Cluster): boolean {
    const declared = workload.labels["security.istio.io/tlsMode"];
    const injected = declared ?? (workload.sidecar.present === true && !workload.gateway ? "istio" : "disabled");
    if (!this.settings.autoMtls || injected !== "istio") return false;
    if (this.peers.forNamespace(service.namespace) === "DISABLE") return false;
    const modes = this.#modesOf(workload);
    return (modes.ports.get(port) ?? modes.every).mode !== "DISABLE";
  }

  #modesOf(workload: Workload): WorkloadModes {
    let modes = this.#modes.get(workload);
    if (!modes) this.#modes.set(workload, (modes = this.peers.forWorkload(workload.namespace, workload.labels)));
    return modes;
  }

  #chain(
    listener: GatewayPort,
    sni: string | undefined,
    tls: boolean,
    target: Target,
  ): { chain: GatewayChain } | { reason: (because: readonly Evidence[]) => MeshVerdict } {
    const { twin, inspects } = listener;
    if (twin) {
      const text = "two servers of this port match the same names: the proxy refuses the whole listener";
      return { reason: (because) => unknown([...because, { ...twin.because, text }]) };
    }
    if (inspects && !tls && target.serverSpeaksFirst) {
      const [first] = listener.chains;
      const text = "the gateway waits for a TLS handshake on this port, and the client for the server's greeting";
      return { reason: (because) => blocked(first ? [...because, { ...first.because, text }] : because) };
    }
    const chain =
      (tls && sni !== undefined ? listener.byName.get(sni) : undefined) ??
      bySni(listener.others, tls ? sni : undefined);
    if (chain) return { chain };
    const what = tls ? `SNI ${sni ?? ""}` : "a connection without TLS";
    const [first] = listener.chains;
    const text = `no server of this port is for ${what}`;
    const none: Evidence[] = first ? [evidence(first.bound.gateway, field(first.bound, "hosts"), text)] : [];
    return { reason: (because) => blocked([...because, ...none, ...relevant(listener, target)]) };
  }

  /** The server's TLS, then who may pass, then where the gateway connects to. */
  #terminate(
    workload: Workload,
    port: number,
    chain: GatewayChain,
    target: Target,
    because: readonly Evidence[],
    mutual: boolean,
    sni: string | undefined,
  ): RouteResult {
    const via = this.#podsAt(workload, port);
    const stop = (verdict: MeshVerdict): RouteResult => ({ path: { verdict, via, leavesFromGateway: true } });
    const { bound } = chain;
    const mode = tlsMode(bound.server);
    const at = (text: string): Evidence => evidence(bound.gateway, field(bound, "tls.mode"), text);
    if (chain.http) return stop(unknown([...because, chain.because]));
    if (mode === "other")
      return stop(unknown([...because, at("servers with certificates of their own are not modelled")]));
    if (mode === "ISTIO_MUTUAL" && !mutual) {
      return stop(
        blocked([...because, at("ISTIO_MUTUAL: the gateway wants the mesh's mutual TLS, and the hop brings none")]),
      );
    }
    if (mode === "none" && mutual) {
      return stop(
        blocked([
          ...because,
          at("a server without TLS: it passes the hop's mutual TLS on to the database, which cannot read it"),
        ]),
      );
    }
    if (mode === "passthrough" && mutual) {
      return stop(
        blocked([
          ...because,
          at("PASSTHROUGH: the hop's mutual TLS reaches the database, which the sidecar does not trust"),
        ]),
      );
    }
    const steps = [...because, at(serverText(mode)), chain.because];
    const end = this.#gatewayEnd(workload, chain, target, steps);
    const hop = hopEncryption(mutual, target);
    const authenticated = mode === "ISTIO_MUTUAL";
    const admitted = finished(end.ending, steps, [hop], true, authenticated);
    const names = authenticated ? (bound.server.tls?.subjectAltNames ?? []) : [];
    const admission: Admission = {
      workload,
      port,
      via,
      leavesFromGateway: true,
      paths: new Map(),
      sni: mutual || target.protocol === "tls" ? sni : undefined,
      authenticated,
      handshake:
        names.length > 0
          ? {
              names: new Set(names),
              because: evidence(
                bound.gateway,
                field(bound, "tls.subjectAltNames"),
                "the handshake admits this identity",
              ),
            }
          : undefined,
      policies: this.#policySet(workload, false),
      greets: target.serverSpeaksFirst && (end.ending.kind === "database" || end.ending.kind === "other"),
      because: steps,
      admitted,
    };
    return { admission };
  }

  /** Where the gateway's own connection ends. */
  #gatewayEnd(
    workload: Workload,
    chain: GatewayChain,
    target: Target,
    because: readonly Evidence[],
  ): { ending: ReturnType<typeof endOf> } {
    const scope = this.#gatewayScope(workload);
    const routes =
      chain.destinations.length > 1 ? chain.destinations.filter(({ weight }) => (weight ?? 0) > 0) : chain.destinations;
    const route = because.at(-1) ?? chain.because;
    const ends = routes.map(({ destination }): ReturnType<typeof endOf> => {
      const cluster = scope.cluster(destination ?? {}, chain.bound.number);
      if ("missing" in cluster) return { kind: "nowhere", because: missingCluster(cluster, route, "the gateway") };
      if (cluster.service.registry === "kubernetes") {
        return {
          kind: "unknown",
          because: [
            evidence(cluster.service.object, "", "a gateway that leads to a Service of the cluster is not modelled"),
          ],
        };
      }
      return this.#onLoopback(workload, cluster, target) ?? endOf(cluster, target, scope, this.#known);
    });
    const [first = { kind: "nowhere", because: [] } as const, ...others] = ends;
    const differs = others.some((end) => end.kind !== first.kind);
    return {
      ending: differs
        ? { kind: "unknown", because: [{ ...route, text: "its weighted destinations end differently" }] }
        : first,
    };
  }

  /** A service on the gateway's own loopback interface leads to a forwarder that reads the client's SNI. */
  #onLoopback(workload: Workload, { service, port }: Cluster, target: Target): ReturnType<typeof endOf> | undefined {
    const { endpoints, object } = service;
    if (endpoints.length === 0 || !endpoints.every(({ address }) => address.startsWith("127."))) return undefined;
    const number =
      endpoints[0]?.ports[port.name] ?? (typeof port.targetPort === "number" ? port.targetPort : port.number);
    const forwarder = this.#forwarders.find(workload, number);
    const to = evidence(object, "spec.endpoints", `leads to port ${number} of the gateway's own loopback interface`);
    if (!forwarder)
      return { kind: "unknown", because: [{ ...to, text: `${to.text}, where the input shows no listener` }] };
    const sni = clientSni(target);
    if (sni !== undefined && passes(forwarder, sni)) {
      return { kind: "database", encryption: "tls-passthrough", because: [to, forwarder.because] };
    }
    const text =
      sni === undefined
        ? "the forwarder needs the client's TLS to read a name from"
        : `the forwarder does not pass ${sni} on`;
    return { kind: "nowhere", because: [to, { ...forwarder.because, text }] };
  }

  #policySet(workload: Workload, http: boolean): PolicySet {
    let sets = this.#policySets.get(workload);
    if (!sets) this.#policySets.set(workload, (sets = {}));
    const key = http ? "http" : "tcp";
    return (sets[key] ??= this.#policies.forWorkload(workload.namespace, workload.labels, http));
  }

  /** What the proxy of an application's pods does with a connection, when they have one. */
  #toApplication(
    workload: Workload,
    port: number,
    cluster: Cluster,
    target: Target,
    because: readonly Evidence[],
    tls: UpstreamTls | undefined,
    scope: ProxyScope | undefined,
  ): RouteResult {
    const via = this.#podsAt(workload, port);
    const stop = (verdict: MeshVerdict): RouteResult => ({ path: { verdict, via, leavesFromGateway: false } });
    const here = workload.sidecar.because;
    if (workload.sidecar.present === "unknown") return stop(unknown([...because, here]));
    const mutual =
      tls?.mode === "ISTIO_MUTUAL" || (tls?.mode === "automatic" && this.#automaticTls(workload, port, cluster));
    if (tls?.mode === "SIMPLE" || tls?.mode === "MUTUAL") {
      return stop(
        unknown([...because, { ...here, text: `TLS of mode ${tls.mode} between workloads is not modelled` }]),
      );
    }
    const misrouted = cluster.service.host !== target.host;
    const direct = (identity: boolean, steps: readonly Evidence[]): MeshVerdict => ({
      verdict: misrouted ? "misrouted" : "direct",
      encryption: [hopEncryption(mutual, target)],
      identity,
      exposes: null,
      because: steps,
    });
    if (workload.sidecar.present === false) {
      if (mutual)
        return stop(
          blocked([...because, { ...here, text: `${here.text}: nothing there ends the caller's mutual TLS` }]),
        );
      return stop(direct(false, [...because, { ...here, text: `${here.text}: plaintext is accepted` }]));
    }
    const patched = this.#patches.touching(workload, "SIDECAR_INBOUND", port);
    if (patched) return stop(unknown([...because, patched]));
    const modes = this.#modesOf(workload);
    const peer = modes.ports.get(port) ?? modes.every;
    if (peer.mode === "STRICT" && !mutual) return stop(blocked([...because, peer.because]));
    if (peer.mode === "DISABLE" && mutual) return stop(blocked([...because, peer.because]));
    const steps = [...because, peer.because];
    const http =
      cluster.port.protocol === "http" || (cluster.port.protocol === "detected" && target.protocol === "http");
    const admission: Admission = {
      workload,
      port,
      via,
      leavesFromGateway: false,
      paths: new Map(),
      sni:
        mutual && scope
          ? `outbound_.${cluster.port.number}_.${cluster.subset}_.${cluster.service.host}`
          : clientSni(target),
      authenticated: mutual,
      handshake: undefined,
      policies: this.#policySet(workload, http),
      greets: target.serverSpeaksFirst && !http,
      because: steps,
      admitted: direct(mutual, steps),
    };
    return { admission };
  }
}

function ended(verdict: MeshVerdict): RouteResult {
  return { path: { verdict, leavesFromGateway: false } };
}

function clientSni(target: Target): string | undefined {
  if (target.protocol !== "tls") return undefined;
  return isWildcard(target.host) ? `any-name${target.host.slice(1)}` : target.host;
}

function serverText(mode: ReturnType<typeof tlsMode>): string {
  if (mode === "ISTIO_MUTUAL") return "the gateway ends the mesh's mutual TLS and knows the caller by its certificate";
  if (mode === "passthrough") return "the gateway reads the SNI and passes the client's TLS on";
  return "the gateway takes plain TCP: it does not know the caller";
}

/** Servers that would have been for the target, had they a chain. */
function relevant(listener: GatewayPort, target: Target): Evidence[] {
  return listener.missing.slice(0, 3).filter(({ text }) => text !== "" && target.host !== "");
}

/** The verdict of a connection whose end is known. */
function finished(
  end: ReturnType<typeof endOf>,
  because: readonly Evidence[],
  hops: readonly HopEncryption[],
  gateway: boolean,
  identity = false,
): MeshVerdict {
  const all = [...because, ...end.because];
  if (end.kind === "unknown") return unknown(all);
  if (end.kind === "nowhere") return blocked(all);
  const verdict = end.kind === "other" ? "misrouted" : gateway ? "gateway" : "direct";
  return { verdict, encryption: [...hops, end.encryption], identity, exposes: null, because: all };
}

/** One answer for several destinations, when they do not differ in what matters. */
function agreed(results: readonly RouteResult[], because: readonly Evidence[]): RouteResult {
  const [first, ...others] = results;
  if (!first) return ended(blocked(because));
  const verdictOf = (result: RouteResult): string => {
    const verdict = "path" in result ? result.path.verdict : result.admission.admitted;
    return JSON.stringify([verdict.verdict, verdict.encryption, verdict.identity, "path" in result]);
  };
  if (others.every((other) => verdictOf(other) === verdictOf(first))) return first;
  const last = because.at(-1);
  return ended(unknown(last ? [...because, { ...last, text: "its destinations end differently" }] : []));
}

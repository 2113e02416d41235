import { nameOf } from "../../model/objectName.js";
import { clause, message, type Message, textOf } from "../../messages/index.js";
import type { Evidence, MeshVerdict, Target, Workload } from "../../model/model.js";
import { endOf, missingCluster, type Ending } from "../proxy/destination.js";
import { evidence } from "../evidence.js";
import { passes } from "./forwarders.js";
import { gatewayPort, type GatewayChain, type GatewayPort } from "./gatewayRoutes.js";
import { field, tlsMode } from "../config/gateways.js";
import { bySni } from "../proxy/outbound.js";
import { settledAt, type Hop, type Pods } from "./pods.js";
import { finished, type RouteResult } from "../proxy/route.js";
import { clusterSni, ProxyScope, type Cluster } from "../config/scope.js";
import type { Admission } from "./server.js";
import type { RouteDestination } from "../config/shapes.js";
import { clientSni } from "../proxy/target.js";
import { blocked, hopEncryption, unknown } from "../verdict.js";

/** A hop as it arrives at a port of a gateway's pods. */
interface Arrival extends Hop {
  readonly workload: Workload;
  readonly port: number;
  /** It is in the mesh's mutual TLS. */
  readonly mutual: boolean;
  /** The SNI of its outermost TLS. */
  readonly sni: string | undefined;
}

/** Why a connection ends at the gateway, once it is known what led there. */
type Refusal = (because: readonly Evidence[]) => MeshVerdict;

/** What a gateway's pods do with connections. */
export class GatewayPods {
  readonly #scopes = new Map<Workload, ProxyScope>();
  readonly #ports = new Map<Workload, Map<number, GatewayPort>>();

  constructor(private readonly pods: Pods) {}

  /** Through a port of the gateway, by the server and the route that are for the connection. */
  through(workload: Workload, port: number, hop: Hop): RouteResult {
    const { cluster, target, tls, because } = hop;
    const stop = (verdict: MeshVerdict): RouteResult => settledAt(this.pods.at(workload, port), verdict, true);
    const listener = this.#port(workload, port);
    if (!listener) {
      const text = message("no-server-on-port", { pods: nameOf(workload.object), port });
      const passedOver = this.pods.meshOf(workload).gateways.outOfScope(workload);
      return stop(blocked([...because, ...passedOver, evidence(cluster.service.object, "spec.ports", text)]));
    }
    const patched = this.pods.meshOf(workload).patches.touching(workload, "GATEWAY", port);
    if (patched) return stop(unknown([...because, patched]));
    const here = (text: Message): Evidence => evidence(workload.object, "", text);
    if (listener.chains.some(({ bound }) => bound.server.bind)) {
      return stop(unknown([...because, here(message("server-bind-not-modelled"))]));
    }
    const mutual = this.pods.isMutual(workload, port, hop);
    const sni = mutual ? (tls?.sni ?? clusterSni(cluster)) : clientSni(target);
    if (tls?.mode === "SIMPLE" || tls?.mode === "MUTUAL") {
      return stop(unknown([...because, here(message("own-certificates-to-gateway"))]));
    }
    const chain = chainFor(listener, sni, mutual || target.protocol === "tls", target);
    if (typeof chain === "function") return stop(chain(because));
    return this.#terminate(chain, { ...hop, workload, port, mutual, sni });
  }

  /** The server's TLS, then who may pass, then where the gateway connects to. */
  #terminate(chain: GatewayChain, arrival: Arrival): RouteResult {
    const { workload, port, because, mutual } = arrival;
    const { bound } = chain;
    const mode = tlsMode(bound.server);
    const at = (text: Message): Evidence => evidence(bound.gateway, field(bound, "tls.mode"), text);
    const stop = (verdict: MeshVerdict): RouteResult => settledAt(this.pods.at(workload, port), verdict, true);
    if (chain.http) return stop(unknown([...because, chain.because]));
    if (mode === "other") return stop(unknown([...because, at(message("own-certificates-at-server"))]));
    const misfit = misfitOf(mode, mutual);
    if (misfit) return stop(blocked([...because, at(misfit)]));
    const steps = [...because, at(serverText(mode)), chain.because];
    return { admission: this.#admission(chain, arrival, steps, mode === "ISTIO_MUTUAL") };
  }

  /** Who may pass a server that has taken the connection. */
  #admission(chain: GatewayChain, arrival: Arrival, steps: readonly Evidence[], authenticated: boolean): Admission {
    const { workload, port, mutual, sni } = arrival;
    const { bound } = chain;
    const { patches } = this.pods.meshOf(workload);
    const isChecked = arrival.target.protocol === "tcp" && patches.requiresTls(workload, port, chain.sni);
    const target: Target = isChecked ? { ...arrival.target, applicationTls: "always" } : arrival.target;
    const end = this.#end(workload, chain, target, steps);
    const names = authenticated ? (bound.server.tls?.subjectAltNames ?? []) : [];
    const because = (): Evidence =>
      evidence(bound.gateway, field(bound, "tls.subjectAltNames"), message("handshake-admits"));
    return {
      workload,
      port,
      via: this.pods.at(workload, port),
      leavesFromGateway: true,
      paths: new Map(),
      sni: mutual || target.protocol === "tls" ? sni : undefined,
      authenticated,
      handshake: names.length > 0 ? { names: new Set(names), because: because() } : undefined,
      chainRules: patches.chainRules(workload, port, chain.sni),
      policies: this.pods.policySet(workload, false),
      serverFirst: target.serverSpeaksFirst && (end.kind === "database" || end.kind === "other"),
      because: steps,
      admitted: finished(end, steps, [hopEncryption(mutual, target)], true, authenticated),
    };
  }

  /** Where the gateway's own connection ends. */
  #end(workload: Workload, chain: GatewayChain, target: Target, because: readonly Evidence[]): Ending {
    const route = because.at(-1) ?? chain.because;
    const ends = chain.destinations.map((one) => this.#endOfRoute(workload, one, chain.bound.number, target, route));
    const [first = { kind: "nowhere", because: [] } as const, ...others] = ends;
    const differs = others.some((end) => end.kind !== first.kind);
    return differs ? { kind: "unknown", because: [{ ...route, ...message("weighted-destinations-differ") }] } : first;
  }

  #endOfRoute(
    workload: Workload,
    { destination }: RouteDestination,
    listenerPort: number,
    target: Target,
    route: Evidence,
  ): Ending {
    const scope = this.#scope(workload);
    const cluster = scope.cluster(destination ?? {}, listenerPort);
    if ("missing" in cluster) return { kind: "nowhere", because: missingCluster(cluster, route, "the-gateway") };
    if (cluster.service.registry === "kubernetes") {
      const text = message("gateway-to-service");
      return { kind: "unknown", because: [evidence(cluster.service.object, "", text)] };
    }
    return (
      this.#onLoopback(workload, cluster, target) ?? endOf(cluster, target, scope, this.pods.meshOf(workload).known)
    );
  }

  /** A service on the gateway's own loopback interface leads to a forwarder that reads the client's SNI. */
  #onLoopback(workload: Workload, { service, port }: Cluster, target: Target): Ending | undefined {
    const { endpoints, object } = service;
    if (endpoints.length === 0 || !endpoints.every(({ address }) => address.startsWith("127."))) return undefined;
    const number =
      endpoints[0]?.ports[port.name] ?? (typeof port.targetPort === "number" ? port.targetPort : port.number);
    const forwarder = this.pods.meshOf(workload).forwarders.find(workload, number);
    const to = evidence(object, "spec.endpoints", message("to-loopback", { port: number }));
    if (!forwarder)
      return {
        kind: "unknown",
        because: [{ ...to, ...message("loopback-without-listener", { because: clause(to) }) }],
      };
    const sni = clientSni(target);
    if (sni !== undefined && passes(forwarder, sni)) {
      return { kind: "database", encryption: "tls-passthrough", because: [to, forwarder.because] };
    }
    const text = sni === undefined ? message("forwarder-without-sni") : message("forwarder-refuses", { sni });
    return { kind: "nowhere", because: [to, { ...forwarder.because, ...text }] };
  }

  #scope(workload: Workload): ProxyScope {
    let scope = this.#scopes.get(workload);
    if (!scope) {
      const { index, settings } = this.pods.meshOf(workload);
      const choice = {
        listeners: [{ imports: () => true, importsRoute: () => true }],
        outboundMode: "REGISTRY_ONLY",
        outboundEvidence: settings.outboundEvidence,
      };
      const dns = { answers: false, allocated: false };
      scope = new ProxyScope(index, workload.namespace, workload.labels, dns, choice, "gateway");
      this.#scopes.set(workload, scope);
    }
    return scope;
  }

  #port(workload: Workload, port: number): GatewayPort | undefined {
    let ports = this.#ports.get(workload);
    if (!ports) this.#ports.set(workload, (ports = new Map()));
    let built = ports.get(port);
    if (!built) {
      const servers = this.pods.meshOf(workload).gateways.listeners(workload).get(port);
      if (!servers) return undefined;
      ports.set(port, (built = gatewayPort(this.#scope(workload), servers)));
    }
    return built;
  }
}

/** The server of a port, with its route, that takes a connection; or why none does. */
function chainFor(
  listener: GatewayPort,
  sni: string | undefined,
  tls: boolean,
  target: Target,
): GatewayChain | Refusal {
  const { duplicate, inspects } = listener;
  const [first] = listener.chains;
  if (duplicate) {
    const text = message("servers-match-same");
    return (because) => unknown([...because, { ...duplicate.because, ...text }]);
  }
  if (inspects && !tls && target.serverSpeaksFirst) {
    const text = message("gateway-waits-for-tls");
    return (because) => blocked(first ? [...because, { ...first.because, ...text }] : because);
  }
  const chain =
    (tls && sni !== undefined ? listener.byName.get(sni) : undefined) ?? bySni(listener.others, tls ? sni : undefined);
  if (chain) return chain;
  const text = tls ? message("no-server-for-sni", { sni: sni ?? "" }) : message("no-server-without-tls");
  const none: Evidence[] = first ? [evidence(first.bound.gateway, field(first.bound, "hosts"), text)] : [];
  return (because) => blocked([...because, ...none, ...relevant(listener, target)]);
}

/** Servers that would have been for the target, had they a chain. */
function relevant(listener: GatewayPort, target: Target): Evidence[] {
  return listener.missing.slice(0, 3).filter((one) => textOf(one) !== "" && target.host !== "");
}

/** Why a server of this TLS mode cannot take a hop that is in the mesh's mutual TLS, or is not. */
function misfitOf(mode: ReturnType<typeof tlsMode>, mutual: boolean): Message | undefined {
  if (mode === "ISTIO_MUTUAL" && !mutual) return message("server-needs-mutual-tls");
  if (mode === "none" && mutual) return message("server-without-tls");
  if (mode === "passthrough" && mutual) return message("server-passes-mutual-tls");
  return undefined;
}

function serverText(mode: ReturnType<typeof tlsMode>): Message {
  if (mode === "ISTIO_MUTUAL") return message("server-authenticates");
  if (mode === "passthrough") return message("server-passes-tls");
  return message("server-anonymous");
}

import { message } from "../../messages/index.js";
import type { Evidence, KubernetesObject } from "../../model/model.js";
import { destinationText, evidence } from "../evidence.js";
import { field, sniOf, tlsMode, type BoundServer, type PortServers } from "../config/gateways.js";
import { hostsMatch, isWildcard } from "../registry/hostname.js";
import type { ProxyScope } from "../config/scope.js";
import type { ConnectionMatch, RouteDestination } from "../config/shapes.js";
import { destinationsOf, type Route } from "../config/virtualServices.js";

/** A filter chain of a gateway's listener. */
export interface GatewayChain {
  sni: readonly string[];
  bound: BoundServer;
  destinations: readonly RouteDestination[];
  because: Evidence;
  /** The chain terminates HTTP, which is not modelled. */
  http: boolean;
}

/** The filter chains of one port, and why servers have none. */
export interface GatewayPort {
  chains: readonly GatewayChain[];
  /** Chains by each name they match exactly; the others match by wildcard, or everything. */
  byName: ReadonlyMap<string, GatewayChain>;
  others: readonly GatewayChain[];
  /** A chain that matches the same names as another: the proxy refuses such a listener whole. */
  duplicate: GatewayChain | undefined;
  /** The listener reads a TLS handshake before it does anything. */
  inspects: boolean;
  missing: readonly Evidence[];
}

/** Builds the chains as istiod does: TCP and terminating servers from `tcp` rules, passing ones from `tls` rules. */
export function gatewayPort(scope: ProxyScope, { servers, dropped }: PortServers): GatewayPort {
  const chains: GatewayChain[] = [];
  const missing = dropped.map((one) => one.evidence);
  const taken = new Set<string>();
  for (const bound of servers) {
    if (bound.protocol === "http" || (bound.protocol === "https" && tlsMode(bound.server) !== "passthrough")) {
      const because = evidence(bound.gateway, field(bound, "port.protocol"), message("http-server-not-modelled"));
      chains.push({ sni: serverNames(bound), bound, destinations: [], because, http: true });
    } else if (tlsMode(bound.server) === "passthrough") passthrough(scope, bound, chains, missing, taken);
    else terminating(scope, bound, chains, missing);
  }
  return { chains, missing, ...indexChains(chains) };
}

function indexChains(
  chains: readonly GatewayChain[],
): Pick<GatewayPort, "byName" | "others" | "duplicate" | "inspects"> {
  const byName = new Map<string, GatewayChain>();
  const keys = new Set<string>();
  let duplicate: GatewayChain | undefined;
  for (const chain of chains) {
    const names = chain.sni.includes("*") ? [] : [...chain.sni].sort();
    const key = names.join(",");
    if (keys.has(key)) duplicate ??= chain;
    keys.add(key);
    for (const name of names) if (!isWildcard(name)) byName.set(name, chain);
  }
  const others = chains.filter(({ sni }) => sni.length === 0 || sni.some(isWildcard));
  return { byName, others, duplicate, inspects: chains.some(({ sni }) => sni.length > 0) };
}

function serverNames(bound: BoundServer): string[] {
  return bound.server.tls ? [...new Set(bound.hosts.map(sniOf))] : [];
}

/** VirtualServices bound to the server's Gateway that name a host it serves. */
function routesOf(scope: ProxyScope, bound: BoundServer): Route[] {
  return scope.index.virtualServices.all(scope.namespace, bound.gatewayName).filter((route) =>
    route.hosts.some((host) =>
      bound.hosts.some((served) => {
        const slash = served.indexOf("/");
        if (slash >= 0 && served.slice(0, slash) !== route.namespace) return false;
        return hostsMatch(sniOf(served), host);
      }),
    ),
  );
}

function applies(match: ConnectionMatch, bound: BoundServer): boolean {
  const gateways = match.gateways ?? [];
  const port = match.port ?? 0;
  return (port === 0 || port === bound.number) && (gateways.length === 0 || gateways.includes(bound.gatewayName));
}

function terminating(scope: ProxyScope, bound: BoundServer, chains: GatewayChain[], missing: Evidence[]): void {
  const routes = routesOf(scope, bound);
  for (const { object, spec } of routes) {
    for (const [index, rule] of (spec.tcp ?? []).entries()) {
      const matches = rule.match ?? [];
      if ((rule.route ?? []).length === 0) continue;
      if (matches.length > 0 && !matches.some((match) => applies(match, bound))) continue;
      const because = routeEvidence(object, `spec.tcp[${index}]`, rule.route ?? []);
      chains.push({ sni: serverNames(bound), bound, destinations: destinationsOf(rule), because, http: false });
      return;
    }
  }
  missing.push(noRoute(bound, routes, "tcp"));
}

function passthrough(
  scope: ProxyScope,
  bound: BoundServer,
  chains: GatewayChain[],
  missing: Evidence[],
  taken: Set<string>,
): void {
  const routes = routesOf(scope, bound);
  let found = false;
  for (const { object, spec } of routes) {
    for (const [index, rule] of (spec.tls ?? []).entries()) {
      if ((rule.route ?? []).length === 0) continue;
      for (const [position, match] of (rule.match ?? []).entries()) {
        if (!applies(match, bound)) continue;
        const names = match.sniHosts ?? [];
        const path = `spec.tls[${index}].match[${position}]`;
        if (names.some((name) => taken.has(name))) {
          missing.push(evidence(object, path, message("same-sni")));
          continue;
        }
        for (const name of names) taken.add(name);
        found = true;
        const because = routeEvidence(object, path, rule.route ?? []);
        chains.push({ sni: names, bound, destinations: destinationsOf(rule), because, http: false });
      }
    }
  }
  if (!found) missing.push(noRoute(bound, routes, "tls"));
}

function noRoute(bound: BoundServer, routes: readonly Route[], kind: "tcp" | "tls"): Evidence {
  const [first] = routes;
  if (!first) {
    return evidence(bound.gateway, field(bound, "hosts"), message("no-route-bound"));
  }
  return evidence(
    first.object,
    `spec.${kind}`,
    message("no-rule-for-port", { kind, port: bound.number, mode: bound.server.tls?.mode ?? message("no-tls") }),
  );
}

function routeEvidence(object: KubernetesObject, path: string, routes: readonly RouteDestination[]): Evidence {
  const destinations = routes.map(({ destination }) => destinationText(destination));
  return evidence(object, path, message("gateway-routes-to", { destinations }));
}

import { nameOf } from "../../model/objectName.js";
import { message, type Message } from "../../messages/index.js";
import type { Evidence, KubernetesObject } from "../../model/model.js";
import { contains, coverEverything, parseBlock } from "../../network/addressBlock.js";
import { destinationText, evidence } from "../evidence.js";
import { hostsMatch, isWildcard } from "../registry/hostname.js";
import { isInspected, isTls, refusesCompany, type Protocol } from "../registry/protocol.js";
import { anyAddress, isEveryAddress, type MeshService, type ServicePort } from "../registry/registry.js";
import type { ProxyScope } from "../config/scope.js";
import { hasLabels } from "../../model/labels.js";
import type { ConnectionMatch, ConnectionRoute, RouteDestination } from "../config/shapes.js";
import type { EgressListener } from "../config/sidecars.js";
import { listeningAddress } from "../registry/visibleServices.js";
import { destinationsOf, meshGateway, type Route } from "../config/virtualServices.js";

/** What a client dials. */
export interface Dial {
  /** The addresses it may dial; undefined for a real address that the input does not tell. */
  addresses: readonly string[] | undefined;
  port: number;
  /** SNI of the client's own TLS; undefined when its first bytes are not TLS. */
  sni: string | undefined;
  /** Host of the client's HTTP request, when it speaks HTTP. */
  httpHost: string | undefined;
  serverSpeaksFirst: boolean;
}

/** Where a filter chain sends a connection. */
export interface Chain {
  sni: readonly string[];
  blocks: readonly string[];
  destinations: readonly RouteDestination[];
  service: MeshService;
  port: ServicePort;
  because: Evidence;
}

/** A listener of a sidecar: filter chains of TCP, and whether HTTP is served beside them. */
interface Listener {
  chains: Chain[];
  /** Of the first service, until HTTP joins it: then it is detected. */
  protocol: Protocol | undefined;
  /** The service for which the listener looks at the client's first bytes, to serve HTTP beside TCP. */
  inspecting: { service: MeshService; port: ServicePort } | undefined;
  address: string;
  /** Services left out because another has the same match. */
  losers: { service: MeshService; winner: MeshService }[];
}

export type Outcome =
  | { kind: "chain"; chain: Chain; listener: Listener }
  | {
      kind: "http";
      service: MeshService;
      port: ServicePort;
      destinations: readonly RouteDestination[];
      because: Evidence[];
    }
  | { kind: "unmatched"; because: Evidence[] }
  | { kind: "waits"; because: Evidence[] }
  | { kind: "unknown"; because: Evidence[] };

/** What a sidecar does with a connection its process opens. */
export function outbound(scope: ProxyScope, dial: Dial): Outcome {
  const unmodelled = scope.sidecar.listeners.find((listener) => listener.unmodelled !== undefined)?.unmodelled;
  if (unmodelled && scope.sidecar.object) {
    return { kind: "unknown", because: [evidence(scope.sidecar.object, "spec.egress", unmodelled)] };
  }
  const exact = (dial.addresses ?? []).flatMap((address) => listenerAt(scope, dial.port, address) ?? []);
  const listener = exact[0] ?? listenerAt(scope, dial.port, anyAddress);
  if (!listener) return { kind: "unmatched", because: [] };
  return choose(scope, listener, dial);
}

/** The listener of an address and port. A port that a Sidecar resource names is closed to its other listeners. */
function listenerAt(scope: ProxyScope, port: number, address: string): Listener | undefined {
  for (const egress of scope.sidecar.listeners) {
    if (egress.port !== undefined && egress.port !== port) continue;
    const listener = build(scope, egress, port, address);
    if (listener) return listener;
  }
  return undefined;
}

/**
 * The listener of an address, of the services that listen there, the oldest first. HTTP and TCP on one port are distinguished
 * by the client's first bytes; what cannot share the port with those before it is left out.
 *
 * Source: istio pilot/pkg/networking/core/listener.go, buildSidecarOutboundListener.
 */
function build(scope: ProxyScope, egress: EgressListener, port: number, address: string): Listener | undefined {
  const services = scope.servicesAt(egress, port, address === anyAddress ? "anywhere" : address);
  const listener: Listener = { chains: [], protocol: undefined, inspecting: undefined, address, losers: [] };
  let first: MeshService | undefined;
  for (const service of services) {
    const servicePort = declaredPort(service, port, egress.protocol);
    if (!servicePort) continue;
    const { protocol } = servicePort;
    if (first && isInspected(protocol) && listener.protocol === "detected") continue;
    if (first && listener.protocol && refusesCompany(protocol, listener.protocol)) {
      listener.losers.push({ service, winner: first });
      continue;
    }
    first ??= service;
    listener.protocol = listener.inspecting || isInspected(protocol) ? "detected" : (listener.protocol ?? protocol);
    if (isInspected(protocol)) listener.inspecting ??= { service, port: servicePort };
    if (protocol !== "http") addChains(listener, chainsOf(scope, egress, service, servicePort, address));
  }
  return first ? listener : undefined;
}

/** The service's port, of the protocol a Sidecar resource declares for its own listener where that is a byte stream's. */
function declaredPort(service: MeshService, port: number, protocol: Protocol | undefined): ServicePort | undefined {
  const own = service.ports.find(({ number }) => number === port);
  return own && protocol && protocol !== "http" && protocol !== "detected" ? { ...own, protocol } : own;
}

/** Two chains with the same match cannot stand side by side: the first one stays. */
function addChains(listener: Listener, chains: readonly Chain[]): void {
  for (const chain of chains) {
    const duplicate = listener.chains.find((existing) => matchKey(existing) === matchKey(chain));
    if (!duplicate) listener.chains.push(chain);
    else if (duplicate.service !== chain.service)
      listener.losers.push({ service: chain.service, winner: duplicate.service });
  }
}

function matchKey({ sni, blocks }: Chain): string {
  const names = sni.filter((name) => name !== "*");
  return `${[...new Set(names)].sort().join(",")}|${[...new Set(blocks)].sort().join(",")}`;
}

/** The filter chains one service adds to a listener, by the VirtualServices of its host. */
function chainsOf(
  scope: ProxyScope,
  egress: EgressListener,
  service: MeshService,
  port: ServicePort,
  address: string,
): Chain[] {
  const routes = scope.routesFor(egress, service.host);
  const own = listeningAddress(service, scope.dns.allocated);
  const blocks = own.includes("/") && !isEveryAddress(own) ? [own] : [];
  return isTls(port.protocol)
    ? tlsChains(scope, routes, service, port, blocks, address)
    : tcpChains(scope, routes, service, port, blocks);
}

function applies(scope: ProxyScope, match: ConnectionMatch, port: number): boolean {
  return (
    (match.gateways === undefined || match.gateways.length === 0 || match.gateways.includes(meshGateway)) &&
    hasLabels(scope.labels, match.sourceLabels) &&
    (match.port === undefined || match.port === 0 || match.port === port) &&
    (match.sourceNamespace === undefined || match.sourceNamespace === "" || match.sourceNamespace === scope.namespace)
  );
}

/** TLS ports follow only the `tls` rules, by SNI; without one that applies, the service itself. */
function tlsChains(
  scope: ProxyScope,
  routes: readonly Route[],
  service: MeshService,
  port: ServicePort,
  ownBlocks: readonly string[],
  address: string,
): Chain[] {
  const chains: Chain[] = [];
  const handled = new Set<string>();
  let blocks = ownBlocks;
  for (const { object, spec } of routes) {
    (spec.tls ?? []).forEach((rule, index) => {
      if (!hasRoute(rule)) return;
      (rule.match ?? []).forEach((match, position) => {
        if (!applies(scope, match, port.number)) return;
        if ((match.destinationSubnets ?? []).length > 0) blocks = match.destinationSubnets ?? [];
        const key = `${(match.sniHosts ?? []).join(",")}|${(match.destinationSubnets ?? []).join(",")}`;
        if (handled.has(key)) return;
        handled.add(key);
        const because = routeEvidence(object, `spec.tls[${index}].match[${position}]`, rule);
        chains.push({ sni: match.sniHosts ?? [], blocks, destinations: destinationsOf(rule), service, port, because });
      });
    });
  }
  if (chains.length > 0) return chains;
  const shared = address === anyAddress || ownBlocks.length > 0;
  const dynamic = isWildcard(service.host) && service.resolution === "dynamic-dns";
  return [itself(service, port, ownBlocks, shared || dynamic ? [service.host] : [])];
}

/** TCP ports follow only the `tcp` rules: the first that takes every destination ends the list. */
function tcpChains(
  scope: ProxyScope,
  routes: readonly Route[],
  service: MeshService,
  port: ServicePort,
  ownBlocks: readonly string[],
): Chain[] {
  const chains: Chain[] = [];
  let replaced = false;
  for (const { object, spec } of routes) {
    for (const [index, rule] of (spec.tcp ?? []).entries()) {
      if (!hasRoute(rule)) continue;
      const matches = rule.match ?? [];
      const hits = matches.filter((match) => applies(scope, match, port.number));
      const open = matches.length === 0 || hits.some((match) => (match.destinationSubnets ?? []).length === 0);
      const chain = { sni: [], destinations: destinationsOf(rule), service, port };
      if (open) {
        const position = matches.findIndex((match) => hits.includes(match) && !match.destinationSubnets?.length);
        const field = position < 0 ? `spec.tcp[${index}]` : `spec.tcp[${index}].match[${position}]`;
        return [...chains, { ...chain, blocks: ownBlocks, because: routeEvidence(object, field, rule) }];
      }
      const subnets = hits.flatMap((match) => match.destinationSubnets ?? []);
      if (subnets.length === 0) continue;
      chains.push({ ...chain, blocks: subnets, because: routeEvidence(object, `spec.tcp[${index}].match`, rule) });
      if ([...subnets].sort().join() === [...ownBlocks].sort().join()) replaced = true;
    }
  }
  return replaced ? chains : [...chains, itself(service, port, ownBlocks, [])];
}

function hasRoute(rule: ConnectionRoute): boolean {
  return (rule.route ?? []).length > 0;
}

function itself(service: MeshService, port: ServicePort, blocks: readonly string[], sni: readonly string[]): Chain {
  return {
    sni,
    blocks,
    destinations: [{ destination: { host: service.host, port: { number: port.number } } }],
    service,
    port,
    because: evidence(
      service.object,
      portField(service, port),
      message("no-route", { port: port.number, host: service.host }),
    ),
  };
}

/** Where a service's port stands in its object. */
export function portField(service: MeshService, port: ServicePort): string {
  return `spec.ports[${Math.max(
    0,
    service.ports.findIndex(({ number }) => number === port.number),
  )}]`;
}

function routeEvidence(object: KubernetesObject, field: string, rule: ConnectionRoute): Evidence {
  const destinations = (rule.route ?? []).map(({ destination }) => destinationText(destination));
  return evidence(object, field, message("routes-to", { destinations }));
}

/** Picks the filter chain as the proxy does: by destination first, then by SNI, without going back. */
function choose(scope: ProxyScope, listener: Listener, dial: Dial): Outcome {
  const inspects = listener.inspecting !== undefined || listener.chains.some(({ sni }) => sni.length > 0);
  if (inspects && dial.serverSpeaksFirst && dial.sni === undefined) return waiting(listener);
  if (listener.inspecting && dial.httpHost !== undefined) return overHttp(scope, dial, dial.httpHost);
  const byAddress = destinationChains(listener.chains, dial.addresses);
  if (byAddress === "unknown") {
    const chain = listener.chains.find(({ blocks }) => blocks.length > 0);
    if (!chain) return { kind: "unknown", because: [] };
    const text = message("block-unclear", { blocks: chain.blocks });
    return { kind: "unknown", because: [{ ...chain.because, ...text }] };
  }
  const chain = bySni(byAddress, dial.sni);
  if (chain) return { kind: "chain", chain, listener };
  const open = listener.chains.find(({ sni, blocks }) => sni.every((name) => name === "*") && blocks.length === 0);
  return open
    ? { kind: "chain", chain: open, listener }
    : { kind: "unmatched", because: unmatchedEvidence(listener, dial) };
}

/** A proxy that waits for the client's first bytes: because of a TLS port, or of a service of HTTP, whoever declared it. */
function waiting({ chains, inspecting }: Listener): Outcome {
  const culprit = inspecting ?? chains.find(({ sni }) => sni.length > 0);
  if (!culprit) return { kind: "waits", because: [] };
  const { service, port } = culprit;
  const args = { port: port.number, protocol: port.protocol, host: service.host };
  return { kind: "waits", because: [evidence(service.object, portField(service, port), message("port-waits", args))] };
}

function unmatchedEvidence({ chains, inspecting }: Listener, dial: Dial): Evidence[] {
  const [chain] = chains;
  if (!chain) {
    if (!inspecting) return [];
    const { service, port } = inspecting;
    const args = { port: port.number, host: service.host };
    return [evidence(service.object, portField(service, port), message("not-http", args))];
  }
  const what = dial.sni === undefined ? message("without-sni") : message("sni-named", { sni: dial.sni });
  return [{ ...chain.because, ...message("no-chain", { port: dial.port, what }) }];
}

/** The chains of one object that lead to one end and hold every address between them, where no other has any: `0.0.0.0/1` and `128.0.0.0/1`. */
function holdEveryAddress(chains: readonly Chain[]): readonly Chain[] | undefined {
  const ends = new Set(chains.map(({ destinations }) => JSON.stringify(destinations)));
  if (ends.size !== 1 || new Set(chains.map(({ service }) => service.object)).size !== 1) return undefined;
  if (chains.some(({ blocks }) => blocks.length === 0)) return chains.slice(0, 1);
  const blocks = chains.flatMap(({ blocks: texts }) => texts.flatMap((text) => parseBlock(text) ?? []));
  return coverEverything(blocks) ? chains.slice(0, 1) : undefined;
}

/** The chains of the narrowest block that holds the address; chains without a block when none does. */
function destinationChains(
  chains: readonly Chain[],
  addresses: readonly string[] | undefined,
): readonly Chain[] | "unknown" {
  const open = chains.filter(({ blocks }) => blocks.length === 0);
  if (open.length === chains.length) return open;
  if (addresses === undefined) return holdEveryAddress(chains) ?? "unknown";
  const dialled = addresses.flatMap((address) => parseBlock(address) ?? []);
  let narrowest: bigint | undefined;
  let found: Chain[] = [];
  for (const chain of chains) {
    for (const text of chain.blocks) {
      const block = parseBlock(text);
      if (!block || !dialled.some((address) => contains(block, address))) continue;
      const width = block.last - block.first;
      if (narrowest === undefined || width < narrowest) [narrowest, found] = [width, [chain]];
      else if (width === narrowest) found.push(chain);
    }
  }
  return found.length > 0 ? found : open;
}

/** The chain of the exact name, else of the longest wildcard, else without names. */
export function bySni<C extends { sni: readonly string[] }>(
  chains: readonly C[],
  sni: string | undefined,
): C | undefined {
  let best: C | undefined;
  let length = -1;
  for (const chain of chains) {
    const names = chain.sni.includes("*") ? [] : chain.sni;
    if (names.length === 0) {
      if (length < 0) [best, length] = [chain, 0];
      continue;
    }
    if (sni === undefined) continue;
    for (const name of names) {
      if (!hostsMatch(name, sni) || isWildcard(sni)) continue;
      const rank = isWildcard(name) ? name.length : Number.POSITIVE_INFINITY;
      if (rank > length) [best, length] = [chain, rank];
    }
  }
  return best;
}

/** HTTP goes by the request's host, whatever address was dialled. */
function overHttp(scope: ProxyScope, dial: Dial, host: string): Outcome {
  for (const egress of scope.sidecar.listeners) {
    if (egress.port !== undefined && egress.port !== dial.port) continue;
    const services = [...scope.servicesAt(egress, dial.port, "http"), ...scope.imported(host)];
    const service =
      services.find((one) => one.host === host) ??
      services.find((one) => isWildcard(one.host) && hostsMatch(one.host, host));
    const port = service?.ports.find(({ number }) => number === dial.port);
    if (!service || !port) continue;
    const itselfChain = itself(service, port, [], []);
    for (const { object, spec } of scope.routesFor(egress, service.host)) {
      const rules = spec.http ?? [];
      if (rules.length === 0) continue;
      const special = rules.some((rule) => rule.redirect ?? rule.directResponse ?? rule.delegate ?? rule.fault);
      const destinations = rules.flatMap(destinationsOf);
      if (special || destinations.length === 0) {
        const text = message("http-route-not-modelled");
        return { kind: "unknown", because: [evidence(object, "spec.http", text)] };
      }
      return {
        kind: "http",
        service,
        port,
        destinations,
        because: [routeEvidence(object, "spec.http", { route: destinations })],
      };
    }
    return { kind: "http", service, port, destinations: itselfChain.destinations, because: [itselfChain.because] };
  }
  return { kind: "unmatched", because: [] };
}

/** Why a listener captures a whole port. */
export function catchAllText(listener: { address: string }, chain: Chain): Message | undefined {
  const open = listener.address === anyAddress && chain.sni.length === 0 && chain.blocks.length === 0;
  if (!open) return undefined;
  return message("captures-port", { entry: nameOf(chain.service.object), port: chain.port.number });
}

import { message, type Message } from "../messages/index.js";
import type { KubernetesObject, NamespaceFacts } from "../model/model.js";
import { describeSelector, matchesSelector, requiredPair, type LabelSelector } from "../model/labels.js";
import { and, every, not, some, type Trilean } from "../model/trilean.js";
import { namespaceOf } from "../model/world.js";
import { parseBlock } from "./addressBlock.js";
import { everyPort, portsOf, unionOf } from "./portSet.js";
import {
  defaultTier,
  inBlock,
  isIn,
  namedPorts,
  namespaceLabels,
  orderOfKubernetesPolicies,
  readBlocks,
  trafficOf,
  type Direction,
  type Peer,
  type Policy,
  type PolicyEngine,
  type Protocol,
  type Rule,
} from "./policy.js";

interface PolicyPeer {
  podSelector?: LabelSelector;
  namespaceSelector?: LabelSelector;
  ipBlock?: { cidr: string; except?: string[] };
}

interface PolicyPort {
  protocol?: Protocol;
  port?: number | string;
  endPort?: number;
}

interface PolicyRule {
  from?: PolicyPeer[];
  to?: PolicyPeer[];
  ports?: PolicyPort[];
}

interface PolicySpec {
  podSelector?: LabelSelector;
  policyTypes?: string[];
  ingress?: PolicyRule[];
  egress?: PolicyRule[];
}

/** Reads a `networking.k8s.io/v1` NetworkPolicy: a list of what is allowed, for the directions it governs. */
export function readKubernetesPolicy(object: KubernetesObject, engine: PolicyEngine | undefined): Policy {
  const spec = (object.spec ?? {}) as PolicySpec;
  const namespace = namespaceOf(object);
  const selector = spec.podSelector ?? {};
  const types = spec.policyTypes?.length ? spec.policyTypes : ["Ingress", ...(spec.egress?.length ? ["Egress"] : [])];
  const rules = (direction: Direction, list: readonly PolicyRule[] | null = []) =>
    (list ?? []).map((rule, index) => readRule(rule, direction, index, namespace, engine));
  return {
    kind: object.kind,
    namespace,
    name: object.metadata.name,
    tier: defaultTier,
    order: orderOfKubernetesPolicies,
    sortName: `${namespace}/knp.default.${object.metadata.name}`,
    scope: namespace,
    required: requiredPair(selector),
    selects: (pod) => (pod.namespace.name === namespace ? matchesSelector(selector, pod.labels) : false),
    ingress: types.includes("Ingress") ? rules("ingress", spec.ingress) : undefined,
    egress: types.includes("Egress") ? rules("egress", spec.egress) : undefined,
    blocks: readBlocks([...(spec.ingress ?? []), ...(spec.egress ?? [])].flatMap(cidrsOf)),
  };
}

function cidrsOf({ from, to }: PolicyRule): string[] {
  const peers = [...(from ?? []), ...(to ?? [])];
  return peers.flatMap(({ ipBlock }) => (ipBlock ? [ipBlock.cidr, ...(ipBlock.except ?? [])] : []));
}

function readRule(
  rule: PolicyRule,
  direction: Direction,
  index: number,
  namespace: string,
  engine: PolicyEngine | undefined,
): Rule {
  const peers = (direction === "egress" ? rule.to : rule.from) ?? [];
  const ports = rule.ports ?? [];
  const peerMatchers = peers.map((peer) => readPeer(peer, namespace, engine));
  const other = direction === "egress" ? "destination" : "source";
  return {
    action: "Allow",
    field: `spec.${direction}[${index}]`,
    traffic: trafficOf(
      direction,
      ports.map(describePort),
      peers.map((peer) => describePeer(peer, namespace)),
    ),
    joins: (ends) => peers.length === 0 || some(peerMatchers, (matches) => matches(ends[other])),
    ports: readPorts(ports),
  };
}

function readPeer(peer: PolicyPeer, namespace: string, engine: PolicyEngine | undefined): (peer: Peer) => Trilean {
  if (peer.ipBlock) return readAddresses(peer.ipBlock, engine);
  const { podSelector, namespaceSelector } = peer;
  const inChosen = namespaceSelector && namespaceMatcher(namespaceSelector);
  return ({ pod }) => {
    if (!pod) return false;
    const inNamespace = inChosen ? inChosen(pod.namespace) : isIn(pod, namespace);
    if (inNamespace === false || !podSelector) return inNamespace;
    return and(inNamespace, matchesSelector(podSelector, pod.labels));
  };
}

type NamespaceMatcher = (namespace: NamespaceFacts) => Trilean;

/** Thousands of policies have the same few selectors. */
const namespaceMatchers = new Map<string, NamespaceMatcher>();

function namespaceMatcher(selector: LabelSelector): NamespaceMatcher {
  const key = JSON.stringify(selector);
  let matcher = namespaceMatchers.get(key);
  if (!matcher) {
    const known = new WeakMap<NamespaceFacts, Trilean>();
    matcher = (namespace) => {
      let match = known.get(namespace);
      if (match === undefined) known.set(namespace, (match = matchesSelector(selector, namespaceLabels(namespace))));
      return match;
    };
    namespaceMatchers.set(key, matcher);
  }
  return matcher;
}

function readAddresses(
  { cidr, except }: NonNullable<PolicyPeer["ipBlock"]>,
  engine: PolicyEngine | undefined,
): (peer: Peer) => Trilean {
  const block = parseBlock(cidr);
  const exceptions = (except ?? []).map(parseBlock);
  // What is no block yet, because its value is not known before the apply, may hold any address.
  return (peer) =>
    and(
      block ? inBlock(block, peer, engine) : "unknown",
      every(exceptions, (exception) => not(exception ? inBlock(exception, peer, engine) : "unknown")),
    );
}

function readPorts(ports: readonly PolicyPort[]): Rule["ports"] {
  if (ports.length === 0) return () => everyPort;
  const numbered = unionOf(
    ports.flatMap(({ protocol = "TCP", port, endPort }) =>
      typeof port === "string" ? [] : portsOf(protocol, port, endPort ?? port),
    ),
  );
  const named = ports.filter(({ port }) => typeof port === "string");
  if (named.length === 0) return () => numbered;
  return ({ destination }) =>
    unionOf([numbered, ...named.map(({ protocol = "TCP", port }) => namedPorts(String(port), destination, protocol))]);
}

function describePort({ protocol = "TCP", port, endPort }: PolicyPort): Message {
  if (port === undefined) return message("every-port-of", { protocol });
  return message("port-of", { protocol, port: endPort ? `${port}-${endPort}` : port });
}

function describePeer({ ipBlock, podSelector, namespaceSelector }: PolicyPeer, namespace: string): Message {
  if (ipBlock) return describeBlock(ipBlock.cidr, ipBlock.except ?? []);
  const labels = podSelector ? describeSelector(podSelector) : "";
  const namespaces = namespaceSelector ? describeNamespaces(namespaceSelector) : named(namespace);
  return labels ? message("pods-in", { labels, namespaces }) : message("all-pods-in", { namespaces });
}

function named(name: string): Message {
  return message("namespace-named", { name });
}

/** Namespaces that a selector chooses, in words. */
export function describeNamespaces(selector: LabelSelector): Message {
  const labels = describeSelector(selector);
  return labels ? message("namespaces-with", { labels }) : message("any-namespace");
}

/** An address block without its exceptions, in words. */
export function describeBlock(block: string, exceptions: readonly string[]): Message {
  return exceptions.length > 0 ? message("block-except", { block, exceptions }) : message("address-block", { block });
}

import { message, type Message } from "../messages/index.js";
import type { KubernetesObject } from "../model/model.js";
import { describeSelector, matchesSelector, type LabelSelector } from "../model/labels.js";
import { and, some, type Trilean } from "../model/trilean.js";
import { parseBlock } from "./addressBlock.js";
import { matchesDomain } from "./domainName.js";
import { everyPort, portsOf, protocols, unionOf, type PortSet } from "./portSet.js";
import { describeNamespaces } from "./kubernetesPolicy.js";
import {
  adminTier,
  baselineTier,
  holds,
  namedPorts,
  namespaceLabels,
  readBlocks,
  trafficOf,
  type Direction,
  type Peer,
  type PodPeer,
  type Policy,
  type Protocol,
  type Rule,
} from "./policy.js";

interface NamespacedPods {
  namespaceSelector?: LabelSelector;
  podSelector?: LabelSelector;
}

interface TierPeer {
  namespaces?: LabelSelector;
  pods?: NamespacedPods;
  nodes?: LabelSelector;
  networks?: string[];
  domainNames?: string[];
}

interface Range {
  start: number;
  end: number;
}

/** A port as v1alpha1 (`portNumber`, `namedPort`, `portRange`) and v1alpha2 (`tcp`, `udp`, `sctp`) write it. */
interface TierPort {
  portNumber?: { protocol?: Protocol; port: number };
  namedPort?: string;
  portRange?: Range & { protocol?: Protocol };
  tcp?: { destinationPort?: { number?: number; range?: Range } };
  udp?: TierPort["tcp"];
  sctp?: TierPort["tcp"];
  destinationNamedPort?: string;
}

interface TierRule {
  action: "Allow" | "Accept" | "Deny" | "Pass";
  from?: TierPeer[];
  to?: TierPeer[];
  ports?: TierPort[];
  protocols?: TierPort[];
}

interface TierSpec {
  tier?: "Admin" | "Baseline";
  priority?: number;
  subject?: { namespaces?: LabelSelector; pods?: NamespacedPods };
  ingress?: TierRule[];
  egress?: TierRule[];
}

const peerFields = new Set(["namespaces", "pods", "nodes", "networks", "domainNames"]);
const podFields = new Set(["namespaceSelector", "podSelector"]);
const selectorFields = new Set(["matchLabels", "matchExpressions"]);

/**
 * Reads the policies of cluster administrators in group `policy.networking.k8s.io`: ClusterNetworkPolicy of either tier,
 * AdminNetworkPolicy and BaselineAdminNetworkPolicy. Source: the API's types at kubernetes-sigs/network-policy-api.
 */
export function readTierPolicy(object: KubernetesObject): Policy {
  const spec = (object.spec ?? {}) as TierSpec;
  const baseline = object.kind === "BaselineAdminNetworkPolicy" || spec.tier === "Baseline";
  const rules = (direction: Direction) =>
    spec[direction]?.length ? spec[direction].map((rule, index) => readRule(rule, direction, index)) : undefined;
  return {
    kind: object.kind,
    namespace: "",
    name: object.metadata.name,
    tier: baseline ? baselineTier : adminTier,
    order: spec.priority ?? 0,
    sortName: object.metadata.name,
    tiesOpen: true,
    selects: (pod) => selectsPod(spec.subject ?? {}, pod),
    ingress: rules("ingress"),
    egress: rules("egress"),
    blocks: readBlocks(
      [...(spec.ingress ?? []), ...(spec.egress ?? [])].flatMap(({ from, to }) =>
        [...(from ?? []), ...(to ?? [])].flatMap(({ networks }) => networks ?? []),
      ),
    ),
    readsNames: (spec.egress ?? []).some(({ to }) => to?.some(({ domainNames }) => domainNames)),
  };
}

/** Whether pods are selected by `namespaces` or `pods`; by neither, which a later version of the API may mean, is not known. */
function selectsPod({ namespaces, pods }: Pick<TierPeer, "namespaces" | "pods">, pod: PodPeer): Trilean {
  if (namespaces) return matchesSelector(namespaces, namespaceLabels(pod.namespace));
  if (!pods) return "unknown";
  return and(
    matchesSelector(pods.namespaceSelector ?? {}, namespaceLabels(pod.namespace)),
    matchesSelector(pods.podSelector ?? {}, pod.labels),
  );
}

function readRule(rule: TierRule, direction: Direction, index: number): Rule {
  const peers = (direction === "egress" ? rule.to : rule.from) ?? [];
  const ports = rule.ports ?? rule.protocols ?? [];
  const other = direction === "egress" ? "destination" : "source";
  const unread = peers.map(unmodelledField).find((field) => field !== undefined);
  const matchers = peers.map(readPeer);
  return {
    action: rule.action === "Accept" ? "Allow" : rule.action,
    field: `spec.${direction}[${index}]`,
    traffic: trafficOf(direction, ports.map(describePort), peers.flatMap(describePeer)),
    doubt: unread === undefined ? undefined : message("field-not-modelled", { field: unread }),
    joins: (ends) => some(matchers, (matches) => matches(ends[other])),
    ports: ({ destination }) =>
      ports.length === 0 ? everyPort : unionOf(ports.map((port) => readPort(port, destination))),
  };
}

/** A field that the API got later, or has no more: what it selects is not known. */
function unmodelledField(peer: TierPeer): string | undefined {
  const unknownKey = (value: object | undefined, known: ReadonlySet<string>) =>
    Object.keys(value ?? {}).find((key) => !known.has(key));
  return (
    unknownKey(peer, peerFields) ?? unknownKey(peer.pods, podFields) ?? unknownKey(peer.namespaces, selectorFields)
  );
}

function readPeer(peer: TierPeer): (other: Peer) => Trilean {
  if (unmodelledField(peer) !== undefined) return () => "unknown";
  const blocks = peer.networks?.map(parseBlock);
  return (other) => {
    // Pods of the cluster have addresses too, and rules about networks hold for them.
    if (blocks) return some(blocks, (block) => (block ? holds(block, other.addresses) : "unknown"));
    if (peer.domainNames) return other.pod ? false : matchesDomain(peer.domainNames, other, "labels");
    if (peer.nodes) return other.node ? selectsNode(peer.nodes) : other.pod ? false : mayBeNode(other);
    return other.pod ? selectsPod(peer, other.pod) : false;
  };
}

/** The labels of nodes are not read. */
function selectsNode(selector: LabelSelector): Trilean {
  return describeSelector(selector) === "" ? true : "unknown";
}

/** An address outside the input's pods may be a node's. */
function mayBeNode({ host }: Peer): Trilean {
  return host === undefined ? "unknown" : false;
}

function readPort(wanted: TierPort, destination: Peer): PortSet {
  const { portNumber, portRange } = wanted;
  const name = wanted.namedPort ?? wanted.destinationNamedPort;
  if (name !== undefined) return namedPorts(name, destination);
  if (portNumber) return portsOf(portNumber.protocol ?? "TCP", portNumber.port, portNumber.port);
  if (portRange) return portsOf(portRange.protocol ?? "TCP", portRange.start, portRange.end);
  return unionOf(
    protocols.flatMap((protocol) => {
      const own = wanted[protocol.toLowerCase() as "tcp" | "udp" | "sctp"];
      if (!own) return [];
      const { number, range } = own.destinationPort ?? {};
      return portsOf(protocol, range?.start ?? number, range?.end ?? number);
    }),
  );
}

function describePort({
  portNumber,
  portRange,
  namedPort: name,
  destinationNamedPort,
  ...protocols
}: TierPort): Message {
  const named = name ?? destinationNamedPort;
  if (named !== undefined) return message("port-named", { name: named });
  if (portNumber) return message("port-of", { protocol: portNumber.protocol ?? "TCP", port: portNumber.port });
  if (portRange) return describeRange(portRange.protocol ?? "TCP", portRange);
  const [protocol = "", own] = Object.entries(protocols)[0] ?? [];
  const { number, range } = (own as TierPort["tcp"])?.destinationPort ?? {};
  if (range) return describeRange(protocol.toUpperCase(), range);
  return number === undefined
    ? message("every-port-of", { protocol: protocol.toUpperCase() })
    : message("port-of", { protocol: protocol.toUpperCase(), port: number });
}

function describeRange(protocol: string, { start, end }: Range): Message {
  return message("port-of", { protocol, port: `${start}-${end}` });
}

function describePeer({ namespaces, pods, nodes, networks, domainNames }: TierPeer): (string | Message)[] {
  if (networks ?? domainNames) return networks ?? domainNames ?? [];
  if (nodes) {
    const labels = describeSelector(nodes);
    return [labels ? message("nodes-with", { labels }) : message("every-node")];
  }
  const labels = describeSelector(pods?.podSelector ?? {});
  const where = describeNamespaces(pods?.namespaceSelector ?? namespaces ?? {});
  return [labels ? message("pods-in", { labels, namespaces: where }) : message("all-pods-in", { namespaces: where })];
}

import type { KubernetesObject, NamespaceFacts, Workload } from "../model/model.js";
import { namespaceOf } from "../model/world.js";
import { parseBlock } from "./addressBlock.js";
import { describeSelector, matchesSelector, requiredPair, type LabelSelector } from "./labelSelector.js";
import { and, given, knownLabels, maybe, no, not, or, yes, type Match } from "./match.js";
import {
  defaultTier,
  inBlock,
  namedPort,
  namespaceLabels,
  readBlocks,
  type Connection,
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

/** Where Calico puts the NetworkPolicies of Kubernetes among its own. */
const orderOfKubernetesPolicies = 1000;

/** Reads a `networking.k8s.io/v1` NetworkPolicy: a list of what is allowed, for the directions it governs. */
export function readKubernetesPolicy(object: KubernetesObject, engine: PolicyEngine | undefined): Policy {
  const spec = (object.spec ?? {}) as PolicySpec;
  const namespace = namespaceOf(object);
  const selector = spec.podSelector ?? {};
  matchesSelector(selector, knownLabels({})); // A selector that cannot be read fails here, once, and not at the first pod.
  const types = spec.policyTypes?.length ? spec.policyTypes : ["Ingress", ...(spec.egress?.length ? ["Egress"] : [])];
  const rules = (direction: Direction, list: readonly PolicyRule[] = []) =>
    list.map((rule, index) => readRule(rule, direction, index, namespace, engine));
  return {
    kind: object.kind,
    namespace,
    name: object.metadata.name,
    tier: defaultTier,
    order: orderOfKubernetesPolicies,
    sortName: `${namespace}/knp.default.${object.metadata.name}`,
    scope: namespace,
    required: requiredPair(selector),
    selects: (workload: Workload, facts: NamespaceFacts) =>
      and(given(facts.name === namespace), matchesSelector(selector, knownLabels(workload.labels))),
    ingress: types.includes("Ingress") ? rules("ingress", spec.ingress) : undefined,
    egress: types.includes("Egress") ? rules("egress", spec.egress) : undefined,
    blocks: readBlocks([...(spec.ingress ?? []), ...(spec.egress ?? [])].flatMap(cidrsOf)),
  };
}

function cidrsOf({ from = [], to = [] }: PolicyRule): string[] {
  return [...from, ...to].flatMap(({ ipBlock }) => (ipBlock ? [ipBlock.cidr, ...(ipBlock.except ?? [])] : []));
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
    text: `allows ${describePorts(ports)} ${direction === "egress" ? "to" : "from"} ${describePeers(peers, namespace)}`,
    matches: (connection: Connection) =>
      and(
        ports.length === 0 ? yes : or(...ports.map((port) => matchesPort(port, connection))),
        peers.length === 0 ? yes : or(...peerMatchers.map((matches) => matches(connection[other]))),
      ),
  };
}

function readPeer(peer: PolicyPeer, namespace: string, engine: PolicyEngine | undefined): (peer: Peer) => Match {
  if (peer.ipBlock) return readAddresses(peer.ipBlock, engine);
  const { podSelector, namespaceSelector } = peer;
  for (const selector of [podSelector, namespaceSelector]) matchesSelector(selector ?? {}, knownLabels({}));
  return ({ pod, namespace: facts }) => {
    if (!pod || !facts) return no;
    const inNamespace = namespaceSelector
      ? matchesSelector(namespaceSelector, namespaceLabels(facts))
      : given(facts.name === namespace);
    return and(inNamespace, podSelector ? matchesSelector(podSelector, knownLabels(pod.labels)) : yes);
  };
}

function readAddresses(
  { cidr, except = [] }: NonNullable<PolicyPeer["ipBlock"]>,
  engine: PolicyEngine | undefined,
): (peer: Peer) => Match {
  const block = parseBlock(cidr);
  const exceptions = except.map(parseBlock);
  // What is no block yet, because its value is not known before the apply, may hold any address.
  return (peer) =>
    and(
      block ? inBlock(block, peer, engine) : maybe,
      ...exceptions.map((exception) => not(exception ? inBlock(exception, peer, engine) : maybe)),
    );
}

function matchesPort(wanted: PolicyPort, { port, protocol, destination }: Connection): Match {
  if ((wanted.protocol ?? "TCP") !== protocol) return no;
  if (wanted.port === undefined) return yes;
  if (typeof wanted.port === "string") return namedPort(wanted.port, protocol, destination, port);
  return given(port >= wanted.port && port <= (wanted.endPort ?? wanted.port));
}

function describePorts(ports: readonly PolicyPort[]): string {
  if (ports.length === 0) return "every port";
  return ports
    .map(({ protocol = "TCP", port, endPort }) =>
      port === undefined ? `every ${protocol} port` : `${protocol} ${port}${endPort ? `-${endPort}` : ""}`,
    )
    .join(", ");
}

function describePeers(peers: readonly PolicyPeer[], namespace: string): string {
  return peers.length === 0 ? "anywhere" : peers.map((peer) => describePeer(peer, namespace)).join(", ");
}

function describePeer({ ipBlock, podSelector, namespaceSelector }: PolicyPeer, namespace: string): string {
  if (ipBlock) return ipBlock.except?.length ? `${ipBlock.cidr} except ${ipBlock.except.join(", ")}` : ipBlock.cidr;
  const pods = (podSelector && describeSelector(podSelector)) || "";
  const where = namespaceSelector
    ? describeSelector(namespaceSelector) || "any"
    : `kubernetes.io/metadata.name=${namespace}`;
  return `${pods ? `pods with ${pods}` : "all pods"} in ${where === "any" ? "any namespace" : `namespaces with ${where}`}`;
}

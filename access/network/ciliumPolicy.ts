import { message, type Message } from "../messages/index.js";
import { describeSelector, matchesSelector, someValue, type LabelSelector, type Labels } from "../model/labels.js";
import { anyAccount } from "../model/existingWorkloads.js";
import type { KubernetesObject, World } from "../model/model.js";
import { and, every, not, or, some, type Trilean } from "../model/trilean.js";
import { namespaceOf } from "../model/world.js";
import { parseBlock } from "./addressBlock.js";
import { matchesDomain } from "./domainName.js";
import { everyPort, noPort, portsOf, protocols, unionOf, type PortSet } from "./portSet.js";
import {
  anyNamespace,
  defaultTier,
  holds,
  isIn,
  namedPorts,
  namespaceLabels,
  orderOfKubernetesPolicies,
  readBlocks,
  trafficOf,
  type Direction,
  type Peer,
  type PodPeer,
  type Policy,
  type Protocol,
  type Rule,
} from "./policy.js";

interface CidrSet {
  cidr?: string;
  cidrGroupRef?: string;
  cidrGroupSelector?: LabelSelector;
  except?: string[];
}

interface PortRule {
  ports?: { port?: string; endPort?: number; protocol?: Protocol | "ANY" }[];
  rules?: object;
}

/** A rule of either direction: `from` fields of ingress, `to` fields of egress. */
interface CiliumRule {
  fromEndpoints?: LabelSelector[];
  toEndpoints?: LabelSelector[];
  fromEntities?: string[];
  toEntities?: string[];
  fromCIDR?: string[];
  toCIDR?: string[];
  fromCIDRSet?: CidrSet[];
  toCIDRSet?: CidrSet[];
  fromNodes?: LabelSelector[];
  toNodes?: LabelSelector[];
  toFQDNs?: { matchName?: string; matchPattern?: string }[];
  toPorts?: PortRule[];
  icmps?: object[];
}

interface CiliumSpec {
  endpointSelector?: LabelSelector;
  nodeSelector?: LabelSelector;
  enableDefaultDeny?: { ingress?: boolean; egress?: boolean };
  ingress?: CiliumRule[];
  ingressDeny?: CiliumRule[];
  egress?: CiliumRule[];
  egressDeny?: CiliumRule[];
}

const ruleFields = new Set([
  ...["Endpoints", "Entities", "CIDR", "CIDRSet", "Nodes"].flatMap((field) => [`from${field}`, `to${field}`]),
  "toFQDNs",
  "toPorts",
  "icmps",
]);
const portFields = new Set(["ports", "rules"]);

const namespaceLabel = "io.kubernetes.pod.namespace";
const namespaceLabelPrefix = "io.cilium.k8s.namespace.labels.";

/**
 * Reads CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy. What some rule allows is allowed, unless one denies it;
 * together with the NetworkPolicies of Kubernetes, as Cilium does. Source: docs.cilium.io, Network Policy.
 */
export class CiliumReader {
  constructor(private readonly world: World) {}

  /** Two policies for each of an object's specs: what it denies comes before what anything allows. */
  read(object: KubernetesObject): Policy[] {
    const { spec, specs } = object as { spec?: CiliumSpec; specs?: CiliumSpec[] };
    return [
      ...(spec ? this.readSpec(object, spec, "spec") : []),
      ...(specs ?? []).flatMap((one, index) => this.readSpec(object, one, `specs[${index}]`)),
    ];
  }

  private readSpec(object: KubernetesObject, spec: CiliumSpec, specField: string): Policy[] {
    const scope = object.kind === "CiliumNetworkPolicy" ? namespaceOf(object) : undefined;
    const directions = (["ingress", "egress"] as const).filter(
      (direction) => spec[direction]?.length || spec[`${direction}Deny`]?.length,
    );
    const rules = (direction: Direction, action: "Allow" | "Deny") => {
      const list = action === "Allow" ? direction : (`${direction}Deny` as const);
      return (spec[list] ?? []).map((rule, index) =>
        this.readRule(rule, direction, action, `${specField}.${list}[${index}]`, scope),
      );
    };
    const common = {
      kind: object.kind,
      namespace: scope ?? "",
      name: object.metadata.name,
      tier: defaultTier,
      sortName: `${scope ?? ""}/${object.metadata.name}/${specField}`,
      scope,
      specField,
      ...(spec.nodeSelector ? { nodes: true as const } : {}),
      selects: (pod: PodPeer) => selectsPod(spec, pod, scope),
      blocks: readBlocks(
        directions
          .flatMap((direction) => [spec[direction], spec[`${direction}Deny`]])
          .flatMap((list) => (list ?? []).flatMap(cidrsOf)),
      ),
      readsNames: (spec.egress ?? []).some(({ toFQDNs }) => toFQDNs),
    };
    const governed = (action: "Allow" | "Deny") => ({
      ingress: directions.includes("ingress") ? rules("ingress", action) : undefined,
      egress: directions.includes("egress") ? rules("egress", action) : undefined,
    });
    return [
      { ...common, order: -Infinity, isolates: { ingress: false, egress: false }, ...governed("Deny") },
      {
        ...common,
        order: orderOfKubernetesPolicies,
        isolates: spec.enableDefaultDeny,
        ...governed("Allow"),
      },
    ];
  }

  private readRule(
    rule: CiliumRule,
    direction: Direction,
    action: "Allow" | "Deny",
    field: string,
    scope: string | undefined,
  ): Rule {
    const other = direction === "egress" ? "destination" : "source";
    const peers = this.readPeers(rule, direction, scope);
    const doubt = doubtOf(rule);
    return {
      action,
      field,
      doubt,
      traffic: trafficOf(direction, describePorts(rule), describePeers(rule)),
      joins: (ends) => {
        // A rule of ICMP alone is about no port, and an empty one about nothing.
        if (!rule.toPorts && (rule.icmps || Object.keys(rule).length === 0)) return false;
        return and(unmodelledField(rule) === undefined ? true : "unknown", peers(ends[other]));
      },
      ports: ({ destination }) => readPorts(rule.toPorts, destination),
      unclearPorts: ({ destination }) => {
        const clear = rule.toPorts?.filter((ports) => !restrictsMore(ports));
        return clear?.length === rule.toPorts?.length
          ? noPort
          : readPorts(rule.toPorts, destination).minus(clear?.length ? readPorts(clear, destination) : noPort);
      },
    };
  }

  /** Fields of one rule add up; a rule without any is about everybody. */
  private readPeers(rule: CiliumRule, direction: Direction, scope: string | undefined): (peer: Peer) => Trilean {
    const side = direction === "egress" ? "to" : "from";
    const { [`${side}Endpoints` as const]: endpoints, [`${side}Entities` as const]: entities } = rule;
    const {
      [`${side}CIDR` as const]: cidrs,
      [`${side}CIDRSet` as const]: sets,
      [`${side}Nodes` as const]: nodes,
    } = rule;
    const names = direction === "egress" ? rule.toFQDNs : undefined;
    const tests: ((peer: Peer) => Trilean)[] = [];
    if (endpoints) tests.push((peer) => some(endpoints, (selector) => selectsPeer(selector, peer, scope)));
    if (entities) tests.push((peer) => some(entities, (entity) => isEntity(entity, peer)));
    if (cidrs ?? sets) {
      const all = [...(cidrs ?? []).map((cidr) => ({ cidr })), ...(sets ?? [])].flatMap((set) => this.cidrsOf(set));
      tests.push((peer) => some(all, (set) => inCidrs(set, peer)));
    }
    if (nodes) tests.push((peer) => (peer.node ? "unknown" : false));
    if (names) tests.push((peer) => (peer.pod || peer.node ? false : some(names, (name) => isNamed(name, peer))));
    return tests.length === 0 ? () => true : (peer) => some(tests, (test) => test(peer));
  }

  /** The blocks of a set, in groups of their own objects where it refers to one. */
  private cidrsOf(set: CidrSet): CidrSet[] {
    if (set.cidrGroupRef === undefined) return [set];
    const group = this.world
      .ofKind("cilium.io/CiliumCIDRGroup")
      .find(({ metadata }) => metadata.name === set.cidrGroupRef);
    const cidrs = (group?.spec as { externalCIDRs?: string[] } | undefined)?.externalCIDRs;
    return cidrs ? cidrs.map((cidr) => ({ cidr, except: set.except })) : [{ except: set.except }];
  }
}

function cidrsOf(rule: CiliumRule): string[] {
  const sets = [...(rule.fromCIDRSet ?? []), ...(rule.toCIDRSet ?? [])];
  return [
    ...(rule.fromCIDR ?? []),
    ...(rule.toCIDR ?? []),
    ...sets.flatMap(({ cidr, except }) => [...(cidr === undefined ? [] : [cidr]), ...(except ?? [])]),
  ];
}

/** Policies for nodes concern pods on the host network only, of nodes whose labels are not read. */
function selectsPod({ endpointSelector, nodeSelector }: CiliumSpec, pod: PodPeer, scope: string | undefined): Trilean {
  if (nodeSelector && pod.workload.hostNetwork) return "unknown";
  if (!endpointSelector || (scope !== undefined && scope !== pod.namespace.name)) return false;
  return matchesSelector(plain(endpointSelector), ciliumLabels(pod));
}

/** In a namespace's policy a selector means pods of that namespace, unless it says which. */
function selectsPeer(selector: LabelSelector, peer: Peer, scope: string | undefined): Trilean {
  const own = plain(selector);
  const keys = [...Object.keys(own.matchLabels ?? {}), ...(own.matchExpressions ?? []).map(({ key }) => key)];
  // Labels of Cilium's own identities, such as reserved:host.
  if (keys.some((key) => key.startsWith("reserved:") || key.startsWith("cidr:"))) return "unknown";
  if (!peer.pod) return false;
  const elsewhere = keys.some((key) => key === namespaceLabel || key.startsWith(namespaceLabelPrefix));
  return and(scope === undefined || elsewhere || isIn(peer.pod, scope), matchesSelector(own, ciliumLabels(peer.pod)));
}

/** Keys without the source of a label: pods have theirs from Kubernetes only. */
function plain({ matchLabels, matchExpressions }: LabelSelector): LabelSelector {
  const bare = (key: string) => key.replace(/^(k8s|any):/, "");
  return {
    matchLabels: Object.fromEntries(Object.entries(matchLabels ?? {}).map(([key, value]) => [bare(key), value])),
    matchExpressions: matchExpressions?.map((expression) => ({ ...expression, key: bare(expression.key) })),
  };
}

/** Labels of a pod's identity: its own, its namespace's under a prefix, and what Cilium adds. */
function ciliumLabels({ workload, namespace, labels }: PodPeer): Labels {
  const ofNamespace = namespaceLabels(namespace);
  return (key) => {
    if (key === namespaceLabel) return namespace === anyNamespace ? someValue : namespace.name;
    if (key === "io.cilium.k8s.policy.serviceaccount")
      return workload.serviceAccount === anyAccount ? someValue : workload.serviceAccount;
    if (key === "io.cilium.k8s.policy.cluster") return someValue;
    return key.startsWith(namespaceLabelPrefix) ? ofNamespace(key.slice(namespaceLabelPrefix.length)) : labels(key);
  };
}

/** Groups of peers that Cilium names. */
function isEntity(entity: string, peer: Peer): Trilean {
  const outside = !peer.pod && !peer.node;
  switch (entity) {
    case "all":
      return true;
    case "cluster":
      // An address outside the input's pods may be a node's, unless a name was looked up for it.
      return outside ? (peer.host === undefined ? "unknown" : false) : true;
    case "world":
      return outside && peer.host === undefined ? "unknown" : outside;
    case "world-ipv4":
    case "world-ipv6":
      return outside ? ofFamily(entity === "world-ipv4" ? 4 : 6, peer) : false;
    case "host":
    case "remote-node":
      return peer.node || (outside && peer.host === undefined) ? "unknown" : false;
    case "kube-apiserver":
      return peer.pod ? false : "unknown";
    case "init":
    case "health":
    case "unmanaged":
      return false;
    default:
      return "unknown";
  }
}

function ofFamily(family: 4 | 6, { addresses }: Peer): Trilean {
  return addresses.length === 0 ? "unknown" : or(...addresses.map((address) => address.family === family));
}

/** Blocks are about what is outside the cluster: pods are told by their labels, nodes only if Cilium is told so. */
function inCidrs({ cidr, except }: CidrSet, peer: Peer): Trilean {
  if (peer.pod) return false;
  const inside = (text: string | undefined): Trilean => {
    const block = text === undefined ? undefined : parseBlock(text);
    return block ? holds(block, peer.addresses) : "unknown";
  };
  const match = and(
    inside(cidr),
    every(except ?? [], (exception) => not(inside(exception))),
  );
  return peer.node && match !== false ? "unknown" : match;
}

function isNamed({ matchName, matchPattern }: { matchName?: string; matchPattern?: string }, peer: Peer): Trilean {
  if (matchName !== undefined) return matchesDomain([matchName], peer, "label");
  if (matchPattern === undefined) return "unknown";
  return matchesDomain([matchPattern], peer, /^\*+$|^\*\*\./.test(matchPattern) ? "text" : "label");
}

function readPorts(rules: readonly PortRule[] | undefined, destination: Peer): PortSet {
  if (!rules || rules.length === 0) return everyPort;
  return unionOf(
    rules.map(({ ports }) =>
      !ports || ports.length === 0 ? everyPort : unionOf(ports.map((port) => readPort(port, destination))),
    ),
  );
}

/** Requests on its ports are filtered, or a field is not modelled. */
function restrictsMore({ rules: layer7, ...fields }: PortRule): boolean {
  return Object.keys(layer7 ?? {}).length > 0 || Object.keys(fields).some((key) => !portFields.has(key));
}

function readPort(
  { port = "0", endPort, protocol = "ANY" }: NonNullable<PortRule["ports"]>[number],
  destination: Peer,
): PortSet {
  const own = protocol === "ANY" ? undefined : protocol;
  const first = Number(port);
  if (Number.isNaN(first)) return namedPorts(port, destination, own);
  const last = Math.max(first, endPort ?? first);
  return unionOf((own ? [own] : protocols).map((each) => (first === 0 ? portsOf(each) : portsOf(each, first, last))));
}

function unmodelledField(rule: CiliumRule): string | undefined {
  return Object.keys(rule).find((key) => !ruleFields.has(key));
}

function doubtOf(rule: CiliumRule): Message | undefined {
  const field = unmodelledField(rule);
  if (field !== undefined) return message("field-not-modelled", { field });
  const layer7 = rule.toPorts?.some(({ rules }) => Object.keys(rules ?? {}).length > 0);
  return layer7 ? message("layer-7-not-modelled") : undefined;
}

function describePorts({ toPorts = [] }: CiliumRule): Message[] {
  return toPorts.flatMap(({ ports = [] }) =>
    ports.map(({ port = "0", endPort, protocol = "ANY" }) =>
      message("port-of", { protocol, port: endPort === undefined ? port : `${port}-${endPort}` }),
    ),
  );
}

function describePeers(rule: CiliumRule): (string | Message)[] {
  const sets = [...(rule.fromCIDRSet ?? []), ...(rule.toCIDRSet ?? [])];
  const selectors = [...(rule.fromEndpoints ?? []), ...(rule.toEndpoints ?? [])];
  const nodes = [...(rule.fromNodes ?? []), ...(rule.toNodes ?? [])];
  return [
    ...selectors.map((selector) =>
      message("endpoints-with", { labels: describeSelector(plain(selector)) || "any labels" }),
    ),
    ...(rule.fromEntities ?? []),
    ...(rule.toEntities ?? []),
    ...(rule.fromCIDR ?? []),
    ...(rule.toCIDR ?? []),
    ...sets.map(({ cidr, cidrGroupRef, except = [] }) =>
      except.length > 0
        ? message("block-except", { block: cidr ?? cidrGroupRef ?? "", exceptions: except })
        : (cidr ?? cidrGroupRef ?? ""),
    ),
    ...nodes.map((selector) => message("nodes-with", { labels: describeSelector(selector) || "any labels" })),
    ...(rule.toFQDNs ?? []).map(({ matchName, matchPattern }) => matchName ?? matchPattern ?? ""),
  ];
}

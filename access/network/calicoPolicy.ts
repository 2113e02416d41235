import { message, type Message } from "../messages/index.js";
import { anyAccount } from "../model/existingWorkloads.js";
import { knownLabels, partlyKnownLabels, someValue, type Labels, type LabelValue } from "../model/labels.js";
import type { KubernetesObject, NamespaceFacts, Workload, World } from "../model/model.js";
import { and, every, not, or, some, type Trilean } from "../model/trilean.js";
import { namespaceOf } from "../model/world.js";
import { parseBlock, type AddressBlock } from "./addressBlock.js";
import { parseCalicoSelector, type CalicoSelector } from "./calicoSelector.js";
import { matchesDomain } from "./domainName.js";
import { everyPort, noPort, portsOf, protocols, unionOf, type PortSet } from "./portSet.js";
import {
  anyNamespace,
  defaultTier,
  inBlock,
  isIn,
  namedPorts,
  namespaceLabels,
  readBlocks,
  trafficOf,
  type Ends,
  type Direction,
  type Peer,
  type PodPeer,
  type Policy,
  type PolicyEngine,
  type Rule,
  type Tier,
} from "./policy.js";
import type { End, ServiceDirectory, ServiceSpec } from "./services.js";

interface Entity {
  nets?: string[];
  notNets?: string[];
  selector?: string;
  notSelector?: string;
  namespaceSelector?: string;
  ports?: (number | string)[];
  notPorts?: (number | string)[];
  serviceAccounts?: { names?: string[]; selector?: string };
  services?: { name?: string; namespace?: string };
  domains?: string[];
}

interface CalicoRule {
  action: Rule["action"];
  protocol?: string | number;
  notProtocol?: string | number;
  ipVersion?: number;
  http?: object;
  source?: Entity;
  destination?: Entity;
}

interface CalicoSpec {
  tier?: string;
  order?: number;
  selector?: string;
  namespaceSelector?: string;
  serviceAccountSelector?: string;
  types?: string[];
  ingress?: CalicoRule[];
  egress?: CalicoRule[];
  doNotTrack?: boolean;
  preDNAT?: boolean;
}

const entityFields = new Set([
  "nets",
  "notNets",
  "selector",
  "notSelector",
  "namespaceSelector",
  "ports",
  "notPorts",
  "serviceAccounts",
  "services",
  "domains",
]);
const ruleFields = new Set([
  "action",
  "protocol",
  "notProtocol",
  "ipVersion",
  "source",
  "destination",
  "metadata",
  "http",
]);
const protocolNumbers: Record<string, string> = { "6": "TCP", "17": "UDP", "132": "SCTP" };

/** A named set of addresses that selectors of Calico match like endpoints. */
interface NetworkSet {
  namespace: string;
  labels: Readonly<Record<string, string>>;
  blocks: readonly (AddressBlock | undefined)[];
}

/** Reads the NetworkPolicy and GlobalNetworkPolicy objects of one input. */
export class CalicoReader {
  private readonly sets: readonly NetworkSet[];
  private readonly blocksOfSets: readonly AddressBlock[];
  private readonly tiers: ReadonlyMap<string, Tier>;

  constructor(
    private readonly world: World,
    private readonly engine: PolicyEngine | undefined,
    private readonly services: ServiceDirectory,
  ) {
    const objects = [
      ...world.ofKind("projectcalico.org/NetworkSet"),
      ...world.ofKind("projectcalico.org/GlobalNetworkSet"),
    ];
    this.sets = objects.map((object) => ({
      namespace: object.kind === "NetworkSet" ? namespaceOf(object) : "",
      labels: object.metadata.labels ?? {},
      blocks: ((object.spec as { nets?: string[] } | undefined)?.nets ?? []).map(parseBlock),
    }));
    this.blocksOfSets = this.sets.flatMap((set) => set.blocks.flatMap((block) => block ?? []));
    this.tiers = new Map(world.ofKind("projectcalico.org/Tier").map((tier) => [tier.metadata.name, readTier(tier)]));
  }

  /** Undefined for a policy that concerns the interfaces of nodes only. Throws a SyntaxError for a broken selector. */
  read(object: KubernetesObject): Policy | undefined {
    const spec = (object.spec ?? {}) as CalicoSpec;
    if (spec.doNotTrack || spec.preDNAT) return undefined;
    const scope = object.kind === "NetworkPolicy" ? namespaceOf(object) : undefined;
    const tier = spec.tier ?? defaultTier.name;
    const selector = parseCalicoSelector(spec.selector ?? "");
    const governs = governedDirections(spec, object.apiVersion.startsWith("crd."));
    const rules = (direction: Direction, list: readonly CalicoRule[] = []) =>
      list.map((rule, index) => this.readRule(rule, direction, index, scope));
    return {
      kind: object.kind,
      namespace: scope ?? "",
      name: object.metadata.name,
      tier: this.tiers.get(tier) ?? {
        ...defaultTier,
        name: tier,
        order: tier === defaultTier.name ? defaultTier.order : Infinity,
      },
      order: spec.order ?? Infinity,
      sortName: scope === undefined ? object.metadata.name : `${scope}/${object.metadata.name}`,
      scope,
      required: selector.required?.[0].startsWith("projectcalico.org/") ? undefined : selector.required,
      selects: this.selection(selector, spec, scope),
      ingress: governs.has("ingress") ? rules("ingress", spec.ingress) : undefined,
      egress: governs.has("egress") ? rules("egress", spec.egress) : undefined,
      blocks: [...readBlocks([...(spec.ingress ?? []), ...(spec.egress ?? [])].flatMap(netsOf)), ...this.blocksOfSets],
    };
  }

  private selection(selector: CalicoSelector, spec: CalicoSpec, scope: string | undefined): Policy["selects"] {
    const namespaces = parseCalicoSelector(spec.namespaceSelector ?? "");
    const accounts = parseCalicoSelector(spec.serviceAccountSelector ?? "");
    return (pod) =>
      and(
        scope === undefined || scope === pod.namespace.name,
        selector.matches(podLabels(pod)),
        namespaces.matches(labelsOfNamespace(pod.namespace)),
        spec.serviceAccountSelector ? accounts.matches(this.accountLabels(pod.workload)) : true,
      );
  }

  private readRule(rule: CalicoRule, direction: Direction, index: number, scope: string | undefined): Rule {
    const source = this.readEntity(rule.source ?? {}, scope);
    const destination = this.readEntity(rule.destination ?? {}, scope);
    const doubt = doubtOf(rule);
    const [protocol, notProtocol] = [protocolName(rule.protocol), protocolName(rule.notProtocol)];
    const inProtocol = unionOf(
      protocols
        .filter((each) => (protocol === undefined || protocol === each) && notProtocol !== each)
        .map((each) => portsOf(each)),
    );
    const services = rule.destination?.services;
    const served = (ends: Ends, match: true | "unknown") =>
      services ? this.portsOfService(services, scope, ends.destination, match) : noPort;
    return {
      action: rule.action,
      field: `spec.${direction}[${index}]`,
      traffic: describeTraffic(rule, direction),
      doubt,
      joins: (ends) =>
        and(
          doubt ? "unknown" : true,
          ofVersion(rule.ipVersion, ends),
          source(ends.source),
          destination(ends.destination),
        ),
      ports: (ends) =>
        inProtocol.intersect(
          // Endpoints of a Service bring their own ports.
          services
            ? served(ends, true).union(served(ends, "unknown"))
            : portsOfEntity(rule.destination ?? {}, ends.destination),
        ),
      unclearPorts: (ends) => served(ends, "unknown").minus(served(ends, true)),
    };
  }

  private readEntity(entity: Entity, scope: string | undefined): (peer: Peer) => Trilean {
    const selected = this.readSelectors(entity, scope);
    const excluded = entity.notSelector ? this.readEndpoints(parseCalicoSelector(entity.notSelector)) : undefined;
    const nets = (entity.nets ?? []).map(parseBlock);
    const notNets = (entity.notNets ?? []).map(parseBlock);
    const { services, domains } = entity;
    const within = (block: AddressBlock | undefined, peer: Peer) =>
      block ? inBlock(block, peer, this.engine ?? "calico") : "unknown";
    // Names are looked up in addition to nets.
    const named = (peer: Peer) => (domains && !peer.pod ? matchesDomain(domains, peer, "text") : false);
    return (peer) =>
      and(
        selected(peer),
        services ? this.behindService(services, scope, peer) : true,
        excluded ? not(excluded(peer)) : true,
        nets.length > 0 || domains
          ? or(
              some(nets, (block) => within(block, peer)),
              named(peer),
            )
          : true,
        every(notNets, (block) => not(within(block, peer))),
      );
  }

  /** A rule about a Service is about its endpoints, each on its own port. */
  private behindService(services: NonNullable<Entity["services"]>, scope: string | undefined, peer: Peer): Trilean {
    if (!this.serviceOf(services, scope)) return "unknown";
    return some(this.endpoints(services, scope), (end) => isEnd(end, peer));
  }

  private portsOfService(
    services: NonNullable<Entity["services"]>,
    scope: string | undefined,
    peer: Peer,
    match: true | "unknown",
  ): PortSet {
    if (!this.serviceOf(services, scope)) return match === true ? noPort : everyPort;
    const ends = this.endpoints(services, scope).filter((end) => isEnd(end, peer) === match);
    return unionOf(ends.flatMap(({ port }) => protocols.map((each) => portsOf(each, port, port))));
  }

  private serviceOf({ name, namespace }: NonNullable<Entity["services"]>, scope: string | undefined) {
    return this.world
      .inNamespace("Service", namespace ?? scope ?? "default")
      .find((object) => object.metadata.name === name);
  }

  private endpoints(services: NonNullable<Entity["services"]>, scope: string | undefined): readonly End[] {
    const service = this.serviceOf(services, scope);
    const numbers = ((service?.spec ?? {}) as ServiceSpec).ports ?? [];
    return service ? numbers.flatMap(({ port, protocol }) => this.services.behind(service, port, protocol).ends) : [];
  }

  /** Namespaces count only once a selector is given; then a namespaced policy means its own, unless it names others. */
  private readSelectors(entity: Entity, scope: string | undefined): (peer: Peer) => Trilean {
    const { selector, notSelector, namespaceSelector, serviceAccounts } = entity;
    if (!selector && !namespaceSelector && !serviceAccounts && !(notSelector && scope)) return () => true;
    const endpoints = this.readEndpoints(
      parseCalicoSelector(selector ?? ""),
      namespaceSelector === undefined ? undefined : parseCalicoSelector(namespaceSelector),
      namespaceSelector === undefined ? scope : undefined,
      /global\(\s*\)/.test(namespaceSelector ?? ""),
    );
    const accounts = parseCalicoSelector(serviceAccounts?.selector ?? "");
    const names = serviceAccounts?.names ?? [];
    return (peer) =>
      and(
        endpoints(peer),
        names.length ? hasAccount(peer, names) : true,
        serviceAccounts?.selector ? (peer.pod ? accounts.matches(this.accountLabels(peer.pod.workload)) : false) : true,
      );
  }

  private readEndpoints(
    selector: CalicoSelector,
    namespaces?: CalicoSelector,
    scope?: string,
    global = false,
  ): (peer: Peer) => Trilean {
    return ({ pod, addresses }) => {
      if (pod) {
        const inNamespace = namespaces?.matches(labelsOfNamespace(pod.namespace)) ?? true;
        const inScope = scope === undefined || isIn(pod, scope);
        return and(inScope, inNamespace, selector.matches(podLabels(pod)));
      }
      const sets = this.sets.filter(
        (set) =>
          selector.matches(knownLabels(set.labels)) === true &&
          (scope === undefined || set.namespace === scope) &&
          (namespaces === undefined || global === (set.namespace === "")),
      );
      const outside: Peer = { addresses };
      return some(sets, (set) => some(set.blocks, (block) => (block ? inBlock(block, outside, "calico") : "unknown")));
    };
  }

  private accountLabels(workload: Workload): Labels {
    const account = this.world
      .inNamespace("ServiceAccount", workload.namespace)
      .find((object) => object.metadata.name === workload.serviceAccount);
    if (workload.serviceAccount === anyAccount) return partlyKnownLabels({});
    const labels = { ...account?.metadata.labels, "projectcalico.org/name": workload.serviceAccount };
    return account ? knownLabels(labels) : partlyKnownLabels(labels);
  }
}

function hasAccount({ pod }: Peer, names: readonly string[]): Trilean {
  if (!pod) return false;
  return pod.workload.serviceAccount === anyAccount ? "unknown" : names.includes(pod.workload.serviceAccount);
}

function readTier({ metadata, spec }: KubernetesObject): Tier {
  const { order, defaultAction } = (spec ?? {}) as { order?: number; defaultAction?: string };
  const usual = metadata.name === defaultTier.name ? defaultTier.order : Infinity;
  return { name: metadata.name, order: order ?? usual, passes: defaultAction === "Pass" };
}

function netsOf({ source, destination }: CalicoRule): string[] {
  return [source, destination].flatMap((entity) => [...(entity?.nets ?? []), ...(entity?.notNets ?? [])]);
}

/** The API of Calico fills in missing types by the rules that are there; its stored form takes none as both. */
function governedDirections(spec: CalicoSpec, stored: boolean): ReadonlySet<Direction> {
  if (spec.types?.length) return new Set(spec.types.map((type) => type.toLowerCase() as Direction));
  if (stored || (spec.egress?.length && spec.ingress?.length)) return new Set(["ingress", "egress"]);
  return new Set([spec.egress?.length ? "egress" : "ingress"]);
}

function podLabels({ workload, namespace, labels }: PodPeer): Labels {
  const added: Record<string, LabelValue> = {
    "projectcalico.org/namespace": namespace === anyNamespace ? someValue : workload.namespace,
    "projectcalico.org/serviceaccount": workload.serviceAccount === anyAccount ? someValue : workload.serviceAccount,
    "projectcalico.org/orchestrator": "k8s",
  };
  return (key) => (Object.hasOwn(added, key) ? added[key] : labels(key));
}

function labelsOfNamespace(namespace: NamespaceFacts): Labels {
  const labels = namespaceLabels(namespace);
  return (key) =>
    key === "projectcalico.org/name" ? (namespace === anyNamespace ? someValue : namespace.name) : labels(key);
}

function protocolName(protocol: string | number | undefined): string | undefined {
  if (protocol === undefined) return undefined;
  return protocolNumbers[String(protocol)] ?? String(protocol).toUpperCase();
}

function ofVersion(version: number | undefined, { destination }: Ends): Trilean {
  if (version === undefined) return true;
  if (destination.addresses.length === 0) return "unknown";
  return or(...destination.addresses.map(({ family }) => family === version));
}

/** Whether a peer is an endpoint of a Service. */
function isEnd(end: End, peer: Peer): Trilean {
  if (end.workload) return end.workload === peer.pod?.workload && end.group === peer.pod.group;
  return end.addresses.length === 0 ? "unknown" : some(end.addresses, (block) => inBlock(block, peer, "calico"));
}

function portsOfEntity({ ports = [], notPorts = [] }: Entity, destination: Peer): PortSet {
  const one = (wanted: number | string): PortSet => {
    const range = /^(?<first>\d+)(?::(?<last>\d+))?$/.exec(String(wanted))?.groups;
    if (!range) return namedPorts(String(wanted), destination);
    const [first, last] = [Number(range.first), Number(range.last ?? range.first)];
    return unionOf(protocols.map((each) => portsOf(each, first, last)));
  };
  const wanted = ports.length === 0 ? everyPort : unionOf(ports.map(one));
  return wanted.minus(unionOf(notPorts.map(one)));
}

/** Why a rule may or may not match although its peers are known. */
function doubtOf(rule: CalicoRule): Message | undefined {
  if (rule.http) return message("layer-7-not-modelled");
  // A rule that asks for a source port may match whatever the client's kernel chooses.
  if (rule.source?.ports?.length || rule.source?.notPorts?.length) return message("source-port");
  const field = unmodelledField(rule);
  return field === undefined ? undefined : message("field-not-modelled", { field });
}

function unmodelledField(rule: CalicoRule): string | undefined {
  const inRule = Object.keys(rule).find((key) => !ruleFields.has(key));
  // Rules about ICMP are about no port.
  if (inRule && !/^(not)?icmp/i.test(inRule)) return inRule;
  for (const side of ["source", "destination"] as const) {
    const field = Object.keys(rule[side] ?? {}).find((key) => !entityFields.has(key));
    if (field) return `${side}.${field}`;
  }
  return undefined;
}

function describeTraffic(rule: CalicoRule, direction: Direction): Message {
  const entity = direction === "egress" ? rule.destination : rule.source;
  const protocol = protocolName(rule.protocol);
  const ports = rule.destination?.ports?.join(", ");
  const described =
    ports === undefined
      ? protocol === undefined
        ? []
        : [message("every-port-of", { protocol })]
      : [message("port-of", { protocol: protocol ?? "", port: ports })];
  return trafficOf(direction, described, describeEntity(entity ?? {}));
}

function describeEntity(entity: Entity): (string | Message)[] {
  const { services, domains } = entity;
  const namespaces = entity.namespaceSelector
    ? message("namespaces-with", { labels: entity.namespaceSelector })
    : message("any-namespace");
  return [
    ...(entity.nets ?? []),
    ...(domains ?? []),
    ...(entity.notNets ? [message("all-but", { peers: entity.notNets })] : []),
    ...(entity.selector ? [message("pods-in", { labels: entity.selector, namespaces })] : []),
    ...(!entity.selector && entity.namespaceSelector ? [message("all-pods-in", { namespaces })] : []),
    ...(entity.notSelector
      ? [message("all-but", { peers: message("pods-in", { labels: entity.notSelector, namespaces }) })]
      : []),
    ...(entity.serviceAccounts?.names ? [message("service-accounts", { names: entity.serviceAccounts.names })] : []),
    ...(services ? [message("service-named", { name: `${services.namespace ?? ""}/${services.name}` })] : []),
  ];
}

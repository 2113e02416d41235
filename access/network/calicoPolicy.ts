import { namespaceOf } from "../model/world.js";
import type { KubernetesObject, NamespaceFacts, Workload, World } from "../model/model.js";
import { parseBlock, type AddressBlock } from "./addressBlock.js";
import { parseCalicoSelector, type CalicoSelector } from "./calicoSelector.js";
import {
  and,
  given,
  knownLabels,
  maybe,
  no,
  not,
  or,
  partlyKnownLabels,
  yes,
  type Labels,
  type Match,
} from "./match.js";
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
  type Rule,
} from "./policy.js";

interface Entity {
  nets?: string[];
  notNets?: string[];
  selector?: string;
  notSelector?: string;
  namespaceSelector?: string;
  ports?: (number | string)[];
  notPorts?: (number | string)[];
  serviceAccounts?: { names?: string[]; selector?: string };
}

interface CalicoRule {
  action: Rule["action"];
  protocol?: string | number;
  notProtocol?: string | number;
  ipVersion?: number;
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
]);
const ruleFields = new Set(["action", "protocol", "notProtocol", "ipVersion", "source", "destination", "metadata"]);
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
  private readonly passingTiers: ReadonlySet<string>;

  constructor(
    private readonly world: World,
    private readonly engine: PolicyEngine | undefined,
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
    const passes = ({ spec }: KubernetesObject) =>
      (spec as { defaultAction?: string } | undefined)?.defaultAction === "Pass";
    this.passingTiers = new Set(
      world
        .ofKind("projectcalico.org/Tier")
        .filter(passes)
        .map((tier) => tier.metadata.name),
    );
    this.blocksOfSets = this.sets.flatMap((set) => set.blocks.flatMap((block) => block ?? []));
  }

  /** Undefined for a policy that concerns the interfaces of nodes only. Throws a SyntaxError for a broken selector. */
  read(object: KubernetesObject): Policy | undefined {
    const spec = (object.spec ?? {}) as CalicoSpec;
    if (spec.doNotTrack || spec.preDNAT) return undefined;
    const scope = object.kind === "NetworkPolicy" ? namespaceOf(object) : undefined;
    const selector = parseCalicoSelector(spec.selector ?? "");
    const governs = governedDirections(spec, object.apiVersion.startsWith("crd."));
    const rules = (direction: Direction, list: readonly CalicoRule[] = []) =>
      list.map((rule, index) => this.readRule(rule, direction, index, scope));
    return {
      kind: object.kind,
      namespace: scope ?? "",
      name: object.metadata.name,
      tier: spec.tier ?? defaultTier,
      tierPasses: this.passingTiers.has(spec.tier ?? defaultTier),
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
    return (workload, namespace) =>
      and(
        given(scope === undefined || scope === namespace.name),
        selector.matches(podLabels(workload)),
        namespaces.matches(labelsOfNamespace(namespace)),
        spec.serviceAccountSelector ? accounts.matches(this.accountLabels(workload)) : yes,
      );
  }

  private readRule(rule: CalicoRule, direction: Direction, index: number, scope: string | undefined): Rule {
    const source = this.readEntity(rule.source ?? {}, scope);
    const destination = this.readEntity(rule.destination ?? {}, scope);
    const doubt = unmodelledField(rule);
    const protocol = protocolName(rule.protocol);
    const notProtocol = protocolName(rule.notProtocol);
    return {
      action: rule.action,
      field: `spec.${direction}[${index}]`,
      text: describeRule(rule, direction),
      doubt: doubt && `the field ${doubt} is not modelled`,
      matches: (connection) =>
        and(
          doubt ? maybe : yes,
          given(protocol === undefined || protocol === connection.protocol),
          given(notProtocol === undefined || notProtocol !== connection.protocol),
          // The source's port is chosen by its kernel: a rule that asks for one may match.
          rule.source?.ports?.length || rule.source?.notPorts?.length ? maybe : yes,
          source(connection.source),
          destination(connection.destination),
          matchesPorts(rule.destination ?? {}, connection),
        ),
    };
  }

  private readEntity(entity: Entity, scope: string | undefined): (peer: Peer) => Match {
    const selected = this.readSelectors(entity, scope);
    const excluded = entity.notSelector ? this.readEndpoints(parseCalicoSelector(entity.notSelector)) : undefined;
    const nets = (entity.nets ?? []).map(parseBlock);
    const notNets = (entity.notNets ?? []).map(parseBlock);
    const within = (block: AddressBlock | undefined, peer: Peer) =>
      block ? inBlock(block, peer, this.engine ?? "calico") : maybe;
    return (peer) =>
      and(
        selected(peer),
        excluded ? not(excluded(peer)) : yes,
        nets.length ? or(...nets.map((block) => within(block, peer))) : yes,
        ...notNets.map((block) => not(within(block, peer))),
      );
  }

  /** Namespaces count only once a selector is given; then a namespaced policy means its own, unless it names others. */
  private readSelectors(entity: Entity, scope: string | undefined): (peer: Peer) => Match {
    const { selector, notSelector, namespaceSelector, serviceAccounts } = entity;
    if (!selector && !namespaceSelector && !serviceAccounts && !(notSelector && scope)) return () => yes;
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
        names.length ? given(peer.pod !== undefined && names.includes(peer.pod.serviceAccount)) : yes,
        serviceAccounts?.selector ? (peer.pod ? accounts.matches(this.accountLabels(peer.pod)) : no) : yes,
      );
  }

  private readEndpoints(
    selector: CalicoSelector,
    namespaces?: CalicoSelector,
    scope?: string,
    global = false,
  ): (peer: Peer) => Match {
    return ({ pod, namespace, addresses }) => {
      if (pod && namespace) {
        const inNamespace = namespaces?.matches(labelsOfNamespace(namespace)) ?? yes;
        const inScope = given(scope === undefined || scope === namespace.name);
        return and(inScope, inNamespace, selector.matches(podLabels(pod)));
      }
      const sets = this.sets.filter(
        (set) =>
          selector.matches(knownLabels(set.labels)) === yes &&
          (scope === undefined || set.namespace === scope) &&
          (namespaces === undefined || global === (set.namespace === "")),
      );
      const outside: Peer = { addresses };
      return or(
        ...sets.flatMap((set) => set.blocks.map((block) => (block ? inBlock(block, outside, "calico") : maybe))),
      );
    };
  }

  private accountLabels(workload: Workload): Labels {
    const account = this.world
      .inNamespace("ServiceAccount", workload.namespace)
      .find((object) => object.metadata.name === workload.serviceAccount);
    const labels = { ...account?.metadata.labels, "projectcalico.org/name": workload.serviceAccount };
    return account ? knownLabels(labels) : partlyKnownLabels(labels);
  }
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

function podLabels(workload: Workload): Labels {
  const added: Record<string, string> = {
    "projectcalico.org/namespace": workload.namespace,
    "projectcalico.org/serviceaccount": workload.serviceAccount,
    "projectcalico.org/orchestrator": "k8s",
  };
  return (key) => added[key] ?? (Object.hasOwn(workload.labels, key) ? workload.labels[key] : undefined);
}

function labelsOfNamespace(namespace: NamespaceFacts): Labels {
  const labels = namespaceLabels(namespace);
  return (key) => (key === "projectcalico.org/name" ? namespace.name : labels(key));
}

function protocolName(protocol: string | number | undefined): string | undefined {
  if (protocol === undefined) return undefined;
  return protocolNumbers[String(protocol)] ?? String(protocol).toUpperCase();
}

function matchesPorts({ ports = [], notPorts = [] }: Entity, connection: Connection): Match {
  const one = (wanted: number | string): Match => {
    const range = /^(?<first>\d+)(?::(?<last>\d+))?$/.exec(String(wanted))?.groups;
    if (!range) return namedPort(String(wanted), connection.protocol, connection.destination, connection.port);
    const first = Number(range.first);
    return given(connection.port >= first && connection.port <= Number(range.last ?? first));
  };
  return and(ports.length ? or(...ports.map(one)) : yes, ...notPorts.map((port) => not(one(port))));
}

function unmodelledField(rule: CalicoRule): string | undefined {
  const inRule = Object.keys(rule).find((key) => !ruleFields.has(key));
  if (inRule) return inRule;
  for (const side of ["source", "destination"] as const) {
    const field = Object.keys(rule[side] ?? {}).find((key) => !entityFields.has(key));
    if (field) return `${side}.${field}`;
  }
  return undefined;
}

const verbs: Record<Rule["action"], string> = { Allow: "allows", Deny: "denies", Pass: "passes on", Log: "logs" };

function describeRule(rule: CalicoRule, direction: Direction): string {
  const entity = direction === "egress" ? rule.destination : rule.source;
  const ports = rule.destination?.ports?.join(", ");
  const protocol = protocolName(rule.protocol);
  const what = [protocol, ports].filter(Boolean).join(" ") || "everything";
  return `${verbs[rule.action]} ${what} ${direction === "egress" ? "to" : "from"} ${describeEntity(entity ?? {})}`;
}

function describeEntity(entity: Entity): string {
  const parts = [
    entity.nets?.join(", "),
    entity.notNets && `all but ${entity.notNets.join(", ")}`,
    entity.selector && `pods with ${entity.selector}`,
    entity.notSelector && `pods without ${entity.notSelector}`,
    entity.namespaceSelector && `namespaces with ${entity.namespaceSelector}`,
    entity.serviceAccounts?.names && `service accounts ${entity.serviceAccounts.names.join(", ")}`,
  ].filter(Boolean);
  return parts.join(" and ") || "anywhere";
}

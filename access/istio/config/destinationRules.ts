import { message, type Message } from "../../messages/index.js";
import type { KubernetesObject, ObjectIndex } from "../../model/model.js";
import { namespaceOf } from "../../model/world.js";
import { byCreation } from "../evidence.js";
import { HostMap, resolveShortName } from "../registry/hostname.js";
import type { MeshService } from "../registry/registry.js";
import type { MeshSettings } from "./settings.js";
import { hasLabels } from "../../model/labels.js";
import type { ClientTls, DestinationRuleSpec, Labels, Subset, TrafficPolicy } from "./shapes.js";

/** A subset, and the object it came from: rules of one host merge. */
export interface OwnedSubset {
  subset: Subset;
  object: KubernetesObject;
  field: string;
}

/** DestinationRules of one host in one namespace, merged as istiod merges them. */
export interface MergedRule {
  namespace: string;
  exportTo: ReadonlySet<string>;
  selector?: Labels;
  trafficPolicy?: TrafficPolicy;
  /** Where the top-level traffic policy comes from. */
  object: KubernetesObject;
  subsets: Map<string, OwnedSubset>;
}

type RulesByHost = HostMap<MergedRule[]>;

/** The DestinationRules a proxy looks through: its own namespace's, then the service's namespace's, then the root's. */
export class DestinationRules {
  readonly #local = new Map<string, RulesByHost>();
  readonly #exported = new Map<string, RulesByHost>();
  readonly #rootLocal: RulesByHost = new HostMap();
  /** Namespaces that some rule is exported to by name. */
  readonly #named = new Set<string>();
  readonly #selectorKeys = new Map<string, Set<string>>();

  constructor(
    world: ObjectIndex,
    private readonly settings: MeshSettings,
  ) {
    const objects = [...world.ofKind("networking.istio.io/DestinationRule")];
    objects.sort((a, b) => Number(hasSelector(b)) - Number(hasSelector(a)) || byCreation(a, b));
    for (const object of objects) this.#add(object);
  }

  #add(object: KubernetesObject): void {
    const spec = (object.spec ?? {}) as DestinationRuleSpec;
    const namespace = namespaceOf(object);
    const host = resolveShortName(spec.host ?? "", namespace, this.settings.clusterDomain);
    const exportTo = new Set(spec.workloadSelector ? ["."] : spec.exportTo);
    for (const name of exportTo) if (name !== "*" && name !== ".") this.#named.add(name);
    const keys = this.#selectorKeys.get(namespace) ?? new Set();
    for (const key of Object.keys(spec.workloadSelector?.matchLabels ?? {})) keys.add(key);
    this.#selectorKeys.set(namespace, keys);
    if (exportTo.size === 0 || exportTo.has("*") || exportTo.has(".") || exportTo.has(namespace)) {
      merge(rulesOf(this.#local, namespace), host, object, exportTo);
    }
    const privateOnly =
      exportTo.size === 0
        ? this.settings.destinationRuleExportTo.has(".")
        : exportTo.size === 1 && (exportTo.has(".") || exportTo.has(namespace));
    if (!privateOnly) merge(rulesOf(this.#exported, namespace), host, object, exportTo);
    else if (namespace === this.settings.rootNamespace) merge(this.#rootLocal, host, object, exportTo);
  }

  /** The rule that holds for a proxy's connections to a service. The first namespace with a hit decides alone. */
  find(
    proxyNamespace: string,
    labels: Readonly<Labels>,
    service: Pick<MeshService, "host" | "namespace">,
  ): MergedRule | undefined {
    return pick(this.#candidates(proxyNamespace, service), proxyNamespace, labels);
  }

  #candidates(
    proxyNamespace: string,
    { host, namespace }: Pick<MeshService, "host" | "namespace">,
  ): readonly MergedRule[] {
    const own = proxyNamespace === this.settings.rootNamespace ? this.#rootLocal : this.#local.get(proxyNamespace);
    const local = own?.mostSpecific(host);
    if (local) return local;
    for (const owner of [namespace, this.settings.rootNamespace]) {
      const rules = (this.#exported.get(owner)?.mostSpecific(host) ?? []).filter(
        ({ exportTo }) => exportTo.size === 0 || exportTo.has("*") || exportTo.has(proxyNamespace),
      );
      if (rules.length > 0) return rules;
    }
    return [];
  }

  /** Whether proxies of a namespace may get an answer that others do not. */
  isPersonal(namespace: string): boolean {
    return this.#local.has(namespace) || this.#named.has(namespace) || namespace === this.settings.rootNamespace;
  }

  /** Labels that selectors of the namespace's own rules mention. */
  selectorKeys(namespace: string): string[] {
    return [...(this.#selectorKeys.get(namespace) ?? [])];
  }
}

function hasSelector(object: KubernetesObject): boolean {
  return (object.spec as DestinationRuleSpec | undefined)?.workloadSelector !== undefined;
}

function rulesOf(map: Map<string, RulesByHost>, namespace: string): RulesByHost {
  let rules = map.get(namespace);
  if (!rules) map.set(namespace, (rules = new HostMap()));
  return rules;
}

/**
 * Adds a rule as istiod does: subsets join an older rule of the same host when the sets of `exportTo` are equal; a
 * top-level traffic policy is taken only where the older rule has none.
 */
function merge(rules: RulesByHost, host: string, object: KubernetesObject, exportTo: ReadonlySet<string>): void {
  const incoming = fresh(object, exportTo);
  const list = rules.get(host);
  if (!list) return rules.set(host, [incoming]);
  let separate = true;
  for (const existing of list) {
    if (sameSet(exportTo, existing.exportTo)) separate = false;
    else {
      separate = true;
      const covers = existing.exportTo.size > 0 && [...existing.exportTo].every((name) => exportTo.has(name));
      if (!covers) continue;
    }
    const [a, b] = [incoming.selector, existing.selector];
    const same = a === undefined ? b === undefined : b !== undefined && sameLabels(a, b);
    if (a !== undefined && b !== undefined && !same) {
      separate = true;
      continue;
    }
    if (same) separate = false;
    for (const [name, subset] of incoming.subsets) if (!existing.subsets.has(name)) existing.subsets.set(name, subset);
    if (!existing.trafficPolicy && incoming.trafficPolicy) {
      existing.trafficPolicy = incoming.trafficPolicy;
      existing.object = object;
    }
  }
  if (separate) list.push(incoming);
}

function fresh(object: KubernetesObject, exportTo: ReadonlySet<string>): MergedRule {
  const spec = (object.spec ?? {}) as DestinationRuleSpec;
  const subsets = new Map<string, OwnedSubset>();
  (spec.subsets ?? []).forEach((subset, index) => {
    const name = subset.name ?? "";
    if (!subsets.has(name)) subsets.set(name, { subset, object, field: `spec.subsets[${index}]` });
  });
  return {
    namespace: namespaceOf(object),
    exportTo,
    selector: spec.workloadSelector ? (spec.workloadSelector.matchLabels ?? {}) : undefined,
    trafficPolicy: spec.trafficPolicy,
    object,
    subsets,
  };
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((value) => b.has(value));
}

function sameLabels(a: Labels, b: Labels): boolean {
  return hasLabels(a, b) && hasLabels(b, a);
}

/** A rule with a workload selector that matches goes first; without one the last rule without a selector holds. */
function pick(rules: readonly MergedRule[], namespace: string, labels: Readonly<Labels>): MergedRule | undefined {
  let common: MergedRule | undefined;
  for (const rule of rules) {
    if (rule.selector === undefined) common = rule;
    else if (rule.namespace === namespace && hasLabels(labels, rule.selector)) return rule;
  }
  return common;
}

/** The TLS a rule asks for, and the object and field that say so. */
export interface ChosenTls {
  tls: ClientTls | undefined;
  object: KubernetesObject;
  field: string;
  /** Something in the policy that the model does not cover. */
  unmodelled?: Message;
}

/** The traffic policy of a port: a setting of that port replaces the whole policy. */
function ofPort(policy: TrafficPolicy | undefined, port: number): { tls?: ClientTls; whole: boolean; field: string } {
  const index = policy?.portLevelSettings?.findIndex((setting) => setting.port?.number === port) ?? -1;
  if (index < 0) return { tls: policy?.tls, whole: false, field: "trafficPolicy.tls" };
  const field = `trafficPolicy.portLevelSettings[${index}].tls`;
  return { tls: policy?.portLevelSettings?.[index]?.tls, whole: true, field };
}

/** The TLS settings for a port of a service, the subset's over the rule's. */
export function chooseTls(rule: MergedRule, subsetName: string | undefined, port: number): ChosenTls {
  const top = ofPort(rule.trafficPolicy, port);
  const owned = subsetName ? rule.subsets.get(subsetName) : undefined;
  const own = owned?.subset.trafficPolicy ? ofPort(owned.subset.trafficPolicy, port) : undefined;
  const unmodelled = unmodelledPart([rule.trafficPolicy, owned?.subset.trafficPolicy]);
  if (owned && own && (own.tls ?? own.whole)) {
    return { tls: own.tls, object: owned.object, field: `${owned.field}.${own.field}`, unmodelled };
  }
  return { tls: top.tls, object: rule.object, field: `spec.${top.field}`, unmodelled };
}

function unmodelledPart(policies: readonly (TrafficPolicy | undefined)[]): Message | undefined {
  if (policies.some((policy) => policy?.tunnel ?? policy?.proxyProtocol)) return message("tunnel-not-modelled");
  const passes = policies.some((policy) => policy?.loadBalancer?.simple === "PASSTHROUGH");
  return passes ? message("passthrough-balancing-not-modelled") : undefined;
}

import { message, type Message } from "../../messages/index.js";
import { append } from "../../model/append.js";
import type { Evidence, KubernetesObject, ObjectIndex } from "../../model/model.js";
import { namespaceOf } from "../../model/world.js";
import { contains, parseBlock } from "../../network/addressBlock.js";
import { gatewayNameLabel } from "../gatewayApi/gateways.js";
import { byCreation, evidence } from "../evidence.js";
import type { MeshSettings } from "./settings.js";
import { hasLabels } from "../../model/labels.js";
import type { AuthorizationPolicySpec, Labels, PolicyRule } from "./shapes.js";
import { every, not, some, type Trilean } from "../../model/trilean.js";

/** What a proxy knows of a connection when it decides. */
export interface Connection {
  /** The port of the pod. */
  port: number;
  sni: string | undefined;
  /** `trust-domain/ns/namespace/sa/account` of the client certificate, when there is one. */
  principal: string | undefined;
  /** Namespace of the caller's certificate. */
  namespace: string | undefined;
  sourceAddresses: readonly string[];
  destinationAddresses: readonly string[];
}

/** Equal decisions of one set of policies are the same object. */
export interface Decision {
  allowed: Trilean;
  because: readonly Evidence[];
}

type Condition = (connection: Connection) => Trilean;

interface Rule {
  policy: KubernetesObject;
  index: number;
  /** Any of the `from`, and any of the `to`, each all of its conditions. */
  principals: readonly (readonly Condition[])[];
  permissions: readonly (readonly Condition[])[];
}

/** Rules found by the namespace a caller must be of. */
class CallerIndex {
  readonly #byNamespace = new Map<string, Rule[]>();
  readonly #others: Rule[] = [];

  add(rule: Rule, source: PolicyRule): void {
    const namespaces = exactNamespaces(source);
    if (!namespaces) this.#others.push(rule);
    else for (const namespace of namespaces) append(this.#byNamespace, namespace, rule);
  }

  /** The first rule that matches, or the first of which it is not known. */
  find(connection: Connection): Match | undefined {
    const own = connection.namespace === undefined ? undefined : this.#byNamespace.get(connection.namespace);
    return (own ? firstMatch(own, connection) : undefined) ?? firstMatch(this.#others, connection);
  }
}

interface Match {
  rule: Rule;
  answer: true | "unknown";
}

function firstMatch(rules: readonly Rule[], connection: Connection): Match | undefined {
  let unknown: Match | undefined;
  for (const rule of rules) {
    const answer = matches(rule, connection);
    if (answer === true) return { rule, answer };
    if (answer === "unknown") unknown ??= { rule, answer };
  }
  return unknown;
}

/** Rules of one action, found by the SNI they want and then by the caller. */
class RuleIndex {
  readonly #bySni = new Map<string, { index: CallerIndex; policies: KubernetesObject[] }>();
  readonly #anySni = new CallerIndex();

  add(rule: Rule, source: PolicyRule): void {
    const names = exactSni(source);
    if (!names) return this.#anySni.add(rule, source);
    for (const name of names) {
      let entry = this.#bySni.get(name);
      if (!entry) this.#bySni.set(name, (entry = { index: new CallerIndex(), policies: [] }));
      entry.index.add(rule, source);
      entry.policies.push(rule.policy);
    }
  }

  /** Policies with a rule for exactly this name. */
  policiesOf(sni: string): readonly KubernetesObject[] {
    return this.#bySni.get(sni)?.policies ?? [];
  }

  find(connection: Connection): Match | undefined {
    const named = connection.sni === undefined ? undefined : this.#bySni.get(connection.sni)?.index.find(connection);
    if (named?.answer === true) return named;
    const any = this.#anySni.find(connection);
    return any?.answer === true ? any : (named ?? any);
  }
}

/** The names a rule limits `connection.sni` to, when all are exact. */
function exactSni(rule: PolicyRule): string[] | undefined {
  const condition = rule.when?.find(({ key, values }) => key === "connection.sni" && (values ?? []).length > 0);
  return condition?.values?.every((name) => !name.includes("*")) === true ? condition.values : undefined;
}

/** The namespaces a rule limits callers to, when every source names exact ones. */
function exactNamespaces(rule: PolicyRule): string[] | undefined {
  const sources = rule.from ?? [];
  if (sources.length === 0) return undefined;
  const names = new Set<string>();
  for (const { source } of sources) {
    const principals = source?.principals?.map((principal) => /^[^*]*\/ns\/([^/*]+)\/sa\/[^*]*$/.exec(principal)?.[1]);
    const own = source?.namespaces && source.namespaces.length > 0 ? source.namespaces : principals;
    if (!own || own.length === 0 || own.some((name) => name === undefined || name.includes("*"))) return undefined;
    for (const name of own) names.add(name ?? "");
  }
  return [...names];
}

function matches(rule: Rule, connection: Connection): Trilean {
  const all = (conditions: readonly Condition[]): Trilean => every(conditions, (test) => test(connection));
  return every([rule.principals, rule.permissions], (alternatives) => some(alternatives, all));
}

/** The policies that hold for one workload's proxy, compiled for TCP or for HTTP. */
export class PolicySet {
  readonly #custom = new RuleIndex();
  readonly #deny = new RuleIndex();
  readonly #allow = new RuleIndex();
  readonly #allowPolicies: KubernetesObject[] = [];
  readonly #decisions = new Map<Rule, Decision>();
  /** By SNI, then by port; negative for callers without certificate. */
  readonly #refusals = new Map<string | undefined, Map<number, Decision>>();
  #hasCustom = false;
  /** No policy holds, so nobody is refused. */
  readonly isEmpty: boolean;

  constructor(
    policies: readonly KubernetesObject[],
    private readonly settings: MeshSettings,
    private readonly http: boolean,
  ) {
    this.isEmpty = policies.length === 0;
    for (const policy of policies) this.#add(policy);
  }

  #add(policy: KubernetesObject): void {
    const spec = (policy.spec ?? {}) as AuthorizationPolicySpec;
    const action = spec.action ?? "ALLOW";
    if (action === "AUDIT" || policy.metadata.annotations?.["istio.io/dry-run"] === "true") return;
    if (action === "ALLOW") this.#allowPolicies.push(policy);
    if (action === "CUSTOM") this.#hasCustom = true;
    const index = action === "ALLOW" ? this.#allow : action === "DENY" ? this.#deny : this.#custom;
    (spec.rules ?? []).forEach((rule, position) => {
      const compiled = rule ? this.#compile(policy, rule, position, action === "ALLOW") : undefined;
      if (compiled && rule) index.add(compiled, rule);
    });
  }

  /** Undefined for a rule the proxy never gets: on TCP an ALLOW rule with a field of HTTP is left out whole. */
  #compile(policy: KubernetesObject, rule: PolicyRule, index: number, allow: boolean): Rule | undefined {
    const compiler = new Compiler(namespaceOf(policy), this.settings, this.http);
    const principals = compiler.principals(rule);
    const permissions = compiler.permissions(rule);
    if (compiler.invalid || (allow && compiler.dropped)) return undefined;
    return { policy, index, principals, permissions };
  }

  decide(connection: Connection): Decision {
    const custom = this.#hasCustom ? this.#custom.find(connection) : undefined;
    if (custom) {
      return this.#answer("unknown", custom.rule, message("custom-not-modelled"));
    }
    const denied = this.#deny.find(connection);
    if (denied?.answer === true) return this.#answer(false, denied.rule, message("deny-matches"));
    const allowed = this.#allowPolicies.length > 0 ? this.#allow.find(connection) : undefined;
    if (this.#allowPolicies.length > 0 && !allowed) return this.#noMatch(connection);
    if (denied) return this.#answer("unknown", denied.rule, message("deny-may-match"));
    if (!allowed) return unrestricted;
    if (allowed.answer === "unknown") {
      return this.#answer("unknown", allowed.rule, message("allow-may-match"));
    }
    return this.#answer(true, allowed.rule, message("allow-matches"));
  }

  #answer(allowed: Trilean, rule: Rule, text: Message): Decision {
    let decision = this.#decisions.get(rule);
    if (decision?.allowed !== allowed) {
      decision = { allowed, because: [evidence(rule.policy, `spec.rules[${rule.index}]`, text)] };
      this.#decisions.set(rule, decision);
    }
    return decision;
  }

  /** Why no ALLOW matches, naming the policies: three say enough, those that speak of this name first. */
  #noMatch({ principal, sni, port }: Connection): Decision {
    let ofName = this.#refusals.get(sni);
    if (!ofName) this.#refusals.set(sni, (ofName = new Map()));
    const key = principal === undefined ? -port : port;
    let decision = ofName.get(key);
    if (decision) return decision;
    const who = message(principal === undefined ? "client-without-certificate" : "this-client");
    const connection = sni === undefined ? who : message("client-with-sni", { client: who, sni });
    const about = sni === undefined ? [] : this.#allow.policiesOf(sni);
    const because = [...new Set([...about.slice(0, 3), ...this.#allowPolicies.slice(0, 3)])]
      .slice(0, 3)
      .map((policy) => {
        const rules = ((policy.spec ?? {}) as AuthorizationPolicySpec).rules ?? [];
        const text =
          rules.length === 0 ? message("allow-without-rules") : message("allow-no-match", { client: connection, port });
        return evidence(policy, "spec.rules", text);
      });
    decision = { allowed: false, because };
    ofName.set(key, decision);
    return decision;
  }
}

const unrestricted: Decision = { allowed: true, because: [] };

/** Turns a rule's fields into conditions, and notes what a TCP proxy does not get. */
class Compiler {
  /** A field was left out: it belongs to HTTP, or its value cannot be read. */
  dropped = false;
  /** The rule names an attribute that does not exist, so istiod skips it. */
  invalid = false;

  constructor(
    private readonly namespace: string,
    private readonly settings: MeshSettings,
    private readonly http: boolean,
  ) {}

  principals(rule: PolicyRule): Condition[][] {
    const common = (rule.when ?? []).flatMap((when) => this.#when(when, "principal"));
    const sources = rule.from ?? [];
    if (sources.length === 0) return [common];
    return sources.map(({ source = {} }) => [
      ...this.#field(source.principals, source.notPrincipals, (value) => this.#principal(value)),
      ...this.#field(source.namespaces, source.notNamespaces, sourceNamespace),
      ...this.#field(source.serviceAccounts, source.notServiceAccounts, (value) => this.#serviceAccount(value)),
      ...this.#field(source.trustDomains, source.notTrustDomains, (value) => this.#trustDomain(value)),
      ...this.#field(source.ipBlocks, source.notIpBlocks, (value) => this.#block(value, sourceOf)),
      ...this.#field(source.remoteIpBlocks, source.notRemoteIpBlocks, (value) => this.#block(value, sourceOf)),
      ...this.#field(source.requestPrincipals, source.notRequestPrincipals, () => this.#ofHttp()),
      ...common,
    ]);
  }

  permissions(rule: PolicyRule): Condition[][] {
    const common = (rule.when ?? []).flatMap((when) => this.#when(when, "permission"));
    const operations = rule.to ?? [];
    if (operations.length === 0) return [common];
    return operations.map(({ operation = {} }) => [
      ...this.#field(operation.ports, operation.notPorts, (value) => this.#port(value)),
      ...this.#field(operation.hosts, operation.notHosts, () => this.#ofHttp()),
      ...this.#field(operation.methods, operation.notMethods, () => this.#ofHttp()),
      ...this.#field(operation.paths, operation.notPaths, () => this.#ofHttp()),
      ...common,
    ]);
  }

  #when(when: NonNullable<PolicyRule["when"]>[number], side: "principal" | "permission"): Condition[] {
    const { key = "", values, notValues } = when;
    const known = this.#attribute(key);
    if (!known) {
      this.invalid = true;
      return [];
    }
    return known.side === side ? this.#field(values, notValues, known.make) : [];
  }

  #attribute(
    key: string,
  ): { side: "principal" | "permission"; make: (value: string) => Condition | undefined } | undefined {
    switch (key) {
      case "destination.ip":
        return {
          side: "permission",
          make: (value) => this.#block(value, (connection) => connection.destinationAddresses),
        };
      case "destination.port":
        return { side: "permission", make: (value) => this.#port(value) };
      case "connection.sni":
        return { side: "permission", make: (value) => matcher(value, "", (connection) => connection.sni) };
      case "source.ip":
      case "remote.ip":
        return { side: "principal", make: (value) => this.#block(value, sourceOf) };
      case "source.namespace":
        return { side: "principal", make: sourceNamespace };
      case "source.principal":
        return { side: "principal", make: (value) => this.#principal(value) };
      case "source.serviceAccount":
        return { side: "principal", make: (value) => this.#serviceAccount(value) };
      case "source.trustDomain":
        return { side: "principal", make: (value) => this.#trustDomain(value) };
      default:
    }
    if (key.startsWith("experimental.envoy.filters.")) return { side: "permission", make: () => () => "unknown" };
    if (/^request\.(auth\.(principal|audiences|presenter|claims\[)|headers\[)/.test(key)) {
      return { side: "principal", make: () => this.#ofHttp() };
    }
    return undefined;
  }

  /** Any of the values, and none of the others. A value that makes no condition is left out. */
  #field(
    values: readonly string[] | undefined,
    notValues: readonly string[] | undefined,
    make: (value: string) => Condition | undefined,
  ): Condition[] {
    const wanted = (values ?? []).flatMap((value) => make(value) ?? this.#drop());
    const unwanted = (notValues ?? []).flatMap((value) => make(value) ?? this.#drop());
    const conditions: Condition[] = [];
    if (wanted.length > 0) conditions.push((connection) => some(wanted, (test) => test(connection)));
    if (unwanted.length > 0) conditions.push((connection) => not(some(unwanted, (test) => test(connection))));
    return conditions;
  }

  #drop(): never[] {
    this.dropped = true;
    return [];
  }

  /** A field of HTTP: a TCP proxy cannot have it, and for HTTP the answer depends on the request. */
  #ofHttp(): Condition | undefined {
    return this.http ? () => "unknown" : undefined;
  }

  #port(value: string): Condition | undefined {
    const port = Number(value);
    return Number.isInteger(port) && port >= 0 && port <= 65535 ? (connection) => connection.port === port : undefined;
  }

  #block(value: string, addressesOf: (connection: Connection) => readonly string[]): Condition | undefined {
    const block = parseBlock(value);
    if (!block) return undefined;
    if (value.endsWith("/0")) return () => true;
    return (connection) => {
      const inside = addressesOf(connection).map((text) => {
        const address = parseBlock(text);
        return address !== undefined && contains(block, address);
      });
      if (inside.length === 0 || new Set(inside).size > 1) return "unknown";
      return inside[0] ?? "unknown";
    };
  }

  #principal(value: string): Condition {
    const tests = this.#withAliases(value).map((one) => matcher(one, "spiffe://", uriOf));
    return (connection) => some(tests, (test) => test(connection));
  }

  /** A principal of this mesh's trust domain, or of `cluster.local`, stands for the same one in every alias. */
  #withAliases(value: string): string[] {
    const [domain = "", ...rest] = value.split("/");
    const domains = [this.settings.trustDomain, ...this.settings.trustDomainAliases];
    if (rest.length !== 4 || domain === "*") return [value];
    if (domain !== "cluster.local" && !domains.some((one) => domainMatches(domain, one))) return [value];
    return domains.map((one) =>
      domain.startsWith("*") && one.endsWith(domain.slice(1)) ? value : [one, ...rest].join("/"),
    );
  }

  #serviceAccount(value: string): Condition {
    const slash = value.indexOf("/");
    const namespace = slash < 0 ? this.namespace : value.slice(0, slash);
    const account = slash < 0 ? value : value.slice(slash + 1);
    return (connection) => connection.principal?.endsWith(`/ns/${namespace}/sa/${account}`) ?? false;
  }

  #trustDomain(value: string): Condition {
    const domains = [this.settings.trustDomain, ...this.settings.trustDomainAliases];
    const values = domains.includes(value) ? domains : [value];
    return (connection) => {
      const own = connection.principal?.split("/", 1)[0];
      return own !== undefined && values.some((one) => domainMatches(one, own));
    };
  }
}

function sourceOf(connection: Connection): readonly string[] {
  return connection.sourceAddresses;
}

function uriOf(connection: Connection): string | undefined {
  return connection.principal === undefined ? undefined : `spiffe://${connection.principal}`;
}

/** A namespace of the certificate; a star stands for any text. */
function sourceNamespace(value: string): Condition {
  if (!value.includes("*")) {
    return ({ principal }) => principal?.includes(`/ns/${value}/`) ?? false;
  }
  const pattern = value.split("*").map(escape).join(".*");
  const test = new RegExp(`^.*/ns/${pattern}/.*$`);
  return ({ principal }) => principal !== undefined && test.test(principal);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function domainMatches(pattern: string, domain: string): boolean {
  if (pattern === "*") return true;
  if (!pattern.includes("*")) return pattern === domain;
  return new RegExp(`^${pattern.split("*").map(escape).join("[^/]*")}$`).test(domain);
}

/** Exact text, or a star alone, before or behind it. A star alone wants at least one character. */
function matcher(value: string, prefix: string, textOf: (connection: Connection) => string | undefined): Condition {
  const test = (text: string): boolean => {
    if (value === "*") return text !== "";
    if (value.startsWith("*")) return text.startsWith(prefix) && text.slice(prefix.length).endsWith(value.slice(1));
    if (value.endsWith("*")) return text.startsWith(prefix + value.slice(0, -1));
    return text === prefix + value;
  };
  return (connection) => test(textOf(connection) ?? "");
}

/** AuthorizationPolicies by namespace, and the set that holds for each workload. */
export class AuthorizationPolicies {
  readonly #byNamespace = new Map<string, KubernetesObject[]>();

  constructor(
    world: ObjectIndex,
    private readonly settings: MeshSettings,
  ) {
    for (const policy of [...world.ofKind("security.istio.io/AuthorizationPolicy")].sort(byCreation)) {
      append(this.#byNamespace, namespaceOf(policy), policy);
    }
  }

  /** Policies of the root namespace and of the workload's own that select it, or name the gateway that its pods serve. */
  forWorkload(namespace: string, labels: Readonly<Labels>, http: boolean): PolicySet {
    const policies = [...new Set([this.settings.rootNamespace, namespace])].flatMap((place) =>
      (this.#byNamespace.get(place) ?? []).filter((policy) => {
        const spec = (policy.spec ?? {}) as AuthorizationPolicySpec;
        const targets = [...(spec.targetRef ? [spec.targetRef] : []), ...(spec.targetRefs ?? [])];
        if (targets.length === 0) return hasLabels(labels, spec.selector?.matchLabels);
        const gateway = labels[gatewayNameLabel];
        return place === namespace && targets.some(({ kind, name }) => kind === "Gateway" && name === gateway);
      }),
    );
    return new PolicySet(policies, this.settings, http);
  }
}

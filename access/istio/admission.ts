import type { KubernetesObject, ObjectIndex } from "../model/model.js";
import type { Labels } from "./config/shapes.js";

/**
 * Rules of admission policies, in CEL, that keep other namespaces' objects from an egress gateway. The components write
 * policies with these very texts, and the analysis knows a policy by them: it evaluates no CEL.
 */

/** CEL strings are quoted as JSON's are. */
export const celText = (text: string): string => JSON.stringify(text);

/** The namespace that an object is written in, which no label of a user can change. */
export const namespaceNameLabel = "kubernetes.io/metadata.name";

/**
 * Holds for an Istio Gateway that cannot select pods with these labels: it asks for another value, or for a label that they
 * do not have. Labels that an injector or a controller adds to them have a prefix.
 */
export function selectsOtherPods(labels: Labels): string {
  const differs = Object.entries(labels).map(
    ([key, value]) => `(key == ${celText(key)} && object.spec.selector[key] != ${celText(value)})`,
  );
  const keys = [...Object.keys(labels), "pod-template-hash"].map(celText).join(", ");
  const absent = `(!key.contains("/") && !(key in [${keys}]))`;
  return `has(object.spec.selector) && object.spec.selector.exists(key, ${[...differs, absent].join(" || ")})`;
}

/** Variables of the rule about hosts, in the order they build on each other. `params` is a ServiceEntry beside the gateway. */
export function hostVariables(gatewayNamespace: string): { name: string; expression: string }[] {
  const home = celText(gatewayNamespace);
  return [
    {
      name: "hosts",
      expression: "has(object.spec.hosts) ? object.spec.hosts : (has(object.spec.host) ? [object.spec.host] : [])",
    },
    // A route of gateways alone changes nothing for sidecars, and the databases' servers take routes of their own namespace only.
    {
      name: "ofMesh",
      expression:
        'request.resource.resource != "virtualservices" || !has(object.spec.gateways) || size(object.spec.gateways) == 0 || "mesh" in object.spec.gateways',
    },
    {
      name: "exported",
      expression: 'has(object.spec.exportTo) && size(object.spec.exportTo) > 0 ? object.spec.exportTo : ["*"]',
    },
    { name: "protectedHosts", expression: "has(params.spec.hosts) ? params.spec.hosts : []" },
    {
      name: "audience",
      expression: `has(params.spec.exportTo) && size(params.spec.exportTo) > 0 ? params.spec.exportTo.map(to, to == "." ? ${home} : to) : ["*"]`,
    },
  ];
}

const covers = (host: string, own: string): string =>
  `${host}.lowerAscii() == ${own}.lowerAscii() || (${host}.startsWith("*") && ${own}.lowerAscii().endsWith(${host}.lowerAscii().substring(1))) || (${own}.startsWith("*") && ${host}.lowerAscii().endsWith(${own}.lowerAscii().substring(1)))`;

/** Holds for an object that declares or routes no host of the databases, or is visible in its own namespace only. */
export const leavesHostsAlone = `!variables.ofMesh || !variables.hosts.exists(host, variables.protectedHosts.exists(own, ${covers("host", "own")})) || !variables.exported.exists(to, to == "*" || (to != "." && to != "~" && to != request.namespace && ("*" in variables.audience || to in variables.audience)))`;

/** Holds for an object that declares or routes no host of these patterns, or is visible in its own namespace only. */
export function leavesReservedAlone(patterns: readonly string[]): string {
  return `!variables.ofMesh || !variables.hosts.exists(host, [${patterns.map(celText).join(", ")}].exists(own, ${covers("host", "own")})) || variables.exported.all(to, to == "." || to == "~" || to == request.namespace)`;
}

interface PolicySpec {
  failurePolicy?: string;
  paramKind?: { kind?: string };
  matchConstraints?: { resourceRules?: { resources?: string[]; operations?: string[] }[] };
  validations?: { expression?: string }[];
}

interface BindingSpec {
  policyName?: string;
  validationActions?: string[];
  paramRef?: { namespace?: string };
}

/** What admission policies of the input refuse, of those whose rules are known. */
export class Admission {
  readonly #enforced: { policy: PolicySpec; binding: BindingSpec }[];

  constructor(world: ObjectIndex) {
    const group = "admissionregistration.k8s.io";
    const bindings = world.ofKind(`${group}/ValidatingAdmissionPolicyBinding`).map(bindingOf);
    this.#enforced = world
      .ofKind(`${group}/ValidatingAdmissionPolicy`)
      .flatMap(({ metadata, spec }) =>
        bindings
          .filter(
            ({ policyName, validationActions = [] }) =>
              policyName === metadata.name && validationActions.includes("Deny"),
          )
          .map((binding) => ({ policy: (spec ?? {}) as PolicySpec, binding })),
      );
  }

  /** Whether other namespaces' Gateways that could select pods with these labels are refused. */
  guardsPods(labels: Labels): boolean {
    const rule = selectsOtherPods(labels);
    return this.#enforced.some(
      ({ policy }) => looksAt(policy, "gateways") && hasRule(policy, (text) => text.includes(rule)),
    );
  }

  /** Whether other namespaces' entries for hosts that are declared in a namespace are refused. */
  guardsHostsOf(namespace: string): boolean {
    return this.#enforced.some(
      ({ policy, binding }) =>
        looksAt(policy, "serviceentries") &&
        policy.paramKind?.kind === "ServiceEntry" &&
        binding.paramRef?.namespace === namespace &&
        hasRule(policy, (text) => text === leavesHostsAlone),
    );
  }
}

const bindingOf = ({ spec }: KubernetesObject): BindingSpec => (spec ?? {}) as BindingSpec;

function looksAt({ failurePolicy = "Fail", matchConstraints }: PolicySpec, resource: string): boolean {
  const rules = matchConstraints?.resourceRules ?? [];
  const covered = rules.filter(({ resources = [] }) => resources.includes(resource));
  const operations = new Set(covered.flatMap((rule) => rule.operations ?? []));
  return failurePolicy === "Fail" && (operations.has("*") || (operations.has("CREATE") && operations.has("UPDATE")));
}

const hasRule = ({ validations = [] }: PolicySpec, is: (expression: string) => boolean): boolean =>
  validations.some(({ expression = "" }) => is(expression));

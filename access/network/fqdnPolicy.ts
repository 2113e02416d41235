import { message } from "../messages/index.js";
import { matchesSelector, requiredPair, type LabelSelector } from "../model/labels.js";
import type { KubernetesObject } from "../model/model.js";
import { or } from "../model/trilean.js";
import { namespaceOf } from "../model/world.js";
import { matchesDomain } from "./domainName.js";
import { everyPort, portsOf, protocols, unionOf } from "./portSet.js";
import { defaultTier, orderOfKubernetesPolicies, trafficOf, type Policy, type Protocol, type Rule } from "./policy.js";

interface FqdnRule {
  matches?: { name?: string; pattern?: string }[];
  ports?: { protocol?: Protocol | "ALL"; port?: number }[];
}

interface FqdnSpec {
  podSelector?: LabelSelector;
  egress?: FqdnRule[];
}

/**
 * Reads GKE's FQDNNetworkPolicy: names that pods may connect to, in addition to what NetworkPolicies allow. Source:
 * cloud.google.com/kubernetes-engine/docs/how-to/fqdn-network-policies.
 */
export function readFqdnPolicy(object: KubernetesObject): Policy {
  const spec = (object.spec ?? {}) as FqdnSpec;
  const namespace = namespaceOf(object);
  const selector = spec.podSelector ?? {};
  return {
    kind: object.kind,
    namespace,
    name: object.metadata.name,
    tier: defaultTier,
    order: orderOfKubernetesPolicies,
    sortName: `${namespace}/${object.metadata.name}`,
    scope: namespace,
    required: requiredPair(selector),
    selects: (pod) => (pod.namespace.name === namespace ? matchesSelector(selector, pod.labels) : false),
    egress: (spec.egress ?? []).map(readRule),
    // The vendor documents the sum with NetworkPolicies, not what happens to pods that none selects.
    isolates: { egress: "unknown" },
    blocks: [],
    readsNames: true,
  };
}

function readRule({ matches = [], ports = [] }: FqdnRule, index: number): Rule {
  const names = matches.flatMap(({ name }) => name ?? []);
  const patterns = matches.flatMap(({ pattern }) => pattern ?? []);
  const numbered = unionOf(
    ports.flatMap(({ protocol = "TCP", port }) =>
      (protocol === "ALL" ? protocols : [protocol]).map((each) => portsOf(each, port, port)),
    ),
  );
  return {
    action: "Allow",
    field: `spec.egress[${index}]`,
    traffic: trafficOf(
      "egress",
      ports.map(({ protocol = "TCP", port }) =>
        port === undefined ? message("every-port-of", { protocol }) : message("port-of", { protocol, port }),
      ),
      [...names, ...patterns],
    ),
    joins: ({ destination }) =>
      destination.pod
        ? false
        : or(matchesDomain(names, destination, "label"), matchesDomain(patterns, destination, "label")),
    ports: () => (ports.length === 0 ? everyPort : numbered),
  };
}

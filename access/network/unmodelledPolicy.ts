import { message } from "../messages/index.js";
import { matchesSelector, type LabelSelector } from "../model/labels.js";
import type { KubernetesObject } from "../model/model.js";
import { and, some, type Trilean } from "../model/trilean.js";
import { groupOf } from "../model/kindKey.js";
import { namespaceLabels, unmodelledTier, type PodPeer, type Policy } from "./policy.js";
import { everyPort } from "./portSet.js";

/** Where kinds that are not modelled say which pods they are about. */
interface Subject {
  podSelector?: LabelSelector;
  namespaceSelector?: LabelSelector;
}

/** Groups whose policies choose pods by `spec.podSelector` and `spec.namespaceSelector`, and by nothing else. */
const selecting = new Set(["network.alibabacloud.com"]);

/** It may allow or deny anything, to the pods it may be about: those of its namespace or, without one, all. */
export function readUnmodelledPolicy(object: KubernetesObject): Policy {
  const group = groupOf(object);
  // Without a namespace, whether the kind lives in one is not known.
  const { namespace } = object.metadata;
  const rules = (["Allow", "Deny"] as const).map((action) => ({
    action,
    field: "spec",
    traffic: message("kind-not-modelled", { kind: object.kind, group }),
    doubt: message("kind-not-modelled", { kind: object.kind, group }),
    joins: () => "unknown" as const,
    ports: () => everyPort,
  }));
  return {
    kind: object.kind,
    namespace: namespace ?? "",
    name: object.metadata.name,
    tier: unmodelledTier,
    order: 0,
    sortName: object.metadata.name,
    scope: namespace,
    selects: (pod) => (mayConcern(object, group, pod) === false ? false : "unknown"),
    ingress: rules,
    egress: rules,
    nodes: true,
    blocks: [],
  };
}

function mayConcern({ spec }: KubernetesObject, group: string, pod: PodPeer): Trilean {
  if (selecting.has(group)) return isSubject((spec ?? {}) as Subject, pod);
  const { appliedTo } = (spec ?? {}) as { appliedTo?: Subject[] };
  // Antrea: who the whole policy is for, where its rules do not say it themselves.
  if (group === "crd.antrea.io" && appliedTo && appliedTo.length > 0 && appliedTo.every(isReadable))
    return some(appliedTo, (subject) => isSubject(subject, pod));
  return "unknown";
}

function isReadable(subject: Subject): boolean {
  return Object.keys(subject).every((key) => key === "podSelector" || key === "namespaceSelector");
}

function isSubject({ podSelector, namespaceSelector }: Subject, pod: PodPeer): Trilean {
  return and(
    namespaceSelector ? matchesSelector(namespaceSelector, namespaceLabels(pod.namespace)) : true,
    podSelector ? matchesSelector(podSelector, pod.labels) : true,
  );
}

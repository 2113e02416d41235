import { message, type Message } from "../messages/index.js";
import type { BypassVerdict, Evidence, PodGroup, Workload } from "../model/model.js";
import type { Trilean } from "../model/trilean.js";
import type { PortDecision, Selected } from "./decideByPolicies.js";
import { everyPort } from "./portSet.js";

interface Pods {
  workload: Workload;
  group: PodGroup;
}

/**
 * What is decided for pods on the host network without a look at any policy. Selectors of policies do not select them:
 * their traffic is their node's. Source: kubernetes.io, Network Policies, hostNetwork pods.
 *
 * @param interfaces Policies may hold for the interfaces of nodes.
 */
export function onHostNetwork(workload: Workload, interfaces: boolean): PortDecision {
  const [verdict, text] = interfaces
    ? (["unknown", message("host-network-interfaces")] as const)
    : (["open", message("host-network-exempt")] as const);
  return { ports: everyPort, decision: { verdict, because: [evidence(workload, text)] } };
}

/** The policies among those that select pods on the host network which hold for nodes. */
export function ofNodes(tiers: readonly (readonly Selected[])[]): readonly (readonly Selected[])[] {
  return tiers.map((tier) => tier.filter(({ policy }) => policy.nodes)).filter((tier) => tier.length > 0);
}

/** A pod's own node reaches it, and is reached by it, whatever the policies. Source: kubernetes.io, Network Policies. */
export function sameNode(from: Pods, to: Pods, decision: BypassVerdict): BypassVerdict {
  const [hosted, pod] = from.workload.hostNetwork ? [from, to] : [to, from];
  if (!hosted.workload.hostNetwork || pod.workload.hostNetwork) return decision;
  const together = onSameNode(hosted, pod);
  if (together === false) return decision;
  const args = { pod: `${pod.workload.namespace}/${pod.workload.name}` };
  const because = evidence(hosted.workload, message(together === true ? "same-node" : "maybe-same-node", args));
  return together === true
    ? { verdict: "open", because: [because] }
    : { verdict: "unknown", because: [because, ...decision.because] };
}

/** Whether some of the pods on the host network run on the node of some of the others. */
function onSameNode(hosted: Pods, pod: Pods): Trilean {
  const { nodes } = hosted.workload;
  if (nodes === "all" || (nodes === "untainted" && !toleratesMore(pod.workload))) return true;
  const [theirs, own] = [hosted.group.nodes, pod.group.nodes];
  if (theirs.length === 0 || own.length === 0) return "unknown";
  return own.some((node) => theirs.includes(node));
}

/** Pods with tolerations may run where pods without cannot. */
function toleratesMore({ object }: Workload): boolean {
  const spec = (object.spec ?? {}) as { tolerations?: unknown[]; template?: { spec?: { tolerations?: unknown[] } } };
  const tolerations = spec.template?.spec?.tolerations ?? spec.tolerations ?? [];
  return tolerations.length > 0;
}

function evidence({ kind, namespace, name }: Workload, text: Message): Evidence {
  const field = kind === "Pod" ? "spec.hostNetwork" : "spec.template.spec.hostNetwork";
  return { kind, namespace, name, field, ...text };
}

import { hasPairs, knownLabels, someValue, type Labels } from "./labels.js";
import type { KubernetesObject, PodGroup, Workload } from "./model.js";
import { some, type Trilean } from "./trilean.js";

type LabelMap = Readonly<Record<string, string>>;

/** What a controller adds to the labels of its template. */
interface AddedLabels {
  known?: LabelMap;
  unknown?: readonly string[];
}

/** Replicas of a StatefulSet that are distinguished; of more, nobody writes policies for each. */
const mostOrdinals = 64;

/** Labels that controllers of Kubernetes, and of Argo Rollouts, give to the pods they make. */
const controllers: Record<string, (object: KubernetesObject, template: LabelMap) => AddedLabels> = {
  "apps/Deployment": () => ({ unknown: ["pod-template-hash"] }),
  "apps/ReplicaSet": () => ({}),
  "apps/DaemonSet": () => ({ unknown: ["controller-revision-hash", "pod-template-generation"] }),
  "argoproj.io/Rollout": () => ({ unknown: ["rollouts-pod-template-hash"] }),
  ReplicationController: () => ({}),
  "batch/Job": ({ metadata, spec }) => jobLabels(spec as JobSpec | undefined, metadata.name),
  "batch/CronJob": ({ spec }) => {
    const { known = {}, unknown = [] } = jobLabels(
      (spec as { jobTemplate?: { spec?: JobSpec } })?.jobTemplate?.spec,
      "",
    );
    return { unknown: [...Object.keys(known), ...unknown] };
  },
};

interface JobSpec {
  manualSelector?: boolean;
  completionMode?: string;
}

function jobLabels(spec: JobSpec | undefined, name: string): AddedLabels {
  if (spec?.manualSelector) return {};
  return {
    known: { "job-name": name, "batch.kubernetes.io/job-name": name },
    unknown: [
      "controller-uid",
      "batch.kubernetes.io/controller-uid",
      ...(spec?.completionMode === "Indexed" ? ["batch.kubernetes.io/job-completion-index"] : []),
    ],
  };
}

const noPods = { addresses: [], nodes: [], moreLabels: false };

/** The pods that an object makes from a template, before any runs: the template's labels, and those its controller adds. */
export function plannedPods(key: string, object: KubernetesObject, template: LabelMap): PodGroup[] {
  if (key === "Pod") return [{ ...noPods, labels: template, unknownValues: [] }];
  if (key === "apps/StatefulSet") return statefulPods(object, template);
  const added = controllers[key]?.(object, template);
  if (!added) return [{ ...noPods, labels: template, unknownValues: [], moreLabels: true }];
  return [withLabels(template, added)];
}

function withLabels(template: LabelMap, { known = {}, unknown = [] }: AddedLabels): PodGroup {
  const labels = { ...known, ...template };
  return { ...noPods, labels, unknownValues: unknown.filter((key) => !Object.hasOwn(labels, key)) };
}

/** Each pod of a StatefulSet has its own name and number among its labels. */
function statefulPods({ metadata, spec }: KubernetesObject, template: LabelMap): PodGroup[] {
  const { replicas = 1, ordinals } = (spec ?? {}) as { replicas?: number; ordinals?: { start?: number } };
  const start = ordinals?.start ?? 0;
  const unknown = ["controller-revision-hash"];
  const pods = Array.from({ length: Math.min(replicas, mostOrdinals) }, (_, index) =>
    withLabels(template, { known: ordinalLabels(metadata.name, start + index), unknown }),
  );
  if (pods.length === replicas && replicas > 0) return pods;
  return [...pods, withLabels(template, { unknown: [...unknown, ...Object.keys(ordinalLabels("", 0))] })];
}

function ordinalLabels(name: string, ordinal: number): Record<string, string> {
  return {
    "statefulset.kubernetes.io/pod-name": `${name}-${ordinal}`,
    "apps.kubernetes.io/pod-index": String(ordinal),
  };
}

/** A running pod: its labels are all there are. */
export function livePod(labels: LabelMap, addresses: readonly string[], node: string | undefined): PodGroup {
  return { labels, unknownValues: [], moreLabels: false, addresses, nodes: node === undefined ? [] : [node] };
}

/** Puts pods with the same labels together. */
export function groupPods(pods: readonly PodGroup[]): PodGroup[] {
  const groups = new Map<string, PodGroup>();
  for (const pod of pods) {
    const key = JSON.stringify(Object.entries(pod.labels).sort());
    const known = groups.get(key);
    groups.set(
      key,
      known
        ? {
            ...known,
            addresses: [...known.addresses, ...pod.addresses],
            // One pod whose node is not known leaves the nodes of all open.
            nodes: known.nodes.length && pod.nodes.length ? [...new Set([...known.nodes, ...pod.nodes])] : [],
          }
        : pod,
    );
  }
  return [...groups.values()];
}

/** The labels that all pods of a workload have, with one value. */
export function commonLabels([first, ...others]: readonly PodGroup[]): LabelMap {
  if (!first || others.length === 0) return first?.labels ?? {};
  return Object.fromEntries(
    Object.entries(first.labels).filter(([key, value]) => others.every(({ labels }) => labels[key] === value)),
  );
}

/** The labels of pods as selectors see them. */
export function labelsOf({ labels, unknownValues, moreLabels }: PodGroup): Labels {
  if (unknownValues.length === 0 && !moreLabels) return knownLabels(labels);
  return (key) => {
    if (Object.hasOwn(labels, key)) return labels[key];
    if (unknownValues.includes(key)) return someValue;
    return moreLabels ? null : undefined;
  };
}

/** Whether some pods of a workload have every pair of a selector, as a Service, a Gateway and Istio's policies write it. */
export function somePodsHave({ pods }: Pick<Workload, "pods">, pairs: LabelMap): Trilean {
  return some(pods, (group) => hasPairs(pairs, labelsOf(group)));
}

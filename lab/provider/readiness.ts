import type { KubernetesObject } from "./cluster.js";
import { isObject, type Properties, type Value } from "./properties.js";

/** Whether an object does its work, and if not, what it lacks. */
export type Readiness = { state: "ready" } | { state: "waiting" | "failed"; reason: string };

type Rule = (object: KubernetesObject) => Readiness;

const ready: Readiness = { state: "ready" };
const waiting = (reason: string): Readiness => ({ state: "waiting", reason });
const failed = (reason: string): Readiness => ({ state: "failed", reason });

/** Kinds whose creation is only half the way; all others are ready once the API server has accepted them. */
const rules: Record<string, Rule> = {
  "v1/Namespace": (object) => (status(object)["phase"] === "Active" ? ready : waiting("the namespace is not active")),
  "v1/Pod": (object) =>
    status(object)["phase"] === "Succeeded" ? ready : byCondition(object, "Ready", { fails: undefined }),
  "apps/v1/Deployment": deployment,
  "apps/v1/StatefulSet": (object) => rollout(object, "readyReplicas"),
  "apps/v1/ReplicaSet": (object) => rollout(object, "readyReplicas", "replicas"),
  "apps/v1/DaemonSet": daemonSet,
  "batch/v1/Job": (object) => byCondition(object, "Complete", { fails: "Failed" }),
  "apiextensions.k8s.io/v1/CustomResourceDefinition": (object) =>
    byCondition(object, "Established", { fails: undefined }),
};

/** The rule by which to wait for an object of this kind; undefined when there is nothing to wait for. */
export function readinessOf(object: KubernetesObject): Readiness {
  return rules[`${object.apiVersion}/${object.kind}`]?.(object) ?? ready;
}

function deployment(object: KubernetesObject): Readiness {
  const progressing = condition(object, "Progressing");
  if (progressing?.["reason"] === "ProgressDeadlineExceeded") {
    return failed(String(progressing["message"] ?? "the rollout exceeded its progress deadline"));
  }
  const base = rollout(object, "availableReplicas");
  if (base.state !== "ready") return base;
  const surplus = count(status(object)["replicas"]) - count(status(object)["updatedReplicas"]);
  return surplus > 0 ? waiting(`${surplus} pods of the previous revision are still there`) : ready;
}

function rollout(object: KubernetesObject, serving: string, updated = "updatedReplicas"): Readiness {
  if (!isObserved(object)) return waiting("its controller has not seen the change");
  const wanted = isObject(object["spec"]) ? count(object["spec"]["replicas"], 1) : 1;
  const [current, working] = [count(status(object)[updated]), count(status(object)[serving])];
  if (current < wanted) return waiting(`${current} of ${wanted} pods have been created`);
  return working < wanted ? waiting(`${working} of ${wanted} pods are ready`) : ready;
}

function daemonSet(object: KubernetesObject): Readiness {
  if (!isObserved(object)) return waiting("its controller has not seen the change");
  const wanted = count(status(object)["desiredNumberScheduled"]);
  const working = Math.min(count(status(object)["updatedNumberScheduled"]), count(status(object)["numberAvailable"]));
  return working < wanted ? waiting(`${working} of ${wanted} pods are ready`) : ready;
}

function isObserved(object: KubernetesObject): boolean {
  return count(status(object)["observedGeneration"]) >= count(object.metadata["generation"]);
}

function byCondition(object: KubernetesObject, type: string, { fails }: { fails: string | undefined }): Readiness {
  const failure = fails === undefined ? undefined : condition(object, fails);
  if (failure?.["status"] === "True") return failed(String(failure["message"] ?? fails));
  const wanted = condition(object, type);
  if (wanted?.["status"] === "True") return ready;
  return waiting(String(wanted?.["message"] ?? `its condition ${type} is not true`));
}

function condition(object: KubernetesObject, type: string): Properties | undefined {
  const conditions = status(object)["conditions"];
  return Array.isArray(conditions)
    ? conditions.filter(isObject).find((condition) => condition["type"] === type)
    : undefined;
}

function status(object: KubernetesObject): Properties {
  return isObject(object["status"]) ? object["status"] : {};
}

function count(value: Value | undefined, otherwise = 0): number {
  return typeof value === "number" ? value : otherwise;
}

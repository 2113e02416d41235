import { execFile } from "node:child_process";
import { message } from "../messages/index.js";
import type { KubernetesObject, Manifests, Problem } from "../model/model.js";
import { problemAt } from "../model/problem.js";
import { InputError } from "./inputError.js";
import { readKinds } from "./kinds.js";
import { parseManifests } from "./parse.js";

/** Which cluster to read. */
export interface Cluster {
  /** Context of the kubeconfig. @default its current context */
  context?: string;
  /** File to use in place of the default kubeconfig. */
  kubeconfig?: string;
}

/** A kind as kubectl names it: `servicemonitors.monitoring.coreos.com`, or the plural alone for the core group. */
export interface Resource {
  name: string;
  group: string;
  /** Keyed as in `World.ofKind`. */
  kind: string;
  /** What verdicts rest on when the resource may not be read. */
  decides: string;
}

/** What the analysis reads of a cluster, in the order it asks for it. */
export const resources: readonly Resource[] = [...readKinds].map((key) => {
  const [group, kind] = key.includes("/") ? (key.split("/") as [string, string]) : ["", key];
  const name = kind
    .toLowerCase()
    .replace(/([^aeiou])y$/, "$1ie")
    .replace(/ss$/, "sse")
    .replace(/s?$/, "s");
  return {
    name,
    group: group === "projectcalico.org" ? "crd.projectcalico.org" : group,
    kind: key,
    decides: decidedBy(key),
  };
});

function decidedBy(key: string): string {
  if (/NetworkPolic|projectcalico|cilium|AdminNetwork/i.test(key)) return "whether the network allows a connection";
  if (/istio|gateway\.networking/.test(key)) return "the mesh path";
  return "which workloads and targets there are";
}

/** Kubectl's answer for one resource. */
type Answer = { items: string } | { missing: true } | { refused: true };

/** Questions at a time: an API server answers many, and a laptop starts a few programs at once. */
const simultaneous = 6;

/**
 * Reads a cluster with `kubectl get`, read-only. A kind that the cluster does not have is complete with nothing; one that
 * may not be read is a problem, and says which verdicts rest on it.
 *
 * @throws {@link InputError} when there is no kubectl, or the cluster cannot be reached.
 */
export async function readCluster(
  cluster: Cluster,
  progress: (text: string | undefined) => void = () => undefined,
): Promise<Manifests & { objects: KubernetesObject[] }> {
  const title = cluster.context ?? cluster.kubeconfig ?? "the current context";
  const answers: Answer[] = [];
  let done = 0;
  const remaining = [...resources.entries()];
  const readOn = async (): Promise<void> => {
    for (let next = remaining.shift(); next; next = remaining.shift()) {
      const [index, resource] = next;
      progress(`reading ${title}: ${++done} of ${resources.length} kinds (${resource.name})`);
      answers[index] = await get(cluster, resource, title);
    }
  };
  try {
    await Promise.all(Array.from({ length: simultaneous }, readOn));
  } finally {
    progress(undefined);
  }
  const objects: KubernetesObject[] = [];
  const problems: Problem[] = [];
  for (const [index, resource] of resources.entries()) {
    const answer = answers[index];
    if (!answer || "missing" in answer) continue;
    if ("refused" in answer) {
      problems.push(problemAt(message("kind-not-readable", { kind: fullName(resource), decides: resource.decides })));
      continue;
    }
    const parsed = parseManifests(answer.items, title);
    for (const { source: _, ...object } of parsed.objects) objects.push(object as KubernetesObject);
    problems.push(...parsed.problems);
  }
  return { objects, problems };
}

export function fullName({ name, group }: Resource): string {
  return group === "" ? name : `${name}.${group}`;
}

async function get(cluster: Cluster, resource: Resource, title: string): Promise<Answer> {
  const where = [
    ...(cluster.kubeconfig === undefined ? [] : ["--kubeconfig", cluster.kubeconfig]),
    ...(cluster.context === undefined ? [] : ["--context", cluster.context]),
  ];
  const { error, stdout, stderr } = await kubectl([...where, "get", fullName(resource), "-A", "-o", "json"]);
  if (!error) return { items: stdout };
  if (error.code === "ENOENT") throw new InputError([message("no-kubectl", { reason: "it is not on the PATH" })]);
  const text = stderr.trim() || error.message;
  if (/\(Forbidden\)|is forbidden/i.test(text)) return { refused: true };
  if (/doesn't have a resource type|could not find the requested resource|\(NotFound\)/i.test(text))
    return { missing: true };
  throw new InputError([message("cluster-not-reachable", { cluster: title, reason: text.split("\n").at(-1) ?? text })]);
}

/** Objects of one kind of a large cluster. */
const largestAnswer = 2 ** 30;

function kubectl(args: string[]): Promise<{ error: NodeJS.ErrnoException | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile("kubectl", args, { maxBuffer: largestAnswer }, (error, stdout, stderr) => {
      resolve({ error: error as NodeJS.ErrnoException | null, stdout, stderr });
    });
  });
}

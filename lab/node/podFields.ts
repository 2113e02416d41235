import { availableParallelism, totalmem } from "node:os";

import type { V1Container, V1Pod, V1ResourceFieldSelector } from "@kubernetes/client-node";

/** A field of the pod, as `fieldRef` names it. */
export function fieldValue(pod: V1Pod, path: string): string | undefined {
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (keyed) return pod.metadata?.[keyed[1] as "labels" | "annotations"]?.[keyed[2] ?? ""] ?? "";
  switch (path) {
    case "metadata.labels":
      return keyedLines(pod.metadata?.labels);
    case "metadata.annotations":
      return keyedLines(pod.metadata?.annotations);
    case "status.podIPs":
      return pod.status?.podIPs?.map(({ ip }) => ip).join(",");
    case "status.hostIPs":
      return pod.status?.hostIPs?.map(({ ip }) => ip).join(",");
  }
  const value = path
    .split(".")
    .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], pod);
  return value === undefined ? "" : String(value);
}

function keyedLines(values: Record<string, string> = {}): string {
  return Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join("\n");
}

/** A container's request or limit in units of the divisor, rounded up; without one, what the machine has. */
export function resourceValue(container: V1Container, { resource, divisor }: V1ResourceFieldSelector): string {
  const [group = "", name = ""] = resource.split(".");
  const amount = container.resources?.[group as "limits" | "requests"]?.[name];
  const whole = name === "cpu" ? availableParallelism() : name === "memory" ? totalmem() : 0;
  const unit = divisor === undefined || divisor === "0" ? 1 : quantity(divisor);
  return String(Math.ceil((amount === undefined ? whole : quantity(amount)) / unit));
}

const scale: Record<string, number> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 },
};

/** A Kubernetes quantity as a number: `500m` is 0.5, `1Gi` is 1073741824. */
export function quantity(text: string): number {
  const [, amount = "", suffix = ""] = /^([0-9.]+(?:[eE][+-]?[0-9]+)?)([a-zA-Z]*)$/.exec(text) ?? [];
  const factor = scale[suffix];
  if (!amount || factor === undefined) throw new Error(`"${text}" is no Kubernetes quantity. Write 500m or 1Gi.`);
  return Number(amount) * factor;
}

import { resources } from "./kubectl.js";

/** The ClusterRole that allows exactly what `readCluster` lists. */
export function readClusterRole(): object {
  const groups = new Map<string, string[]>();
  for (const { group, name } of resources) groups.set(group, [...(groups.get(group) ?? []), name]);
  const rules = [...groups].map(([group, names]) => ({ apiGroups: [group], resources: names.sort(), verbs: ["list"] }));
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: "mesh-access-reader" },
    rules,
  };
}

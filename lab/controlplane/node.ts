import { addresses, nodeName } from "../host/labHost.js";

/** Version of the Kubernetes programs, as pinned in lab/servers/kubernetes/go.mod. */
const kubeletVersion = "v1.35.4";

/** The lab's one node, ready from the start: there is no kubelet to say so, and no controller to doubt it. */
export function labNode(now: Date): object {
  const since = now.toISOString().replace(/\.\d+Z$/, "Z");
  const room = { cpu: "64", memory: "256Gi", pods: "500", "ephemeral-storage": "1Ti" }; // requests must never decide what runs
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: nodeName,
      labels: { "kubernetes.io/hostname": nodeName, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64" },
      annotations: { "projectcalico.org/IPv4Address": `${addresses.node}/32` },
    },
    spec: { podCIDR: addresses.pods, podCIDRs: [addresses.pods] },
    status: {
      // istiod reads the version to know whether the node can run native sidecars.
      nodeInfo: { kubeletVersion },
      capacity: room,
      allocatable: room,
      addresses: [
        { type: "InternalIP", address: addresses.node },
        { type: "Hostname", address: nodeName },
      ],
      conditions: [
        {
          type: "Ready",
          status: "True",
          reason: "Lab",
          message: "ready",
          lastHeartbeatTime: since,
          lastTransitionTime: since,
        },
      ],
    },
  };
}

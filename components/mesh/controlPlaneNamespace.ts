import type { Manifest } from "../manifest.js";

/** The control plane's namespace. */
export function controlPlaneNamespace(args: { namespace: string; cni: boolean }): Manifest {
  // The CNI plug-in's pods write to the node's file system; the control plane alone needs no privilege.
  const level = args.cni ? "privileged" : "baseline";
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: args.namespace, labels: { "pod-security.kubernetes.io/enforce": level } },
  };
}

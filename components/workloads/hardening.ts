import type { IPodSecurityContext, IPodSpec, IResourceRequirements, ISecurityContext } from "kubernetes-models/v1";

/** What a container may do when its image runs as an ordinary user: as good as nothing to the node. */
export const unprivileged: ISecurityContext = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/** The same for an image that writes nothing outside its volumes. */
export const readOnly: ISecurityContext = { ...unprivileged, readOnlyRootFilesystem: true };

/** The most a container gives up when its image must start as root to hand over to another user. */
export const startsAsRoot: ISecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"], add: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/** A user by number, for images that name none or name it by a word: the kubelet cannot tell a word from root. */
export function asUser(id: number): IPodSecurityContext {
  return { runAsUser: id, runAsGroup: id, fsGroup: id };
}

/** No workload here calls the API server, so none gets a token for it. */
export const withoutToken: Pick<IPodSpec, "automountServiceAccountToken"> = { automountServiceAccountToken: false };

/** Requests keep a small node schedulable; limits keep one workload from starving the others. */
export function resources(request: { cpu: string; memory: string }, limit: typeof request): IResourceRequirements {
  return { requests: request, limits: limit };
}

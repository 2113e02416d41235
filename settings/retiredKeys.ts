import type { Problem } from "./problem.js";

/** A key that is gone: of which variant of its object it was, and what to write now. */
interface RetiredKey {
  object: string;
  variant: readonly [key: string, value: string];
  key: string;
  reason: string;
  instead: string;
}

const retiredKeys: readonly RetiredKey[] = [
  {
    object: "mesh",
    variant: ["kind", "istio"],
    key: "revision",
    reason: "is not a setting any more: control planes of several revisions may stand side by side",
    instead: "Write revisions, a list of them with a name each",
  },
  {
    object: "mesh",
    variant: ["kind", "cloud-service-mesh"],
    key: "channel",
    reason: "is not a setting any more: the channel of Cloud Service Mesh is that of its cluster",
    instead: "Leave it out, and choose the channel with cluster.releaseChannel",
  },
  {
    object: "cluster",
    variant: ["cloud", "ack"],
    key: "publicEndpoint",
    reason: "is not a setting any more: a public API server answers the networks that are named only",
    instead: "Write endpoint: public and authorizedNetworks, or leave it out",
  },
];

/** Keys that are gone, for a better answer than that they are not known. */
export function retiredKeyProblems(config: Record<string, unknown>): Problem[] {
  return retiredKeys.flatMap(({ object, variant: [mark, wanted], key, reason, instead }) => {
    const written = (config[object] ?? {}) as Record<string, unknown>;
    const value = written[key];
    return written[mark] === wanted && value !== undefined
      ? [{ path: `${object}.${key}`, value, reason, instead }]
      : [];
  });
}

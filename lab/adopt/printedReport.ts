/** What a report of `mesh-egress adopt` says in each place: how a pair is reached before and after, and what is to be removed. */
export interface AdoptReport {
  /** By pair, as `namespace/workload -> host:port`. */
  readonly changes: ReadonlyMap<string, { readonly before: Reach; readonly after: Reach }>;
  readonly toRemove: readonly { kind: string; namespace: string; name: string }[];
}

/** A pair as it is reached: the verdict of the mesh path, and of the sidecar bypass. */
export interface Reach {
  readonly mesh: string;
  readonly bypass: string;
}

const change =
  /^[~+-] (?<pair>\S+ -> \S+)\n +\S+ (?<m1>\w+).*?bypass (?<a1>\w+) +-> +\S+ (?<m2>\w+).*?bypass (?<a2>\w+)$/gm;
const removal = /^ {2}(?<kind>ServiceEntry|VirtualService|DestinationRule) (?<namespace>\S+)\/(?<name>\S+)$/gm;

/** Reads a report as a user does. */
export function readReport(text: string): AdoptReport {
  const changes = new Map<string, { before: Reach; after: Reach }>();
  for (const { groups: found = {} } of text.matchAll(change)) {
    const { pair = "", m1 = "", a1 = "", m2 = "", a2 = "" } = found;
    changes.set(pair, { before: { mesh: m1, bypass: a1 }, after: { mesh: m2, bypass: a2 } });
  }
  const toRemove = [...text.matchAll(removal)].map(({ groups: found = {} }) => {
    const { kind = "", namespace = "", name = "" } = found;
    return { kind, namespace, name };
  });
  return { changes, toRemove };
}

import type { Analysis, Row, Workload } from "mesh-access";
import type { Entry } from "./entries.js";
import { type Note, note } from "./note.js";

/** Who reaches a database today, as a stack names them, and who does without being meant to. */
export interface Clients {
  clients: { namespace: string; serviceAccounts: string[] }[];
  /** Who reaches the database without a sidecar, which no stack changes. */
  bare: Workload[];
  notes: Note[];
}

/**
 * Clients of a database. Where a route leads through a gateway, those who take it; who reaches the database past it is the
 * leak. Where none does, those who reach it because it is registered for them.
 */
export function clientsOf(entry: Entry, { workloads, targets, rows }: Analysis): Clients {
  const to = targets.indexOf(entry.target);
  const { host, port } = entry.target;
  const pairs = workloads.flatMap((workload, from): [Workload, Row][] => {
    const row = rows.at(from, to);
    return row ? [[workload, row]] : [];
  });
  const isMeant = ([, row]: [Workload, Row]) => isClient(row, entry);
  const meant = pairs.filter(isMeant).map(([workload]) => workload);
  const others = pairs.filter((pair) => !isMeant(pair));
  const reaching = others.filter(([, { mesh }]) => mesh.verdict === "direct");
  const bare = reaching.filter(([{ sidecar }]) => sidecar.present !== true).map(([workload]) => workload);
  const leaking = reaching.filter(([{ sidecar }]) => sidecar.present === true).map(([workload]) => workload);
  const accounts = new Set(meant.map(accountOf));
  const sharing = others.filter(
    ([workload, { mesh }]) => accounts.has(accountOf(workload)) && mesh.verdict === "blocked",
  );
  const about = { host, port: String(port) };
  return {
    clients: byNamespace(meant),
    bare,
    notes: [
      ...noteOf("no-sidecar", bare, about),
      ...(entry.hasGateway ? noteOf("left-out", leaking, about) : []),
      ...noteOf(
        "shared-account",
        sharing.map(([workload]) => workload),
        about,
      ),
    ],
  };
}

function isClient({ mesh }: Row, { hasGateway }: Entry): boolean {
  if (mesh.verdict === "gateway") return true;
  // A sidecar that lets everything pass registers nothing for anybody.
  return !hasGateway && mesh.verdict === "direct" && mesh.because.some(({ kind }) => kind === "ServiceEntry");
}

const accountOf = ({ namespace, serviceAccount }: Workload): string => `${namespace}/${serviceAccount}`;

function byNamespace(workloads: readonly Workload[]): Clients["clients"] {
  const accounts = new Map<string, Set<string>>();
  for (const { namespace, serviceAccount } of workloads)
    accounts.set(namespace, (accounts.get(namespace) ?? new Set()).add(serviceAccount));
  return [...accounts].map(([namespace, names]) => ({ namespace, serviceAccounts: [...names].sort() }));
}

function noteOf(
  id: "no-sidecar" | "left-out" | "shared-account",
  workloads: readonly Workload[],
  about: { host: string; port: string },
): Note[] {
  if (workloads.length === 0) return [];
  return [note(id, { ...about, workloads: namesOf(workloads) })];
}

/** Workloads that a sentence names. */
const shown = 5;

export function namesOf(workloads: readonly Pick<Workload, "namespace" | "name">[]): string {
  const names = workloads.slice(0, shown).map(({ namespace, name }) => `${namespace}/${name}`);
  const more = workloads.length - shown;
  return more > 0 ? `${names.join(", ")} and ${more} more` : names.join(", ");
}

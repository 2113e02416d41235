import { resolveSrv } from "node:dns/promises";
import { collisions } from "./databaseChecks.js";
import type { DatabaseSettings } from "./databases.js";
import { type Problem, SettingsError } from "./problem.js";
import type { Settings } from "./schema.js";

/** Looks up an SRV record: names and ports. */
export type LookUp = (record: string) => Promise<readonly { name: string; port: number }[]>;

/**
 * The settings with the members of every database that is named by an SRV record, as `mongodb+srv://` names it: clients
 * dial the members, and the mesh registers each. Sorted, because DNS answers in any order.
 *
 * @throws {@link SettingsError} with every record that cannot be looked up.
 */
export async function withMembers(settings: Settings, lookUp: LookUp = resolveSrv): Promise<Settings> {
  const problems: Problem[] = [];
  const databases = await Promise.all(
    settings.databases.map(async (db, index): Promise<DatabaseSettings> => {
      if (db.srv === undefined) return db;
      const found = await membersOf(db.srv, lookUp);
      if (!("reason" in found)) return { ...db, ...found };
      problems.push({ path: `databases[${index}].srv`, value: db.srv, ...found });
      return db;
    }),
  );
  // What the record names may be registered already.
  const all = problems.length > 0 ? problems : collisions(databases, settings);
  if (all.length > 0) throw new SettingsError(all);
  return { ...settings, databases };
}

async function membersOf(
  srv: string,
  lookUp: LookUp,
): Promise<Pick<DatabaseSettings, "host" | "brokers" | "port"> | Pick<Problem, "reason" | "instead">> {
  const record = `_mongodb._tcp.${srv}`;
  const instead = "Correct the name, or list the members under host and brokers";
  try {
    const members = [...(await lookUp(record))].sort((a, b) => (a.name < b.name ? -1 : 1));
    const [first, ...others] = members;
    if (!first) return { reason: `has an SRV record without members (${record})`, instead };
    if (others.some(({ port }) => port !== first.port))
      return { reason: "has members with different ports", instead: "List each port as a database of its own" };
    return { host: first.name, brokers: others.map(({ name }) => name), port: first.port };
  } catch (error) {
    const { code = "no answer" } = error as NodeJS.ErrnoException;
    return { reason: `cannot be looked up: the DNS of this machine answers ${code} for SRV ${record}`, instead };
  }
}

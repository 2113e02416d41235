import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../lab/servers/cache.js";
import { buildGoGroup, builtFolder } from "../../lab/servers/goPrograms.js";
import type { GoGroup } from "../../lab/servers/pins.js";

/** The benchmark's own database client, built as the lab builds its servers. */
const group: GoGroup = { name: "bench-client", folder: "../../bench/client", programs: { client: "." } };

/** Path of the client, built if it is not there. */
export async function clientProgram(): Promise<string> {
  const cache = cacheFolder();
  const folder = builtFolder(group, cache);
  if (!existsSync(folder)) await buildGoGroup(group, cache);
  return join(folder, "bin", "client");
}

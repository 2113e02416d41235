import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where the lab keeps what it built: `$LAB_CACHE/lab`, by default under the user's cache folder. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const root = environment["LAB_CACHE"] ?? join(homedir(), ".cache", "pulumi-mesh-egress");
  return join(root, "lab");
}

/**
 * Fills `target` by way of a folder beside it, so that `target` is either whole or absent,
 * also after an interrupted build or with two of them at once.
 */
export async function fillOnce(target: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const parent = join(target, "..");
  await mkdir(parent, { recursive: true });
  const staging = await mkdtemp(`${target}.partial-${process.pid}-`);
  try {
    await fill(staging);
    await chmod(staging, 0o755); // mkdtemp's 0700 would shut out the proxy's user
    await rename(staging, target).catch((error: unknown) => {
      if (!existsSync(target)) throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Removes what builds left behind whose process is gone. */
export async function removeAbandoned(cache: string): Promise<void> {
  const names = await readdir(cache).catch(() => []);
  for (const name of names) {
    const builder = /\.partial-(\d+)-/.exec(name)?.[1];
    if (builder && !existsSync(`/proc/${builder}`)) await rm(join(cache, name), { recursive: true, force: true });
  }
}

import { existsSync } from "node:fs";
import { cp, copyFile, mkdir, readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { fillOnce } from "./cache.js";
import { goBuildEnvironment, goBuildFlags, goCacheKey, linkerFlags } from "./cacheKey.js";
import type { GoGroup } from "./pins.js";

/** The folder of a group's `go.mod` in this source tree. */
export function sourceFolder(group: GoGroup): string {
  return fileURLToPath(new URL(group.folder ?? group.name, import.meta.url));
}

/** The folder a group's programs and assets are in once built. */
export function builtFolder(group: GoGroup, cache: string): string {
  return join(cache, `${group.name}-${goCacheKey(group, sourceFolder(group))}`);
}

/** Builds a group's programs into `<built folder>/bin` and copies its assets beside them. */
export async function buildGoGroup(group: GoGroup, cache: string): Promise<void> {
  const source = sourceFolder(group);
  await fillOnce(builtFolder(group, cache), async (folder) => {
    const workspace = join(folder, "src"); // a copy: -mod=mod may write to go.mod
    await mkdir(workspace);
    for (const file of await readdir(source)) await copyFile(join(source, file), join(workspace, file));
    await mkdir(join(folder, "bin"));
    await go(workspace, [
      "build",
      ...goBuildFlags,
      "-ldflags",
      linkerFlags(group),
      "-o",
      `${folder}/bin/`,
      ...packagesOf(group),
    ]);
    await copyAssets(group, workspace, folder);
    await keepChecksums(workspace, source);
    await rm(workspace, { recursive: true });
  });
}

function packagesOf(group: GoGroup): string[] {
  return [...new Set(Object.values(group.programs))];
}

async function copyAssets(group: GoGroup, workspace: string, folder: string): Promise<void> {
  if (!group.assets) return;
  const module = await go(workspace, ["list", "-mod=mod", "-m", "-f", "{{.Dir}}", group.assets.module]);
  for (const [name, path] of Object.entries(group.assets.paths)) {
    await cp(join(module, path), join(folder, name), { recursive: true });
  }
  await execa("chmod", ["-R", "u+w,go+rX", folder]); // the module cache is read-only, and the proxy's user reads some of this
}

/** Brings the checksums of a first build after a change of pins back to the source tree, to be committed. */
async function keepChecksums(workspace: string, source: string): Promise<void> {
  const [built, committed] = [join(workspace, "go.sum"), join(source, "go.sum")];
  const before = existsSync(committed) ? await readFile(committed, "utf8") : "";
  if ((await readFile(built, "utf8")) !== before) await copyFile(built, committed);
}

async function go(cwd: string, args: string[]): Promise<string> {
  const { stdout } = await execa("go", args, { cwd, env: goBuildEnvironment }).catch((error: unknown) => {
    const { stderr } = error as { stderr?: string };
    throw new Error(`go ${args[0]} in ${cwd} failed:\n${lastLines(stderr ?? String(error), 20)}`);
  });
  return stdout.trim();
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}

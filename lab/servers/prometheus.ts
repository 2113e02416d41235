import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { fillOnce } from "./cache.js";
import { prometheusPackage } from "./pins.js";

/** The folder Prometheus is in once unpacked, of whatever version Debian serves. */
export function prometheusFolder(cache: string): string {
  return join(cache, prometheusPackage);
}

/** Unpacks Debian's package and keeps its two programs: installed, it would bring a service and a web page's libraries. */
export async function installPrometheus(cache: string): Promise<void> {
  await fillOnce(prometheusFolder(cache), async (folder) => {
    await execa("apt-get", ["update", "-qq"]);
    await execa("apt-get", ["download", "-qq", prometheusPackage], { cwd: folder });
    const [archive = ""] = await readdir(folder);
    const unpacked = join(folder, "unpacked");
    await execa("dpkg-deb", ["-x", join(folder, archive), unpacked]);
    await mkdir(join(folder, "bin"));
    for (const program of ["prometheus", "promtool"])
      await rename(join(unpacked, "usr/bin", program), join(folder, "bin", program));
    await rm(unpacked, { recursive: true });
    await rm(join(folder, archive));
  });
}

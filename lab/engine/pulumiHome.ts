import { mkdir, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LabHost } from "../host/labHost.js";

/** Packages of the clouds, whose plug-in lab/cloud stands in for. */
const clouds = ["gcp", "alicloud"] as const;

/** Makes a PULUMI_HOME with the plug-ins of the stacks' providers installed, and returns its path. */
export async function preparePulumiHome({ folder, servers }: LabHost): Promise<string> {
  const home = join(folder, "pulumi");
  const kubernetes = await pluginFile(home, "kubernetes", sdkVersion("kubernetes"));
  await symlink(servers.programs["pulumi-resource-kubernetes"], kubernetes);
  for (const cloud of clouds)
    await writeFile(await pluginFile(home, cloud, sdkVersion(cloud)), cloudPlugin, { mode: 0o755 });
  return home;
}

/** Where the engine looks for the program of a package's plug-in: it must have the version of the program's SDK. */
export async function pluginFile(home: string, packageName: string, version: string): Promise<string> {
  const folder = join(home, "plugins", `resource-${packageName}-v${version}`);
  await mkdir(folder, { recursive: true });
  return join(folder, `pulumi-resource-${packageName}`);
}

function sdkVersion(packageName: string): string {
  return (createRequire(import.meta.url)(`@pulumi/${packageName}/package.json`) as { version: string }).version;
}

const source = fileURLToPath(new URL("../cloud/plugin.ts", import.meta.url));
const cloudPlugin = `#!/bin/sh\nexec ${process.execPath} --import ${import.meta.resolve("tsx")} ${source} "$@"\n`;

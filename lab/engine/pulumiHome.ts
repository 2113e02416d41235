import { mkdir, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LabHost } from "../host/labHost.js";

/** Packages of the clouds, whose plug-in lab/cloud stands in for. */
const clouds = ["gcp", "alicloud"] as const;

/**
 * Language hosts, for what the `pulumi` command runs; inline programs need none. Those of the release at hand take the options
 * of Pulumi.yaml as flags only, which today's engine no longer passes: these are what every Pulumi.yaml of this project has.
 */
const languages = {
  nodejs: "-typescript=false '-nodeargs=--import tsx'",
  python: "-virtualenv=venv",
  yaml: "",
} as const;
type Language = keyof typeof languages;

/** Makes a PULUMI_HOME with the plug-ins of the stacks' providers and the language hosts installed, and returns its path. */
export async function preparePulumiHome({ folder, servers }: LabHost): Promise<string> {
  const home = join(folder, "pulumi");
  const kubernetes = await pluginFile(home, "resource", "kubernetes", sdkVersion("kubernetes"));
  await symlink(servers.programs["pulumi-resource-kubernetes"], kubernetes);
  for (const cloud of clouds)
    await writeFile(await pluginFile(home, "resource", cloud, sdkVersion(cloud)), cloudPlugin, { mode: 0o755 });
  for (const [language, options] of Object.entries(languages)) {
    const host = servers.programs[`pulumi-language-${language as Language}`];
    const file = await pluginFile(home, "language", language, anyVersion);
    await writeFile(file, `#!/bin/sh\nexec ${host} ${options} "$@"\n`, { mode: 0o755 });
  }
  return home;
}

/** The engine takes a language host of whatever version. */
const anyVersion = "1.0.0";

/** Where the engine looks for the program of a plug-in. That of a package must have the version of the program's SDK. */
export async function pluginFile(
  home: string,
  kind: "resource" | "language",
  name: string,
  version: string,
): Promise<string> {
  const folder = join(home, "plugins", `${kind}-${name}-v${version}`);
  await mkdir(folder, { recursive: true });
  return join(folder, `pulumi-${kind}-${name}`);
}

function sdkVersion(packageName: string): string {
  return (createRequire(import.meta.url)(`@pulumi/${packageName}/package.json`) as { version: string }).version;
}

const source = fileURLToPath(new URL("../cloud/plugin.ts", import.meta.url));
const cloudPlugin = `#!/bin/sh\nexec ${process.execPath} --import ${import.meta.resolve("tsx")} ${source} "$@"\n`;

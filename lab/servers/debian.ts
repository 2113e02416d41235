import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { execa } from "execa";
import { debianPackages } from "./pins.js";

/** Packages the lab needs that are not installed. */
export async function missingDebianPackages(): Promise<string[]> {
  const query = await execa("dpkg-query", ["-W", "-f=${Package} ${db:Status-Status}\n", ...debianPackages], {
    reject: false,
  });
  const installed = new Set(
    query.stdout.split("\n").flatMap((line) => (line.endsWith(" installed") ? [line.split(" ")[0]] : [])),
  );
  return debianPackages.filter((name) => !installed.has(name));
}

/** Installs packages without starting a single one of their services. */
export async function installDebianPackages(names: readonly string[]): Promise<void> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await execa("apt-get", ["update", "-qq"], { env });
  await withoutServices(() => execa("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...names], { env }));
}

const servicePolicy = "/usr/sbin/policy-rc.d";
/** The exit status by which a policy forbids an action (invoke-rc.d's interface). */
const forbidden = 101;

/** A package's own scripts ask this policy before they start a service. One that is already there is the machine's own and stays. */
async function withoutServices(action: () => Promise<unknown>): Promise<void> {
  if (existsSync(servicePolicy)) {
    const verdict = await execa(servicePolicy, ["mariadb", "start"], { reject: false });
    if (verdict.exitCode !== forbidden) {
      throw new Error(
        `${servicePolicy} lets packages start their services; move it away for the first run of the lab.`,
      );
    }
    await action();
    return;
  }
  await writeFile(servicePolicy, `#!/bin/sh\nexit ${forbidden}\n`, { mode: 0o755 });
  try {
    await action();
  } finally {
    await rm(servicePolicy, { force: true });
  }
}

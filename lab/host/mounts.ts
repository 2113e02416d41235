import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { Servers } from "../servers/servers.js";
import { addresses, nodeName } from "./hostNetwork.js";

/** All the lab writes while it runs is below here: memory, gone with the mount namespace. */
export const labFolder = "/run/lab";
export const logFolder = join(labFolder, "logs");
/** Every program the lab built, by its plain name. */
export const programFolder = join(labFolder, "bin");
/** The cluster administrator's kubeconfig, once there is a control plane. */
export const kubeconfigFile = join(labFolder, "kubeconfig");
/** Opens a shell with the lab's programs and kubeconfig. */
export const enterScript = join(labFolder, "enter");
/** The cache again, under a path that other users than root can reach. */
export const serversFolder = join(labFolder, "servers");

/** Gives the host a /run and an /etc of its own, so that names, resolvers and namespaces touch no file of the machine. */
export async function prepareMounts(cache: string): Promise<void> {
  await execa("mount", ["-t", "tmpfs", "-o", "mode=755,size=75%", "lab", "/run"]);
  const [upper, work] = [join(labFolder, "etc"), join(labFolder, "etc.work")];
  for (const folder of [upper, work, logFolder, serversFolder, "/run/netns"]) await mkdir(folder, { recursive: true });
  await mkdir("/run/lock");
  await execa("chmod", ["1777", "/run/lock"]);
  await execa("mount", ["-t", "overlay", "-o", `lowerdir=/etc,upperdir=${upper},workdir=${work}`, "overlay", "/etc"]);
  await execa("mount", ["--bind", "-o", "ro", cache, serversFolder]);
  await execa("hostname", [nodeName]);
  await writeFile("/etc/hosts", `127.0.0.1 localhost\n${addresses.node} ${nodeName}\n`);
  await rm("/etc/resolv.conf", { force: true }); // often a link to a file that /run no longer has
  await writeFile("/etc/resolv.conf", "# The lab host asks no name server; its pods have their own.\n");
}

/** Puts the lab's programs on one short path, for this process, for all it starts, and for whoever enters later. */
export async function prepareShell(servers: Servers): Promise<void> {
  await mkdir(programFolder);
  for (const [name, path] of Object.entries(servers.programs)) await symlink(path, join(programFolder, name));
  process.env["PATH"] = [programFolder, process.env["PATH"], "/usr/sbin:/sbin"].join(":");
  // Helm, by itself and within the Kubernetes provider, would keep what it downloads in the user's home.
  for (const home of ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"])
    process.env[home] = join(labFolder, "helm");
  const environment = `PATH=${programFolder}:$PATH:/usr/sbin:/sbin KUBECONFIG=${kubeconfigFile}`;
  await writeFile(enterScript, `#!/bin/sh\n[ $# -gt 0 ] || set -- bash\nexec env ${environment} "$@"\n`, {
    mode: 0o755,
  });
}

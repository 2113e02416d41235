import { writeFile } from "node:fs/promises";

import { execa } from "execa";

import { hostInterface } from "./podAddresses.js";

/** The next hop of every pod. Nobody owns it: the host end answers for it, as with Calico. */
const nextHop = "169.254.1.1";
const hostEndMac = "ee:ee:ee:ee:ee:ee";

/** Where a pod's network namespace can be entered. */
export const netnsPath = (uid: string): string => `/run/netns/${uid}`;

/**
 * Gives a pod its network namespace, joined to the host by a routed veth pair. A bridge would be simpler, but it would
 * carry pod to pod traffic past Felix's rules.
 */
export async function createPodNetwork(uid: string, namespace: string, name: string, address: string): Promise<void> {
  const hostEnd = hostInterface(namespace, name);
  await ipBatch([
    `netns add ${uid}`,
    `link add ${hostEnd} address ${hostEndMac} type veth peer name eth0 netns ${uid}`,
    `link set ${hostEnd} up`,
    `route replace ${address}/32 dev ${hostEnd}`,
  ]);
  await writeFile(`/proc/sys/net/ipv4/conf/${hostEnd}/proxy_arp`, "1");
  await ipBatch(
    [
      "link set lo up",
      `addr add ${address}/32 dev eth0`,
      "link set eth0 up",
      // Known beforehand, for the kernel answers for others only after a random wait of up to 0.8 s.
      `neigh add ${nextHop} lladdr ${hostEndMac} dev eth0 nud permanent`,
      `route add ${nextHop} dev eth0`,
      `route add default via ${nextHop} src ${address}`,
    ],
    uid,
  );
  // Container runtimes let every user bind ports below 1024; gateways and web servers without root rely on it.
  await execa("nsenter", [
    `--net=${netnsPath(uid)}`,
    ...["sh", "-c", "echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start"],
  ]);
}

/** Removes the namespace, and with it the veth pair and its route. */
export async function removePodNetwork(uid: string, namespace: string, name: string): Promise<void> {
  // The namespace lives on while a process is in it; the host end goes at once, so that the name is free again.
  await ipBatch([`link del ${hostInterface(namespace, name)}`, `netns del ${uid}`], undefined, ["-force"]);
}

async function ipBatch(commands: string[], netns?: string, options: string[] = []): Promise<void> {
  const enter = netns === undefined ? [] : ["nsenter", `--net=${netnsPath(netns)}`];
  const [program = "ip", ...args] = [...enter, "ip", ...options, "-batch", "-"];
  await execa(program, args, { input: commands.join("\n"), reject: options.length === 0 });
}

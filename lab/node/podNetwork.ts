import { execa } from "execa";
import { attachNamespace, detachNamespace } from "../host/labHost.js";
import { hostInterface } from "./podAddresses.js";

/** Where a pod's network namespace can be entered. */
export const netnsPath = (uid: string): string => `/run/netns/${uid}`;

/** Gives a pod its network namespace, named by its uid, with a host end that Felix knows for a workload's. */
export async function createPodNetwork(uid: string, namespace: string, name: string, address: string): Promise<void> {
  await attachNamespace({ name: uid, hostInterface: hostInterface(namespace, name), address });
  // Container runtimes let every user bind ports below 1024; gateways and web servers without root rely on it.
  const letAllBind = "echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start";
  await execa("nsenter", [`--net=${netnsPath(uid)}`, "sh", "-c", letAllBind]);
}

/** Removes the namespace, and with it the veth pair and its route. */
export async function removePodNetwork(uid: string, namespace: string, name: string): Promise<void> {
  await detachNamespace({ name: uid, hostInterface: hostInterface(namespace, name) });
}

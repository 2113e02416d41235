import { writeFile } from "node:fs/promises";
import { execa } from "execa";

/**
 * The lab's addresses. They exist in the lab host's own network namespace only.
 * Those outside the cluster are of blocks reserved for documentation: nothing in the cluster can be confused with them.
 */
export const addresses = {
  node: "10.240.0.1",
  pods: "10.244.0.0/16",
  services: "10.96.0.0/16",
  kubernetesService: "10.96.0.1",
  dnsService: "10.96.0.10",
  loadBalancers: "198.51.100.0/24",
  outside: "203.0.113.0/24",
} as const;

/** The name of the one node; also the host name inside. */
export const nodeName = "lab";

/** The address every routed namespace sends to: the host's, which answers for it on every interface. */
const nextHop = "169.254.1.1";

/** Makes an empty network namespace into a node: loopback, forwarding, the node's address, a route to the Services. */
export async function prepareNode(): Promise<void> {
  const commands = [
    "link set lo up",
    `addr add ${addresses.node}/32 dev lo`,
    `addr add ${nextHop}/32 dev lo scope link`,
    // Without a route a connection to a Service fails before kube-proxy's rules see it.
    ...[addresses.services, addresses.loadBalancers].map((block) => `route add ${block} dev lo src ${addresses.node}`),
  ];
  await execa("ip", ["-batch", "-"], { input: `${commands.join("\n")}\n` });
  await writeFile("/proc/sys/net/ipv4/ip_forward", "1");
  // Reverse-path checks would drop answers to addresses that the proxies rewrite.
  for (const scope of ["all", "default"]) await writeFile(`/proc/sys/net/ipv4/conf/${scope}/rp_filter`, "0");
}

/** A network namespace joined to the host by a routed veth pair, without a bridge: what passes, the host's firewall sees. */
export interface RoutedNamespace {
  /** Name under /run/netns. */
  readonly name: string;
  /** The host's end, at most 15 characters. Felix polices those whose name begins with `cali`. */
  readonly hostInterface: string;
  readonly address: string;
}

/** Creates the namespace, `eth0` in it, and the routes both ways. */
export async function attachNamespace({ name, hostInterface, address }: RoutedNamespace): Promise<void> {
  await execa("ip", ["netns", "add", name]);
  const inside = ["link set lo up", `addr add ${address}/32 dev eth0`, "link set eth0 up"];
  const routes = [`route add ${nextHop} dev eth0`, `route add default via ${nextHop}`];
  await execa("ip", ["link", "add", hostInterface, "type", "veth", "peer", "name", "eth0", "netns", name]);
  await execa("ip", ["link", "set", hostInterface, "up"]);
  await execa("ip", ["-n", name, "-batch", "-"], { input: `${[...inside, ...routes].join("\n")}\n` });
  await execa("ip", ["route", "add", `${address}/32`, "dev", hostInterface]);
}

/** Removes the namespace and, with it, the veth pair and its route. Processes inside keep running without a network. */
export async function detachNamespace({
  name,
  hostInterface,
}: Pick<RoutedNamespace, "name" | "hostInterface">): Promise<void> {
  await execa("ip", ["link", "del", hostInterface], { reject: false });
  await execa("ip", ["netns", "del", name], { reject: false });
}

/** A machine outside the cluster, such as a database's: a namespace that no network policy covers. */
export async function addOutsideMachine(name: string, address: string): Promise<RoutedNamespace> {
  const machine = { name: `outside-${name}`, hostInterface: `out-${name}`.slice(0, 15), address };
  await attachNamespace(machine);
  return machine;
}

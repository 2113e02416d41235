import { within } from "../../settings/ranges.js";
import type { EndpointName } from "./endpoints.js";
import type { World } from "./inventory.js";
import { all, at, list, named, text } from "./rules.js";

/** Addresses from which `pulumi up` runs. The office is the network that the stacks authorize. */
export const runners: Record<World["runner"], string> = {
  office: "203.0.113.9",
  home: "198.51.100.77",
  vpc: "10.255.0.5",
};

const contains = (range: unknown, address: string): boolean => within(`${address}/32`, text(range));

/** Whether an endpoint answers where `pulumi up` runs. */
export function answers(name: EndpointName, world: World): boolean {
  const address = runners[world.runner];
  const inside = world.runner === "vpc";
  const [gke] = all(world, "gcp:container/cluster:Cluster");
  const ranges = list(at(gke?.inputs, "masterAuthorizedNetworksConfig", "cidrBlocks")).map((each) =>
    at(each, "cidrBlock"),
  );
  const isAuthorized = ranges.some((range) => contains(range, address));
  const isPrivate = at(gke?.inputs, "privateClusterConfig", "enablePrivateEndpoint") === true;
  const byDns = at(gke?.inputs, "controlPlaneEndpointsConfig", "dnsEndpointConfig", "allowExternalTraffic") === true;
  const [ack] = all(world, "alicloud:cs/managedKubernetes:ManagedKubernetes");
  const [mesh] = all(world, "alicloud:servicemesh/serviceMesh:ServiceMesh");
  const checks: Record<EndpointName, () => boolean> = {
    gkeDns: () => gke !== undefined && (byDns || inside),
    gkePublic: () => gke !== undefined && !isPrivate && isAuthorized,
    gkePrivate: () => gke !== undefined && inside && isAuthorized,
    ackPublic: () => ackAdmits(world, address),
    ackPrivate: () => ack !== undefined && inside,
    asmPublic: () => at(mesh?.inputs, "loadBalancer", "apiServerPublicEip") === true,
    asmPrivate: () => mesh !== undefined && inside,
  };
  return checks[name]();
}

/** The security groups of the load balancer and of the control plane's own interfaces both have to admit the client. */
function ackAdmits(world: World, address: string): boolean {
  const [cluster] = all(world, "alicloud:cs/managedKubernetes:ManagedKubernetes");
  const [config] = list(at(cluster?.inputs, "controlPlaneEndpointsConfig", "loadBalancersConfigs"))
    .map((each) => at(each, "loadBalancerId"))
    .filter(Boolean);
  const balancer = named(world, { type: "alicloud:nlb/loadBalancer:LoadBalancer", value: config });
  if (!cluster || !balancer) return false;
  const groups = [...list(balancer.inputs["securityGroupIds"]), cluster.inputs["securityGroupId"]];
  return groups.every((group) => admits(world, group, "ingress", { address, port: 6443 }) ?? false);
}

/** What a security group says of a connection; undefined where no rule is about it. The lower number wins, and a drop over an accept. */
export function admits(
  world: World,
  group: unknown,
  direction: "ingress" | "egress",
  { address, port }: { address: string; port: number },
): boolean | undefined {
  const rules = all(world, "alicloud:ecs/securityGroupRule:SecurityGroupRule")
    .map(({ inputs }) => inputs)
    .filter((rule) => rule["securityGroupId"] === group && rule["type"] === direction)
    .filter((rule) => contains(rule["cidrIp"], address) && holds(text(rule["portRange"]), port))
    .sort((a, b) => Number(a["priority"]) - Number(b["priority"]) || (a["policy"] === "drop" ? -1 : 1));
  return rules[0] && rules[0]["policy"] === "accept";
}

/** `3306/3306`, or `-1/-1` for every port. */
function holds(portRange: string, port: number): boolean {
  const [first = 0, last = 0] = portRange.split("/").map(Number);
  return first === -1 || (first <= port && port <= last);
}

/** Whether a GKE node's tags let it open a connection out of the VPC network: the lower number wins, and a denial over an allowance. */
export function firewallAdmits(
  world: World,
  tags: string[],
  { address, port }: { address: string; port: number },
): boolean {
  const rules = all(world, "gcp:compute/firewall:Firewall")
    .map(({ inputs }) => inputs)
    .filter(
      ({ direction, targetTags }) => direction === "EGRESS" && list(targetTags).some((tag) => tags.includes(text(tag))),
    )
    .filter(({ destinationRanges }) => list(destinationRanges).some((range) => contains(range, address)))
    .filter(({ allows, denies }) => [...list(allows), ...list(denies)].some((each) => isAbout(each, port)))
    .sort((a, b) => Number(a["priority"]) - Number(b["priority"]) || (a["denies"] ? -1 : 1));
  return rules[0] ? rules[0]["allows"] !== undefined : true;
}

function isAbout(rule: unknown, port: number): boolean {
  const ports = list(at(rule, "ports"));
  return ports.length === 0 || ports.includes(String(port));
}

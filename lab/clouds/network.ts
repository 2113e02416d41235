import { within } from "../../settings/ranges.js";
import type { Item, World } from "../cloud/inventory.js";
import { admits, firewallAdmits } from "../cloud/reach.js";
import { all, at, list, named, text } from "../cloud/rules.js";
import { firewallAnnotation, podRangeAnnotation } from "../cloud/site.js";
import type { Kubectl } from "../controlplane/controlPlane.js";
import type { Finding } from "../probes/probe.js";
import type { CloudStack } from "./stacks.js";

/** A pod as the cloud's network sees it. */
interface Sender {
  name: string;
  isGateway: boolean;
  /** Of the mesh's CNI plug-in, which runs on every node, with the privileges of the node. */
  isAgent: boolean;
  address: string;
  /** Range that its node gives addresses of. */
  range: string;
  /** Tags or security groups of its node. */
  firewall: string[];
}

/** An address in the network, where a database is; of one outside, any address that no cloud of the lab has. */
interface Target {
  address: string;
  port: number;
  /** Ranges of its allow-list; undefined where it has none. */
  allowList?: string[];
}

/** Which pods of the cluster the network lets open the stack's databases, and by which address they leave it. */
export async function allowedPods(whole: CloudStack, world: World, kubectl: Kubectl): Promise<Finding> {
  const listed = await sendersOf(kubectl);
  const senders = listed.filter(({ isAgent }) => !isAgent);
  const targets = targetsOf(whole, world);
  const open = senders.filter((sender) => targets.some((target) => isOpen(world, sender, target)));
  const shut = senders.filter(
    (sender) => sender.isGateway && !targets.every((target) => isOpen(world, sender, target)),
  );
  const outside = (those: Sender[]) => [...new Set(those.map(({ range }) => natAddress(world, range)))];
  const [gateway, others] = [
    outside(senders.filter(({ isGateway }) => isGateway)),
    outside(senders.filter(({ isGateway }) => !isGateway)),
  ];
  const faults = [
    ...(targets.length === 0 ? ["no database"] : []),
    ...(gateway.length === 1 && gateway[0] && !others.includes(gateway[0])
      ? []
      : [`leaves by ${gateway.join(", ") || "nothing"}`]),
    ...open.filter(({ isGateway }) => !isGateway).map(({ name }) => `open to ${name}`),
    ...shut.map(({ name }) => `shut to ${name}`),
  ];
  const addresses = open.map(({ address }) => address).join(", ");
  const agents = listed.length > senders.length ? " beside the mesh's agents" : "";
  const seen = `${open.length} of ${senders.length} pods${agents}, from ${addresses}; outside ${gateway.join(", ")}, others ${others.join(", ")}`;
  return { passed: faults.length === 0 && open.length > 0, seen: [seen, ...faults].join("; ") };
}

interface Listed {
  items: {
    metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> };
    spec: { nodeName?: string };
    status: { podIP?: string };
  }[];
}

async function sendersOf(kubectl: Kubectl): Promise<Sender[]> {
  const get = async (what: string) => JSON.parse(await kubectl(["get", what, "-A", "-o", "json"])) as Listed;
  const [pods, nodes] = [await get("pods"), await get("nodes")];
  return pods.items.flatMap(({ metadata, spec, status }) => {
    const node = nodes.items.find((each) => each.metadata.name === spec.nodeName)?.metadata.annotations;
    if (!node || !status.podIP) return [];
    const isGateway = metadata.labels?.["istio"] === "egressgateway";
    const isAgent = metadata.labels?.["k8s-app"] === "istio-cni-node";
    const firewall = (node[firewallAnnotation] ?? "").split(",");
    return [
      {
        name: metadata.name,
        isGateway,
        isAgent,
        address: status.podIP,
        range: node[podRangeAnnotation] ?? "",
        firewall,
      },
    ];
  });
}

/** An address that is nobody's: RFC 5737. */
const outsideAddress = "203.0.113.10";

function targetsOf({ database, reach, config }: CloudStack, world: World): Target[] {
  const made = [
    ...all(world, "gcp:sql/databaseInstance:DatabaseInstance"),
    ...all(world, "alicloud:rds/instance:Instance"),
  ];
  if (database) return made.map((item) => ({ address: addressOf(item, world), port: portOf(item), ...listOf(item) }));
  const [first] = config()["databases"] as { protocol: string }[];
  return reach && first ? [{ address: outsideAddress, port: first.protocol === "mongo" ? 27017 : 3306 }] : [];
}

function listOf({ inputs }: Item): { allowList?: string[] } {
  return inputs["securityIps"] ? { allowList: list(inputs["securityIps"]).map(text) } : {};
}

function portOf({ inputs }: Item): number {
  return /^MYSQL|^MySQL/.test(text(inputs["databaseVersion"]) || text(inputs["engine"])) ? 3306 : 5432;
}

function addressOf({ inputs, outputs }: Item, world: World): string {
  if (outputs["privateIpAddress"]) return text(outputs["privateIpAddress"]);
  const place = named(world, { type: "alicloud:vpc/switch:Switch", value: inputs["vswitchId"] });
  return text(place?.inputs["cidrBlock"]).replace(/\.\d+\/\d+$/, ".100");
}

function isOpen(world: World, { address, firewall }: Sender, target: Target): boolean {
  const isListed = target.allowList?.some((range) => within(`${address}/32`, range)) ?? true;
  const isGoogle = all(world, "gcp:container/cluster:Cluster").length > 0;
  const passes = isGoogle
    ? firewallAdmits(world, firewall, target)
    : firewall.every((group) => admits(world, group, "egress", target) ?? true);
  return isListed && passes;
}

/** The public address that connections from a range leave by. */
function natAddress(world: World, range: string): string | undefined {
  for (const { inputs } of all(world, "gcp:compute/routerNat:RouterNat")) {
    const [part] = list(inputs["subnetworks"]);
    const subnetwork = named(world, { type: "gcp:compute/subnetwork:Subnetwork", value: at(part, "name") });
    const translated = list(subnetwork?.inputs["secondaryIpRanges"]).filter((each) =>
      list(at(part, "secondaryIpRangeNames")).includes(at(each, "rangeName")),
    );
    if (translated.some((each) => at(each, "ipCidrRange") === range))
      return text(
        named(world, { type: "gcp:compute/address:Address", value: list(inputs["natIps"])[0] })?.outputs["address"],
      );
  }
  const [place] = all(world, "alicloud:vpc/switch:Switch").filter(({ inputs }) => inputs["cidrBlock"] === range);
  const [entry] = all(world, "alicloud:vpc/snatEntry:SnatEntry").filter(
    ({ inputs }) => inputs["sourceVswitchId"] === place?.id,
  );
  return entry && text(entry.inputs["snatIp"]);
}

/** Cloud Service Mesh reads this one, whatever the channel, and no other. */
const readConfigMap = "istio-asm-managed-rapid";

/** Options in force: what the managed control plane finds where it looks. */
export async function managedMeshOptions(kubectl: Kubectl): Promise<Finding> {
  const args = [
    "get",
    "configmap",
    readConfigMap,
    "-n",
    "istio-system",
    "--ignore-not-found",
    "-o",
    "jsonpath={.data.mesh}",
  ];
  const mesh = JSON.parse((await kubectl(args)) || "{}") as {
    outboundTrafficPolicy?: { mode: string };
    accessLogFile?: string;
  };
  const policy = mesh.outboundTrafficPolicy?.mode ?? "ALLOW_ANY";
  const log = mesh.accessLogFile ? "access log" : "no access log";
  return { passed: policy === "REGISTRY_ONLY" && log === "access log", seen: `${policy}, ${log}` };
}

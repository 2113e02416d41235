import { message, type Message } from "../messages/index.js";
import type { AnalysisOptions, ContainerPort, NamespaceFacts, PodGroup, Workload } from "../model/model.js";
import { knownLabels, partlyKnownLabels, type Labels } from "../model/labels.js";
import type { Trilean } from "../model/trilean.js";
import { contains, isEverything, parseBlock, type AddressBlock } from "./addressBlock.js";
import { portsOf, unionOf, type PortSet } from "./portSet.js";

export type Protocol = ContainerPort["protocol"];
export type Direction = "ingress" | "egress";

/** What enforces the policies; engines differ in whether an address block matches pods. */
export type PolicyEngine = NonNullable<AnalysisOptions["policyEngine"]>;

/** A pod as selectors of policies see it. */
export interface PodPeer {
  workload: Workload;
  group: PodGroup;
  labels: Labels;
  namespace: NamespaceFacts;
}

/** One end of a connection: a pod, a node, or something outside the cluster. */
export interface Peer {
  /** Undefined outside the cluster, and for pods on the host network, which policies see as their node. */
  pod?: PodPeer;
  /** A process on the host network of a node. */
  node?: true;
  /** Empty when they are not known. */
  addresses: readonly AddressBlock[];
  /** The name that the client looks up, for what is outside the cluster. */
  host?: string;
}

/** The two ends of a connection as the data path sees it, after a Service's address has become a pod's. */
export interface Ends {
  source: Peer;
  destination: Peer;
}

/** One rule of a policy. */
export interface Rule {
  action: "Allow" | "Deny" | "Pass" | "Log";
  /** Its path in the policy, as `spec.egress[0]`. */
  field: string;
  /** The connections it is about, as `TCP 3306 to 10.0.0.0/8`. */
  traffic: Message;
  /** Whether it is about connections between two ends, on the ports that it is about. */
  joins(ends: Ends): Trilean;
  /** The ports that it is about. Those with names have the numbers that the destination's containers give them. */
  ports(ends: Ends): PortSet;
  /** Ports among them for which it is not known whether the rule matches. */
  unclearPorts?(ends: Ends): PortSet;
  /** Why a match can stay open although labels and addresses are known. */
  doubt?: Message;
}

/** A policy of any kind, in the shape all kinds are judged in. */
export interface Policy {
  kind: string;
  namespace: string;
  name: string;
  /** Tiers are judged one after the other. */
  tier: Tier;
  /** Within a tier, lower comes first; ties go by `sortName`. */
  order: number;
  sortName: string;
  /** Of policies with one order, the engine may apply any first. */
  tiesOpen?: boolean;
  /** The only namespace it can select pods in. */
  scope?: string;
  /** A label every selected pod has, where the selector demands one. */
  required?: readonly [string, string];
  selects(pod: PodPeer): Trilean;
  /** Undefined when the policy does not govern the direction. */
  ingress?: readonly Rule[];
  egress?: readonly Rule[];
  /** Whether pods it selects are cut off from what no rule allows. @default true in both directions */
  isolates?: Partial<Record<Direction, Trilean>>;
  /** It may hold for nodes, and so for pods on the host network. */
  nodes?: true;
  /** Where its rules stand, for kinds whose objects hold several. @default spec */
  specField?: string;
  /** Every address block its rules ask about: addresses that are in the same ones fare alike. */
  blocks: readonly AddressBlock[];
  /** Its rules ask for the name that the client looks up. */
  readsNames?: boolean;
}

/** Policies that are judged together. */
export interface Tier {
  name: string;
  /** Lower comes first. */
  order: number;
  /** What no rule decides goes on to the next tier, instead of being denied. */
  passes: boolean;
}

/** Orders of tiers are Calico's, in which its own may stand anywhere between those of Kubernetes. */
export const adminTier: Tier = { name: "admin", order: 1_000, passes: true };
export const defaultTier: Tier = { name: "default", order: 1_000_000, passes: false };
export const baselineTier: Tier = { name: "baseline", order: 10_000_000, passes: true };
/** What kinds that are not modelled do comes before all others, since it may decide. */
export const unmodelledTier: Tier = { name: "(not modelled)", order: -Infinity, passes: true };

/** Where Calico puts the NetworkPolicies of Kubernetes among its own. */
export const orderOfKubernetesPolicies = 1_000;

/** The namespace of pods of which not even that is known. */
export const anyNamespace: NamespaceFacts = { name: "*", labels: {}, annotations: {}, declared: false };

/** Whether pods are in a namespace. */
export function isIn({ namespace }: PodPeer, name: string): Trilean {
  return namespace === anyNamespace ? "unknown" : namespace.name === name;
}

/** What a namespace's labels are known to be: only its name where no Namespace object is at hand. */
export function namespaceLabels(namespace: NamespaceFacts): Labels {
  return namespace.declared ? knownLabels(namespace.labels) : partlyKnownLabels(namespace.labels);
}

/** Whether a block holds a peer; an address that is not known is in no block for certain but the whole of IPv4. */
export function inBlock(block: AddressBlock, peer: Peer, engine: PolicyEngine | undefined): Trilean {
  if (peer.pod && engine === "dataplane-v2") return false;
  const match = holds(block, peer.addresses);
  return match === true && peer.pod && engine !== "calico" ? "unknown" : match;
}

/** Whether a block holds all addresses of a peer, whatever it is. */
export function holds(block: AddressBlock, addresses: readonly AddressBlock[]): Trilean {
  if (addresses.length === 0) return isEverything(block) ? true : "unknown";
  const inside = addresses.filter((address) => contains(block, address)).length;
  return inside === addresses.length ? true : inside > 0 ? "unknown" : false;
}

/** The ports that have a name in the pods that serve them. */
export function namedPorts(name: string, { pod }: Peer, protocol?: Protocol): PortSet {
  const ports = pod?.workload.ports.filter((port) => port.name === name) ?? [];
  return unionOf(
    ports.flatMap((port) =>
      protocol && port.protocol !== protocol ? [] : portsOf(port.protocol, port.port, port.port),
    ),
  );
}

/** The address blocks of all policies, each once. */
export function distinctBlocks(policies: readonly Policy[]): AddressBlock[] {
  const blocks = policies.flatMap((policy) => policy.blocks);
  return [...new Map(blocks.map((block) => [`${block.family} ${block.first}-${block.last}`, block])).values()];
}

/** Reads the blocks among texts; what is none, such as a value not known before the apply, has no addresses to compare. */
export function readBlocks(texts: readonly string[]): AddressBlock[] {
  return texts.flatMap((text) => parseBlock(text) ?? []);
}

/** The connections that a rule is about, in words. */
export function trafficOf(direction: Direction, ports: Message[], peers: (string | Message)[]): Message {
  return message(direction === "egress" ? "traffic-to" : "traffic-from", {
    ports: ports.length > 0 ? ports : message("every-port"),
    peers: peers.length > 0 ? peers : message("anywhere"),
  });
}

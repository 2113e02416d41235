import type { AnalysisOptions, ContainerPort, NamespaceFacts, Workload } from "../model/model.js";
import { contains, isEverything, parseBlock, type AddressBlock } from "./addressBlock.js";
import { given, knownLabels, maybe, no, partlyKnownLabels, yes, type Labels, type Match } from "./match.js";

export type Protocol = ContainerPort["protocol"];
export type Direction = "ingress" | "egress";

/** What enforces the policies; engines differ in whether an address block matches pods. */
export type PolicyEngine = NonNullable<AnalysisOptions["policyEngine"]>;

/** One end of a connection: a pod, or something outside the cluster. */
export interface Peer {
  /** Undefined outside the cluster, and for pods on the host network, which policies see as their node. */
  pod?: Workload;
  namespace?: NamespaceFacts;
  /** Empty when they are not known. */
  addresses: readonly AddressBlock[];
}

/** A connection as the data path sees it, after a Service's address has become a pod's. */
export interface Connection {
  source: Peer;
  destination: Peer;
  port: number;
  protocol: Protocol;
}

/** One rule of a policy. */
export interface Rule {
  action: "Allow" | "Deny" | "Pass" | "Log";
  /** Its path in the policy, as `spec.egress[0]`. */
  field: string;
  /** What it says, as `allows TCP 3306 to 10.0.0.0/8`. */
  text: string;
  matches(connection: Connection): Match;
  /** Why a match can stay open although labels and addresses are known. */
  doubt?: string;
}

/** A policy of any kind, in the shape all kinds are judged in. */
export interface Policy {
  kind: string;
  namespace: string;
  name: string;
  /** Tiers are judged one after the other; Kubernetes knows only this one. */
  tier: string;
  /** What its tier does not decide goes on to the next one, instead of being denied. */
  tierPasses?: boolean;
  /** Within a tier, lower comes first; ties go by `sortName`. */
  order: number;
  sortName: string;
  /** The only namespace it can select pods in. */
  scope?: string;
  /** A label every selected pod carries, where the selector demands one. */
  required?: readonly [string, string];
  selects(workload: Workload, namespace: NamespaceFacts): Match;
  /** Undefined when the policy does not govern the direction. */
  ingress?: readonly Rule[];
  egress?: readonly Rule[];
  /** Every address block its rules ask about: addresses that are in the same ones fare alike. */
  blocks: readonly AddressBlock[];
}

export const defaultTier = "default";

/** What a namespace's labels are known to be: only its name where no Namespace object is at hand. */
export function namespaceLabels(namespace: NamespaceFacts): Labels {
  return namespace.declared ? knownLabels(namespace.labels) : partlyKnownLabels(namespace.labels);
}

/** Whether a block holds a peer; an address that is not known is in no block for certain but the whole of IPv4. */
export function inBlock(block: AddressBlock, peer: Peer, engine: PolicyEngine | undefined): Match {
  if (peer.pod && engine === "dataplane-v2") return no;
  const match = holds(block, peer.addresses);
  return match === yes && peer.pod && engine !== "calico" ? maybe : match;
}

function holds(block: AddressBlock, addresses: readonly AddressBlock[]): Match {
  if (addresses.length === 0) return isEverything(block) ? yes : maybe;
  const inside = addresses.filter((address) => contains(block, address)).length;
  return inside === addresses.length ? yes : given(inside > 0) && maybe;
}

/** The number behind a port's name, in the pods that serve it. */
export function namedPort(name: string, protocol: Protocol, destination: Peer, port: number): Match {
  if (!destination.pod) return no;
  return given(
    destination.pod.ports.some((item) => item.name === name && item.protocol === protocol && item.port === port),
  );
}

/** The address blocks of all policies, each once. */
export function distinctBlocks(policies: readonly Policy[]): AddressBlock[] {
  const blocks = policies.flatMap((policy) => policy.blocks);
  return [...new Map(blocks.map((block) => [`${block.first}-${block.last}`, block])).values()];
}

/** Reads the blocks among texts; what is none, such as a value not known before the apply, has no addresses to compare. */
export function readBlocks(texts: readonly string[]): AddressBlock[] {
  return texts.flatMap((text) => parseBlock(text) ?? []);
}

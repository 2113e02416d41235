import type { PortAnswer } from "../network/portAnswer.js";
import type { KubernetesObject, PodGroup, Workload } from "./model.js";

/** A block of IP addresses, both ends included. */
export interface AddressBlock {
  family: 4 | 6;
  first: bigint;
  last: bigint;
}

/** Addresses that no policy tells apart: those of a block that are in none of the smaller ones. */
export interface AddressClass {
  block: AddressBlock;
  except: readonly AddressBlock[];
  /** Some of them, which stand for all. */
  sample: AddressBlock;
}

/** One end of connections: a workload, a pod that somebody may add to a namespace, or addresses outside the cluster. */
export type ConnectionEnd =
  | {
      kind: "workload";
      workload: Workload;
      /** The policies that govern its pods: all evidence that its side of a connection has. */
      policies: Record<"ingress" | "egress", readonly string[]>;
    }
  | { kind: "new-pod"; workload: Workload }
  | { kind: "outside"; addresses: AddressClass };

/** A way into the cluster from outside: an object, and pods on a port of which it sends connections. */
export interface Entry {
  object: KubernetesObject;
  /** Whose connection the pods get: one of any pod, of these gateways' pods, or of the client outside. */
  through: "any-pod" | "client" | readonly Workload[];
  /** The client's address may have become a node's on the way. */
  hidesClient: boolean;
  to: { workload: Workload; group: PodGroup };
  protocol: "TCP" | "UDP" | "SCTP";
  port: number;
}

/** A way into the cluster from outside, and whether it is open. */
export interface EntryAnswer extends Entry {
  verdict: "open" | "blocked" | "unknown";
}

/** What a pair may do on every port. */
export interface Connection {
  /** By network policies alone: what a process that bypasses its sidecar meets on the way. */
  network: PortAnswer;
  /** With what the sidecars of both sides do. */
  answer: PortAnswer;
}

/** Clients with equal answers, and for each distinct answer the servers that give it. */
export interface ConnectionClass {
  /** Places among the ends. */
  from: readonly number[];
  to: readonly { ends: readonly number[]; connection: Connection }[];
}

/** All connections of an input, beside databases. Answers are made when they are asked for and kept by class, not by pair. */
export interface Connections {
  readonly ends: readonly ConnectionEnd[];
  /** Undefined for pairs that are none: of one workload, or with both ends outside. */
  at(from: number, to: number): Connection | undefined;
  /** Every pair with a port that is not surely blocked. */
  classes(): readonly ConnectionClass[];
  readonly entries: readonly EntryAnswer[];
}

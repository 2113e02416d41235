import type { Evidence, HopEncryption, MeshVerdictName, BypassVerdictName } from "../model/model.js";

/** A link of evidence as the page holds it: with its text, the place of its manifest, and the lines of its field there. */
export interface PageEvidence extends Pick<Evidence, "kind" | "namespace" | "name" | "field"> {
  text: string;
  /** Place among `objects`, -1 where the input holds no such object. */
  object: number;
  lines: readonly [first: number, last: number] | null;
}

export interface PageMesh {
  verdict: MeshVerdictName;
  encryption: readonly HopEncryption[];
  identity: boolean;
  exposes: null | "handshake";
  /** Places among `evidence`. */
  because: readonly number[];
}

export interface PageBypass {
  verdict: BypassVerdictName;
  because: readonly number[];
}

export type PageWorkload = readonly [
  namespace: string,
  name: string,
  account: string,
  sidecar: string,
  callers: number,
];
export type PageTarget = readonly [host: string, port: number, database: string];

/** The analysis in the form the page's script reads: everything that is shared stands once, answers of a caller as runs. */
export interface PageData {
  workloads: readonly PageWorkload[];
  targets: readonly PageTarget[];
  /** What callers with equal answers get from the targets, in their order, as runs of places. */
  callers: readonly (readonly [mesh: string, bypass: string])[];
  mesh: readonly PageMesh[];
  bypass: readonly PageBypass[];
  evidence: readonly PageEvidence[];
  objects: readonly { title: string; place: string; yaml: string }[];
  /** The evidence of each finding. */
  findings: readonly (readonly number[])[];
  selected: readonly [workload: number, target: number];
  /** Verdicts that the page shows when it opens; empty for all. */
  only: readonly string[];
}

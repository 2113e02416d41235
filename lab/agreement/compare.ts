import { analyse, type AnalysisOptions, type KubernetesObject, type Row, textOf } from "mesh-access";
import type { Connection, Verdict } from "../probes/probe.js";

/** A connection that was tried. */
export interface Tried extends Connection {
  /** Whose address the server saw, where it was asked. */
  readonly path?: "gateway" | "direct";
  /** What client or server said. */
  readonly said?: string;
}

/** A prediction that the lab contradicts, with the evidence of both. */
export interface Disagreement {
  readonly tried: Tried;
  readonly predicted: string;
  /** The chain of objects that decided the prediction. */
  readonly because: readonly string[];
}

/** Predictions held against what was seen. */
export interface Agreement {
  readonly compared: number;
  /** Pairs of which the analysis says that it cannot tell, each with its reason. */
  readonly undecided: readonly string[];
  readonly disagreements: readonly Disagreement[];
}

/** Predicts every connection that was tried, from the objects as they stood, and compares. */
export function compare(
  objects: readonly KubernetesObject[],
  tried: readonly Tried[],
  options: AnalysisOptions,
): Agreement {
  const rows = new Map<string, Row>();
  for (const row of analyse(objects, options).rows) rows.set(keyOf(row), row);
  const found = tried.flatMap((one) => judge(one, rows.get(keyOf(one))) ?? []);
  return {
    compared: found.filter(({ result }) => result !== "undecided").length,
    undecided: found
      .filter(({ result }) => result === "undecided")
      .map(({ tried: one, because }) => `${describe(one)}: ${because.at(-1) ?? "no reason given"}`),
    disagreements: found
      .filter(({ result }) => result === "differs")
      .map(({ tried: one, predicted, because }) => ({ tried: one, predicted, because })),
  };
}

interface Judged extends Disagreement {
  readonly result: "same" | "differs" | "undecided";
}

/** Undefined for what the objects do not know: there is nothing to hold against it. */
function judge(tried: Tried, row: Row | undefined): Judged | undefined {
  if (!row) return undefined;
  const { because } = tried.through === "bypass" ? row.bypass : row.mesh;
  const prediction = tried.through === "bypass" ? bypassing(row) : throughMesh(row);
  const { seen, text } = prediction;
  const result = seen === undefined ? "undecided" : isSame(seen, prediction, tried) ? "same" : "differs";
  const evidence = because.map((link) => `${link.kind} ${link.namespace}/${link.name} ${link.field}: ${textOf(link)}`);
  return { tried, predicted: text, because: evidence, result };
}

/** What a probe will see if the prediction holds; nothing where there is none. */
interface Prediction {
  readonly seen?: Verdict;
  readonly path?: Tried["path"];
  /** It ends at another port: nothing listens there, or something that waits for a client that waits too. */
  readonly silent?: boolean;
  readonly text: string;
}

/** How the analysis says where a connection leaves the mesh. */
const outside = /:(?<port>\d+) is outside the mesh$/;

function isOtherPort(port: string | undefined, dialled: number): boolean {
  return port !== undefined && Number(port) !== dialled;
}

function throughMesh({ mesh, to }: Row): Prediction {
  switch (mesh.verdict) {
    case "gateway":
    case "direct":
      return { seen: "answers", path: mesh.verdict, text: mesh.verdict };
    case "blocked":
      return mesh.exposes === "handshake"
        ? { seen: "handshake", text: "blocked after the handshake packet" }
        : { seen: "blocked", text: "blocked" };
    case "misrouted":
      return {
        seen: "misrouted",
        silent: mesh.because.some(
          (link) =>
            link.field.endsWith(".targetPort") || isOtherPort(outside.exec(textOf(link))?.groups?.["port"], to.port),
        ),
        text: "misrouted",
      };
    case "unknown":
      return { text: "unknown" };
  }
}

function bypassing({ bypass: { verdict } }: Row): Prediction {
  if (verdict === "unknown") return { text: "unknown" };
  return verdict === "open" ? { seen: "answers", path: "direct", text: "open" } : { seen: "blocked", text: "blocked" };
}

function isSame(seen: Verdict, { path, silent }: Prediction, tried: Tried): boolean {
  if (silent && tried.seen === "blocked") return true;
  // A client that only waits for the handshake packet sees no more of a connection that would answer.
  const atMost = tried.waits === "handshake" && (seen === "answers" || seen === "misrouted") ? "handshake" : seen;
  if (atMost !== tried.seen) return false;
  return path === undefined || tried.path === undefined || path === tried.path;
}

function keyOf({ from, to }: Pick<Row, "from" | "to">): string {
  return `${from.namespace}/${from.workload} ${to.host}:${to.port}`;
}

/** The connection in one line. */
export function describe({ from, to, through, seen, path, said }: Tried): string {
  const how = through === "bypass" ? "bypassing its sidecar" : "through its sidecar";
  const detail = [path, said].filter(Boolean).join(", ");
  return `${from.namespace}/${from.workload} ${how} to ${to.host}:${to.port}: ${seen}${detail ? ` (${detail})` : ""}`;
}

import { message } from "../../messages/index.js";
import type { Evidence, HopEncryption, MeshVerdict } from "../../model/model.js";
import type { Ending } from "./destination.js";
import type { Admission } from "../inbound/server.js";
import { blocked, unknown, type Path } from "../verdict.js";

/** What happens to a caller's connection, before it is known who the caller is. */
export type RouteResult = { path: Path } | { admission: Admission };

/** A connection that ends before it reaches any pod of the mesh, or outside it. */
export function ended(verdict: MeshVerdict): RouteResult {
  return { path: { verdict, leavesFromGateway: false } };
}

/** The verdict of a connection whose end is known. */
export function finished(
  end: Ending,
  because: readonly Evidence[],
  hops: readonly HopEncryption[],
  gateway: boolean,
  identity = false,
): MeshVerdict {
  const all = [...because, ...end.because];
  if (end.kind === "unknown") return unknown(all);
  if (end.kind === "nowhere") return blocked(all);
  const verdict = end.kind === "other" ? "misrouted" : gateway ? "gateway" : "direct";
  return { verdict, encryption: [...hops, end.encryption], identity, exposes: null, because: all };
}

/** One answer for several destinations, when they do not differ in what matters. */
export function agreed(results: readonly RouteResult[], because: readonly Evidence[]): RouteResult {
  const [first, ...others] = results;
  if (!first) return ended(blocked(because));
  const verdictOf = (result: RouteResult): string => {
    const verdict = "path" in result ? result.path.verdict : result.admission.admitted;
    return JSON.stringify([verdict.verdict, verdict.encryption, verdict.identity, "path" in result]);
  };
  if (others.every((other) => verdictOf(other) === verdictOf(first))) return first;
  const last = because.at(-1);
  return ended(unknown(last ? [...because, { ...last, ...message("destinations-differ") }] : []));
}

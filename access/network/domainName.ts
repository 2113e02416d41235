import { isIP } from "node:net";
import { some, type Trilean } from "../model/trilean.js";
import type { Peer } from "./policy.js";

/** What `*` stands for: within one label, for one or more whole labels, or for any text. */
export type Wildcard = "label" | "labels" | "text";

const stands: Record<Wildcard, string> = { label: "[^.]*", labels: "[^.]+(\\.[^.]+)*", text: ".*" };

/**
 * Whether one of the names or patterns is the name that the client looks up. A client that dials an address without a
 * name may still be let out, when somebody looked up a name that has it.
 */
export function matchesDomain(patterns: readonly string[], { host }: Peer, wildcard: Wildcard): Trilean {
  if (host === undefined || isIP(host) !== 0) return "unknown";
  // A ServiceEntry's wildcard stands for names that are not known.
  const name = normal(host);
  if (name.startsWith("*")) return some(patterns, (pattern) => ofWildcardHost(normal(pattern), name));
  return patterns.some((pattern) => expressionOf(normal(pattern), wildcard).test(name));
}

function ofWildcardHost(pattern: string, host: string): Trilean {
  if (pattern === host) return true;
  const suffix = host.slice(1);
  const literal = pattern.slice(pattern.lastIndexOf("*") + 1);
  return pattern.endsWith(suffix) || suffix.endsWith(literal) ? "unknown" : false;
}

function normal(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

const expressions = new Map<string, RegExp>();

function expressionOf(pattern: string, wildcard: Wildcard): RegExp {
  const key = `${wildcard} ${pattern}`;
  let expression = expressions.get(key);
  if (!expression) {
    const parts = pattern.split(/\*+/).map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    expressions.set(key, (expression = new RegExp(`^${parts.join(stands[wildcard])}$`)));
  }
  return expression;
}

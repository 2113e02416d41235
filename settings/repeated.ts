import type { Problem } from "./problem.js";

/** An entry of a list, and what must tell it from every other. */
interface Entry {
  path: string;
  value: unknown;
  /** @default the value as text */
  identity?: string;
}

/** One problem for each entry that an earlier one is the same as. */
export function repeated(entries: readonly Entry[], reason: (earlier: string) => string, instead: string): Problem[] {
  const first = new Map<string, string>();
  return entries.flatMap(({ path, value, identity = String(value) }) => {
    const earlier = first.get(identity);
    if (earlier !== undefined) return [{ path, value, reason: reason(earlier), instead }];
    first.set(identity, path);
    return [];
  });
}

import { closest, distance } from "fastest-levenshtein";

/** The known word that was probably meant, unless more than half of it would have to change. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const near = closest(word, [...known]);
  return distance(word, near) <= Math.ceil(Math.max(word.length, near.length) / 2) ? near : undefined;
}

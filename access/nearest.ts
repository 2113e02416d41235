import { closest, distance } from "fastest-levenshtein";

/** Letters in another order are one mistake, whatever their number. */
const sorted = (word: string) => [...word].sort().join("");

/** Fewer letters could begin anything. */
const fewestLetters = 3;

/**
 * The known word that was probably meant. None where more than a third of it would have to change.
 *
 * @param synonyms what people call things elsewhere, in lower case, and what they are called here. @default none
 */
export function nearest(
  word: string,
  known: readonly string[],
  synonyms: Readonly<Record<string, string>> = {},
): string | undefined {
  const lower = word.toLowerCase();
  const same = known.find((each) => each.toLowerCase() === lower);
  if (same !== undefined) return same;
  const synonym = synonyms[lower];
  if (synonym !== undefined && known.includes(synonym)) return synonym;
  if (known.length === 0) return undefined;
  // Somebody wrote less than the whole word: `prot` for protocol, `password` for passwordSecret.
  const begun = known.filter((each) => each.toLowerCase().startsWith(lower));
  if (lower.length >= fewestLetters && begun.length === 1) return begun[0];
  const near = closest(word, [...known]);
  if (sorted(near.toLowerCase()) === sorted(lower)) return near;
  return distance(word, near) <= Math.max(1, Math.floor(Math.max(word.length, near.length) / 3)) ? near : undefined;
}

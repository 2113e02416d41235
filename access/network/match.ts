/** Whether something matches, in three values: what cannot be told stays apart from a plain no. */
export type Match = 0 | 1 | 2;

export const no: Match = 0;
export const maybe: Match = 1;
export const yes: Match = 2;

/** Ordered so that `and` is the least, `or` the greatest, and `not` the mirror image. */
export const and = (...matches: readonly Match[]): Match => Math.min(yes, ...matches) as Match;
export const or = (...matches: readonly Match[]): Match => Math.max(no, ...matches) as Match;
export const not = (match: Match): Match => (yes - match) as Match;
export const given = (condition: boolean): Match => (condition ? yes : no);

/** A label's value, undefined when the object has none, null when the object's labels are not known. */
export type Labels = (key: string) => string | undefined | null;

/** All labels are known. */
export const knownLabels =
  (labels: Readonly<Record<string, string>>): Labels =>
  (key) =>
    Object.hasOwn(labels, key) ? labels[key] : undefined;

/** Only these labels are known; the object may carry others. */
export const partlyKnownLabels =
  (labels: Readonly<Record<string, string>>): Labels =>
  (key) =>
    Object.hasOwn(labels, key) ? labels[key] : null;

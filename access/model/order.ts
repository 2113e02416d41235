/** Smaller numbers first, and text in the order of its characters' codes: the same on every machine, whatever its language. */
export function ascending<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A condition's answer where the input may not tell. */
export type Trilean = true | false | "unknown";

export function not(value: Trilean): Trilean {
  return value === "unknown" ? value : !value;
}

/** True when one is, false when all are. */
export function some<T>(items: readonly T[], test: (item: T) => Trilean): Trilean {
  let result: Trilean = false;
  for (const item of items) {
    const answer = test(item);
    if (answer === true) return true;
    if (answer === "unknown") result = answer;
  }
  return result;
}

/** True when all are, false when one is not. */
export function every<T>(items: readonly T[], test: (item: T) => Trilean): Trilean {
  return not(some(items, (item) => not(test(item))));
}

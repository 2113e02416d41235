/** A condition's answer where the input may not tell. */
export type Trilean = true | false | "unknown";

export function not(value: Trilean): Trilean {
  return value === "unknown" ? value : !value;
}

export function and(...values: readonly Trilean[]): Trilean {
  if (values.includes(false)) return false;
  return values.includes("unknown") ? "unknown" : true;
}

export function or(...values: readonly Trilean[]): Trilean {
  if (values.includes(true)) return true;
  return values.includes("unknown") ? "unknown" : false;
}

/** True when one is, false when all are. Asks no further once one is true. */
export function some<T>(items: readonly T[], test: (item: T) => Trilean): Trilean {
  let result: Trilean = false;
  for (const item of items) {
    const answer = test(item);
    if (answer === true) return true;
    if (answer === "unknown") result = answer;
  }
  return result;
}

/** True when all are, false when one is not. Asks no further once one is false. */
export function every<T>(items: readonly T[], test: (item: T) => Trilean): Trilean {
  let result: Trilean = true;
  for (const item of items) {
    const answer = test(item);
    if (answer === false) return false;
    if (answer === "unknown") result = answer;
  }
  return result;
}

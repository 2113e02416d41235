import { and, every, not, type Trilean } from "./trilean.js";

/** Stands for the value of a label that is set, to what the input does not show. */
export const someValue: unique symbol = Symbol("some value");

/** A label's value: undefined when it is not set, null when not even that is known. */
export type LabelValue = string | undefined | null | typeof someValue;

/** The labels of an object, as far as they are known. */
export type Labels = (key: string) => LabelValue;

type LabelMap = Readonly<Record<string, string>>;

/** All labels are known. */
export const knownLabels =
  (labels: LabelMap): Labels =>
  (key) =>
    Object.hasOwn(labels, key) ? labels[key] : undefined;

/** Only these labels are known; the object may have others. */
export const partlyKnownLabels =
  (labels: LabelMap): Labels =>
  (key) =>
    Object.hasOwn(labels, key) ? labels[key] : null;

/** A selector of the Kubernetes API. */
export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: LabelExpression[];
}

export interface LabelExpression {
  key: string;
  operator: string;
  values?: string[];
}

/** Whether labels match a selector. An empty selector matches everything; a missing one is for the caller to judge. */
export function matchesSelector({ matchLabels, matchExpressions }: LabelSelector, labels: Labels): Trilean {
  const pairs = matchLabels ? hasPairs(matchLabels, labels) : true;
  if (pairs === false || !matchExpressions) return pairs;
  return and(
    pairs,
    every(matchExpressions, (expression) => matchesExpression(expression, labels)),
  );
}

/** Whether labels have every pair of a plain map, as a Service, a Gateway and Istio's workload selectors write it. */
export function hasPairs(pairs: LabelMap, labels: Labels): Trilean {
  return every(Object.keys(pairs), (key) => equals(labels(key), pairs[key]));
}

/**
 * The same where all labels are known, for loops over every object. No pairs are always there. Workloads of which a label that
 * a selector mentions is not known are told apart beforehand, by `PartialSelections`.
 */
export function hasLabels(labels: LabelMap, pairs: LabelMap | undefined): boolean {
  for (const key in pairs) if (labels[key] !== pairs[key]) return false;
  return true;
}

function matchesExpression({ key, operator, values = [] }: LabelExpression, labels: Labels): Trilean {
  const value = labels(key);
  switch (operator) {
    case "In":
      return isOneOf(value, values);
    case "NotIn":
      return not(isOneOf(value, values));
    case "Exists":
      return exists(value);
    case "DoesNotExist":
      return not(exists(value));
    default:
      return "unknown";
  }
}

function equals(value: LabelValue, wanted: string | undefined): Trilean {
  return value === null || value === someValue ? "unknown" : value === wanted;
}

/** Whether a label has one of the values; an object without the label has none of them. */
export function isOneOf(value: LabelValue, values: readonly string[]): Trilean {
  if (value === null || value === someValue) return values.length === 0 ? false : "unknown";
  return value !== undefined && values.includes(value);
}

/** Whether a label is set. */
export function exists(value: LabelValue): Trilean {
  return value === null ? "unknown" : value !== undefined;
}

/** A label that every selected object has, where the selector demands one: lets an index find them. */
export function requiredPair({ matchLabels }: LabelSelector): readonly [string, string] | undefined {
  return Object.entries(matchLabels ?? {})[0];
}

/** The selector in words: `app=web, tier In (a, b)`. */
export function describeSelector(selector: LabelSelector): string {
  const pairs = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }) =>
    values?.length ? `${key} ${operator} (${values.join(", ")})` : `${key} ${operator}`,
  );
  return [...pairs, ...expressions].join(", ");
}

import { and, given, maybe, no, not, yes, type Labels, type Match } from "./match.js";

/** A selector of the Kubernetes API. */
export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** An empty selector selects everything; a missing one is for the caller to judge. */
export function matchesSelector(selector: LabelSelector, labels: Labels): Match {
  const pairs = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => has(labels(key), [value]));
  const expressions = (selector.matchExpressions ?? []).map((expression) => matchesExpression(expression, labels));
  return and(...pairs, ...expressions);
}

function matchesExpression(
  { key, operator, values = [] }: NonNullable<LabelSelector["matchExpressions"]>[number],
  labels: Labels,
): Match {
  const value = labels(key);
  switch (operator) {
    case "In":
      return has(value, values);
    case "NotIn":
      return not(has(value, values));
    case "Exists":
      return exists(value);
    case "DoesNotExist":
      return not(exists(value));
    default:
      return maybe;
  }
}

/** Whether a label has one of the values; an object without the label has none of them. */
export function has(value: string | undefined | null, values: readonly string[]): Match {
  return value === null ? maybe : given(value !== undefined && values.includes(value));
}

/** Whether a label is there. */
export function exists(value: string | undefined | null): Match {
  return value === null ? maybe : value === undefined ? no : yes;
}

/** A label every selected object carries, where the selector demands one: lets an index find them. */
export function requiredPair(selector: LabelSelector): readonly [string, string] | undefined {
  return Object.entries(selector.matchLabels ?? {})[0];
}

/** The selector in words: `app=web, tier in (a, b)`. */
export function describeSelector(selector: LabelSelector): string {
  const pairs = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }) =>
    values?.length ? `${key} ${operator} (${values.join(", ")})` : `${key} ${operator}`,
  );
  return [...pairs, ...expressions].join(", ");
}

import { message } from "../messages/index.js";
import type { LabelSelector } from "../model/labels.js";
import { isLabelKey, isLabelValue } from "./names.js";
import type { Fault, Shape } from "./fieldShape.js";

export const selectorShape: Shape = {
  fields: {
    matchLabels: { map: "text" },
    matchExpressions: { list: { fields: { key: "text", operator: "text", values: { list: "text" } } } },
  },
};

const withValues = new Set(["In", "NotIn"]);
const withoutValues = new Set(["Exists", "DoesNotExist"]);

/** Where the API server refuses a selector. Source: apimachinery, `pkg/apis/meta/v1/validation`. */
export function selectorFaults(selector: LabelSelector | null | undefined, field: string): Fault[] {
  const { matchLabels, matchExpressions } = selector ?? {};
  return [
    ...Object.entries(matchLabels ?? {}).flatMap(([key, value]) => [
      ...keyFaults(key, `${field}.matchLabels`),
      ...valueFaults(value, `${field}.matchLabels["${key}"]`),
    ]),
    ...(matchExpressions ?? []).flatMap((expression, index) =>
      expressionFaults(expression, `${field}.matchExpressions[${index}]`),
    ),
  ];
}

function expressionFaults(
  { key, operator, values }: NonNullable<LabelSelector["matchExpressions"]>[number],
  field: string,
): Fault[] {
  const faults = [
    ...keyFaults(key ?? "", `${field}.key`),
    ...(values ?? []).flatMap((value, index) => valueFaults(value, `${field}.values[${index}]`)),
  ];
  const count = values?.length ?? 0;
  if (withValues.has(operator))
    return count > 0
      ? faults
      : [...faults, { field: `${field}.values`, reason: message("needs-values", { operator }) }];
  if (!withoutValues.has(operator))
    return [
      ...faults,
      { field: `${field}.operator`, reason: message("expected-one-of", { values: [...withValues, ...withoutValues] }) },
    ];
  return count === 0
    ? faults
    : [...faults, { field: `${field}.values`, reason: message("takes-no-values", { operator }) }];
}

function keyFaults(key: string, field: string): Fault[] {
  return isLabelKey(key) ? [] : [{ field, reason: message("bad-label-key", { key }) }];
}

function valueFaults(value: string | null, field: string): Fault[] {
  return isLabelValue(value ?? "") ? [] : [{ field, reason: message("bad-label-value", { value: value ?? "" }) }];
}

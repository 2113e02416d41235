import { isDeepStrictEqual } from "node:util";
import { isObject, type Properties, type Value } from "./properties.js";

/**
 * What a refresh reports as inputs: of the live object only the fields the program set, and those as the program wrote
 * them unless somebody changed them since. "Since" is judged against what the API server stored when they were applied,
 * so its own rewriting (500m for 0.5, defaults filled in) is not taken for a change.
 */
export function liveInputs(inputs: Properties, applied: Properties, live: Properties): Properties {
  return liveValue(inputs, applied, live) as Properties;
}

function liveValue(input: Value, applied: Value | undefined, live: Value | undefined): Value | undefined {
  if (isDeepStrictEqual(applied, live)) return input;
  if (isObject(input) && isObject(live)) {
    const before = isObject(applied) ? applied : {};
    return Object.fromEntries(
      Object.entries(input)
        .map(([key, value]) => [key, liveValue(value, before[key], live[key])] as const)
        .filter((entry): entry is [string, Value] => entry[1] !== undefined),
    );
  }
  if (Array.isArray(input) && Array.isArray(live)) return liveList(input, Array.isArray(applied) ? applied : [], live);
  return live;
}

/** Lists of named things (containers, ports, variables) are matched by name, so what others add to them is not ours. */
function liveList(input: Value[], applied: Value[], live: Value[]): Value[] {
  if (input.length > 0 && input.every((item) => nameOf(item) !== undefined)) {
    const named = (list: Value[], name: string) => list.find((item) => nameOf(item) === name);
    return input.flatMap((item) => {
      const name = nameOf(item) as string;
      return liveValue(item, named(applied, name), named(live, name)) ?? [];
    });
  }
  const ours = input.flatMap((item, index) => liveValue(item, applied[index], live[index]) ?? []);
  const added = live.slice(input.length).filter((item) => !applied.some((known) => isDeepStrictEqual(known, item)));
  return [...ours, ...added];
}

function nameOf(item: Value): string | undefined {
  return isObject(item) && typeof item["name"] === "string" ? item["name"] : undefined;
}

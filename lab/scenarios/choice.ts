import { closest } from "fastest-levenshtein";
import { scenarios } from "./index.js";
import type { Scenario } from "./scenario.js";

/** The scenarios of these names; all of them when none is named. */
export function chosen(names: readonly string[]): readonly Scenario[] {
  const known = scenarios.map(({ name }) => name);
  for (const name of names) {
    if (!known.includes(name)) {
      throw new Error(
        `There is no scenario "${name}"; the nearest is ${closest(name, known)}. See npm run lab -- --list.`,
      );
    }
  }
  return names.length === 0 ? scenarios : scenarios.filter(({ name }) => names.includes(name));
}

/** Scenarios with their steps and observations, for people. */
export function listing(list: readonly Scenario[]): string {
  return list
    .flatMap(({ name, title, steps }) => [
      `${name}: ${title}`,
      ...steps.flatMap((step) => [
        `  ${step.title}`,
        ...step.probes.map(({ observation, title, expected }) => `    ${observation.padEnd(2)} ${title}: ${expected}`),
      ]),
    ])
    .join("\n");
}

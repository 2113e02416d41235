import { nearest } from "mesh-access/nearest";
import type { Experiment } from "./experiment.js";
import { experiments, scenarios } from "./allScenarios.js";
import { observationsOf, type Observation } from "./observations.js";
import type { Scenario } from "./scenario.js";

/** The scenarios of these names; all of them when none is named. */
export function chosen(names: readonly string[]): readonly (Scenario | Experiment)[] {
  const all = [...scenarios, ...experiments];
  const known = all.map(({ name }) => name);
  for (const name of names) {
    if (!known.includes(name)) {
      const near = nearest(name, known);
      throw new Error(
        `There is no scenario "${name}".${near ? ` Did you mean ${near}?` : ""} See npm run lab -- --list.`,
      );
    }
  }
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

/** Scenarios with their steps and observations, for people. */
export function listing(list: readonly (Scenario | Experiment)[]): string {
  return list.flatMap((scenario) => [`${scenario.name}: ${scenario.title}`, ...contents(scenario)]).join("\n");
}

function contents(scenario: Scenario | Experiment): string[] {
  return observationsOf(scenario).flatMap(({ title, observations }) => [
    ...(title ? [`  ${title}`] : []),
    ...observations.map(line),
  ]);
}

function line({ observation, title, expected }: Observation): string {
  return `    ${observation.padEnd(2)} ${title}: ${expected}`;
}

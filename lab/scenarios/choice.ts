import { nearest } from "mesh-access/nearest";
import type { Experiment } from "./experiment.js";
import { experiments, scenarios } from "./allScenarios.js";
import { observationsOf, type Observation } from "./observations.js";
import type { Scenario } from "./scenario.js";

/** Every scenario, in the order they run. */
export const all: readonly (Scenario | Experiment)[] = [...scenarios, ...experiments];

/** The scenarios of these names; when none is named, all but those that run on demand. */
export function chosen(names: readonly string[]): readonly (Scenario | Experiment)[] {
  const known = all.map(({ name }) => name);
  for (const name of names) {
    if (!known.includes(name)) {
      const near = nearest(name, known);
      throw new Error(
        `There is no scenario "${name}".${near ? ` Did you mean ${near}?` : ""} See npm run lab -- --list.`,
      );
    }
  }
  const isNamed = ({ name }: { name: string }) => names.includes(name);
  return all.filter((one) => (names.length === 0 ? !("onDemand" in one) : isNamed(one)));
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

import type { Probe } from "../probes/probe.js";
import type { Experiment } from "./experiment.js";
import type { Change, Scenario } from "./scenario.js";

/** What is looked at, as listing, report and documentation call it. */
export type Observation = Pick<Probe, "observation" | "title" | "expected">;

const observation = "stack";

/** What a user of Pulumi relies on, whatever the stack. */
export const everyStack = {
  up: (step: string) => ({ observation, title: `up: ${step}`, expected: "every resource is deployed and ready" }),
  prepared: (step: string) => ({ observation, title: `prepare: ${step}`, expected: "ready for the probes" }),
  agreement: {
    observation,
    title: "what the access analysis predicts of these objects",
    expected: "every probe agrees",
  },
  preview: { observation, title: "a preview of what is deployed", expected: "no change" },
  refresh: { observation, title: "a refresh of what is deployed", expected: "no change" },
  destroy: { observation, title: "destroy", expected: "every resource is deleted" },
  /** One changed setting, and the only resources it may change. */
  change: ({ title, expect }: Change) => {
    return { observation, title: `one changed setting: ${title}`, expected: expect.map(String).join(", ") };
  },
  remains: { observation, title: "what is left in the API server", expected: "nothing" },
};

/** The observations of one state of the world, with its title where there are several. */
export interface ObservedStep {
  readonly title?: string;
  readonly observations: readonly Observation[];
}

/** What a scenario will show, step by step, beside what holds for every stack. */
export function observationsOf(scenario: Scenario | Experiment): readonly ObservedStep[] {
  if ("observations" in scenario) return scenario.observations;
  const steps = scenario.steps.map(({ title, probes }) => ({ title, observations: probes }));
  return [...steps, { title: "acceptance", observations: [everyStack.change(scenario.change)] }];
}

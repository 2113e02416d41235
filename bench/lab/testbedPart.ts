import type { Budget } from "../budget.js";
import type { Findings } from "../figures.js";
import type { Bench, Part } from "../part.js";
import type { Testbed } from "./testbed.js";

/** What a part on the testbed is given. */
export interface TestbedBench extends Pick<Bench, "largest" | "tell"> {
  readonly budget: Budget;
  /** How often to repeat what is usually repeated so often: less for a first look. */
  repeats(usual: number): number;
}

/** A part of the benchmark that needs a cluster. */
export interface TestbedPart extends Omit<Part, "run"> {
  /** How long it may take; what was not measured by then is left out, and the report says so. */
  readonly minutes: number;
  run(testbed: Testbed, bench: TestbedBench): Promise<Findings>;
}

import type { Budget } from "../budget.js";
import type { Findings } from "../figures.js";
import type { Bench, Part } from "../part.js";
import type { Bed } from "./bed.js";

/** What a part on the bed is given. */
export interface BedBench extends Pick<Bench, "largest" | "tell"> {
  readonly budget: Budget;
  /** How often to repeat what is usually repeated so often: less for a first look. */
  repeats(usual: number): number;
}

/** A part of the benchmark that needs a cluster. */
export interface BedPart extends Omit<Part, "run"> {
  /** How long it may take; what was not measured by then is left out, and the report says so. */
  readonly minutes: number;
  run(bed: Bed, bench: BedBench): Promise<Findings>;
}

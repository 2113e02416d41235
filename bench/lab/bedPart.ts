import type { Findings } from "../figures.js";
import type { Bench, Part } from "../part.js";
import type { Bed } from "./bed.js";

/** A part of the benchmark that needs a cluster. */
export interface BedPart extends Omit<Part, "run"> {
  run(bed: Bed, bench: Pick<Bench, "largest" | "tell">): Promise<Findings>;
}

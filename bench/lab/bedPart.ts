import type { Findings } from "../figures.js";
import type { Part } from "../part.js";
import type { Bed } from "./bed.js";

/** A part of the benchmark that needs a cluster. */
export interface BedPart extends Omit<Part, "run"> {
  run(bed: Bed, tell: (line: string) => void): Promise<Findings>;
}

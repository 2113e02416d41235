import type { Findings, PartName } from "./figures.js";

/** One part of the benchmark. */
export interface Part {
  readonly name: PartName;
  readonly title: string;
  /** What is compared with what, how, and how often. */
  readonly method: string;
  run(bench: Bench): Promise<Findings>;
}

/** What a part is given. */
export interface Bench {
  /** The project's folder. */
  readonly root: string;
  /** A folder of the part's own, gone after the run. */
  readonly folder: string;
  /** Sizes above this are left out. */
  readonly largest: number;
  /** Tells how far it is. */
  tell(line: string): void;
}

/** Every sample is kept: whoever reads the report can judge the spread. */
export type Samples = readonly number[];

/** A quantity by size of what was measured. */
export interface Growth {
  readonly kind: "growth";
  readonly title: string;
  /** What is counted along the axis, as `databases`. */
  readonly size: string;
  readonly unit: Unit;
  readonly series: readonly { readonly name: string; readonly points: readonly Point[] }[];
  /** A limit to stay under, drawn as a line. */
  readonly limit?: number;
}

export interface Point {
  readonly size: number;
  readonly samples: Samples;
}

/** Quantities of several ways to do one thing, one of which the others are compared with. */
export interface Comparison {
  readonly kind: "comparison";
  readonly title: string;
  /** The way all others are divided by. */
  readonly baseline: string;
  readonly rows: readonly {
    readonly name: string;
    readonly unit: Unit;
    readonly ways: readonly { readonly name: string; readonly samples: Samples }[];
  }[];
}

export type Figure = Growth | Comparison;

/** Nothing for plain numbers. */
export type Unit = "s" | "ms" | "MiB" | "KiB" | "per s" | "MiB/s" | "";

/** What was promised, and what was measured. */
export interface Goal {
  readonly text: string;
  readonly measured: string;
  readonly met: boolean;
}

/** What one part of the benchmark found. */
export interface PartReport {
  readonly title: string;
  /** What was compared with what, and how. */
  readonly method: string;
  readonly takenAt: string;
  readonly machine: Readonly<Record<string, string>>;
  readonly seconds: number;
  /** How busy the machine was with other things when the part began: processes that wanted a core, on average. */
  readonly loadAtStart: number;
  readonly figures: readonly Figure[];
  readonly goals: readonly Goal[];
  /** What the figures do not say by themselves. */
  readonly notes: readonly string[];
}

/** What a part hands over; title, time and machine are added by whoever runs it. */
export type Findings = Pick<PartReport, "figures" | "goals" | "notes">;

/** `bench/report.json`. */
export interface Report {
  readonly parts: Readonly<Partial<Record<PartName, PartReport>>>;
}

export const partNames = ["plan", "access", "sidecars", "datapath", "lifecycle"] as const;
export type PartName = (typeof partNames)[number];

import { contains, overlaps, parseBlock } from "mesh-access/addresses";
import { keyPath } from "./problem.js";

/** Whether every address of `inner` is one of `outer`. */
export function within(inner: string, outer: string): boolean {
  const [small, large] = [parseBlock(inner), parseBlock(outer)];
  return small !== undefined && large !== undefined && contains(large, small);
}

/** Whether an address is in both ranges. */
export function overlap(one: string, other: string): boolean {
  const [first, second] = [parseBlock(one), parseBlock(other)];
  return first !== undefined && second !== undefined && overlaps(first, second);
}

/** A range that is not where it must be, as a problem of the settings that hold it. */
export interface RangeProblem {
  path: (string | number)[];
  reason: string;
  instead: string;
}

/** A named range of some settings. */
interface NamedRange {
  path: (string | number)[];
  range: string;
}

/** One problem per range that does not lie inside `outer`. */
export function outside(inner: NamedRange[], outer: NamedRange): RangeProblem[] {
  return inner
    .filter(({ range }) => !within(range, outer.range))
    .map(({ path }) => ({
      path,
      reason: `does not lie in ${keyPath(outer.path)} ${outer.range}`,
      instead: `Write a range inside ${outer.range}`,
    }));
}

/** One problem per range that shares addresses with one before it. */
export function overlapping(ranges: NamedRange[]): RangeProblem[] {
  return ranges.flatMap(({ path, range }, index) =>
    ranges
      .slice(0, index)
      .filter((other) => overlap(range, other.range))
      .map((other) => ({
        path,
        reason: `shares addresses with ${keyPath(other.path)} ${other.range}`,
        instead: "Write a range of its own",
      })),
  );
}

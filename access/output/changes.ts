import type { ReachChange } from "../model/model.js";
import { describePair } from "../assertions.js";
import type { Colors } from "./colors.js";
import { bypassSymbols, count, hops, meshSymbols, remark } from "./words.js";

/** Changes in reach as a terminal shows them: `+` added, `-` removed, `~` changed, from what to what. */
export function changesTable(changes: readonly ReachChange[], colors: Colors): string {
  if (changes.length === 0) return "No change in reach.";
  const lines = changes.flatMap((change) => {
    const { before, after } = change;
    const mark = !before ? colors.green("+") : !after ? colors.red("-") : colors.yellow("~");
    const answers = [before && colors.dim(reach(before)), after && reach(after)].filter(Boolean);
    return [`${mark} ${colors.bold(describePair(change))}`, `    ${answers.join("  ->  ")}`];
  });
  return [...lines, "", changesSummary(changes)].join("\n");
}

/** `3 changes in reach: 1 added, 0 removed, 2 changed`. */
export function changesSummary(changes: readonly ReachChange[]): string {
  const number = (kind: "added" | "removed" | "changed") => changes.filter((change) => kindOf(change) === kind).length;
  return `${count(changes.length, "change")} in reach: ${number("added")} added, ${number("removed")} removed, ${number("changed")} changed`;
}

/** Whether a pair is new, gone, or answered differently. */
export function kindOf({ before, after }: ReachChange): "added" | "removed" | "changed" {
  return !before ? "added" : !after ? "removed" : "changed";
}

/** One side of a change in a line. */
export function reach({ mesh, bypass }: NonNullable<ReachChange["before"]>): string {
  const facts = [hops(mesh.encryption), remark(mesh)].filter(Boolean).join(", ");
  return `${meshSymbols[mesh.verdict]} ${mesh.verdict}${facts && ` (${facts})`}, ${bypassSymbols[bypass.verdict]} bypass ${bypass.verdict}`;
}

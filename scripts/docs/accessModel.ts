import { type Limit, meshLimits, networkLimits } from "mesh-access";
import { table } from "./markdown.js";

/** Field by field, what the analysis models and what it answers instead: the lists beside the model are the only source. */
export function accessModelBlocks(): Record<string, string> {
  return { mesh: byKind(meshLimits), network: byKind(networkLimits) };
}

function byKind(list: readonly Limit[]): string {
  const kinds = [...new Set(list.map(({ kind }) => kind))];
  return kinds
    .flatMap((kind) => [`### ${kind}`, "", rows(list.filter((limit) => limit.kind === kind)), ""])
    .join("\n")
    .trimEnd();
}

function rows(list: readonly Limit[]): string {
  return table(
    ["Field", "Modelled", "What is made of it"],
    list.map(({ field, modelled, text }) => [field || "all of it", modelled ? "yes" : "no", text]),
  );
}

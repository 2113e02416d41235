import pc from "picocolors";
import { accessTable } from "mesh-access/output";
import { type Plan, planStack } from "../plan/stack.js";
import { print } from "mesh-access/cli";
import { type StackOption, stackFile } from "./stackOption.js";
import { tree } from "./tree.js";

/** Pairs that a terminal can show; `access` has them all, also as a page. */
const mostPairs = 200;

export async function plan(options: StackOption & { output: "tree" | "json" }): Promise<void> {
  const planned = await planStack(stackFile(options));
  const { stack, changes, resources, access, findings, problems, assumption, missingSecrets } = planned;
  const text =
    options.output === "json"
      ? JSON.stringify(
          { stack, changesForOthers: changes, resources, access, findings, problems, assumption, missingSecrets },
          null,
          2,
        )
      : tree(planned, reach(planned));
  return print(text);
}

/** Who reaches what, before the resources that bring it about. */
function reach({ analysis, assumption }: Plan): string[] {
  if (analysis.rows.length === 0) return [];
  const heading = ["", pc.bold(pc.cyan("Who reaches what")), ...(assumption ? ["", assumption] : [])];
  return analysis.rows.length > mostPairs
    ? [...heading, `${analysis.rows.length} pairs: see \`mesh-egress access\``]
    : [...heading, "", accessTable(analysis, pc)];
}

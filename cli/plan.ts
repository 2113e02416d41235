import type { Command } from "commander";
import { type InputFlags, print, readInput, reportInput } from "mesh-access/cli";
import { accessTable } from "mesh-access/output";
import pc from "picocolors";
import { planOnCluster } from "../plan/onCluster.js";
import { type Plan, planStack } from "../plan/stack.js";
import { type StackOption, stackFile } from "./stackOption.js";
import { stacks } from "./stacks.js";
import { tree } from "./tree.js";

/** Pairs that a terminal can show; `access` has them all, also as a page. */
const mostPairs = 200;

type Options = StackOption & InputFlags & { output: "tree" | "json" };

export async function plan(options: Options, command: Command): Promise<void> {
  const planned = await judged(await planStack(stackFile(options)), options, command);
  const { stack, cluster, changes, resources, access, findings, problems, assumption, missingSecrets } = planned;
  const text =
    options.output === "json"
      ? JSON.stringify(
          {
            stack,
            cluster,
            changesForOthers: changes,
            resources,
            access,
            findings,
            problems,
            assumption,
            missingSecrets,
          },
          null,
          2,
        )
      : tree(planned, reach(planned));
  return print(text);
}

/** The plan on the cluster that the command line names, if it names one. */
async function judged(planned: Plan, options: Options, command: Command): Promise<Plan> {
  const { file, context, kubeconfig } = options;
  if (file === undefined && context === undefined && kubeconfig === undefined) return planned;
  const { analysis, about } = await readInput(options, command, { ...stacks, isNamed: () => true });
  reportInput({ analysis: { ...analysis, problems: [] }, about });
  const cluster = file?.join(", ") ?? (context === undefined ? `the cluster of ${kubeconfig}` : `context ${context}`);
  return planOnCluster(planned, analysis, cluster);
}

/** Who reaches what, before the resources that bring it about. */
function reach({ analysis, assumption }: Plan): string[] {
  if (analysis.rows.length === 0) return [];
  const heading = ["", pc.bold(pc.cyan("Who reaches what")), ...(assumption ? ["", assumption] : [])];
  return analysis.rows.length > mostPairs
    ? [...heading, `${analysis.rows.length} pairs: see \`mesh-egress access\``]
    : [...heading, "", accessTable(analysis, pc)];
}

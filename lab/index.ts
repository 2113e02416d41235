import { Command } from "commander";
import type { LabHost } from "./host/labHost.js";
import { runInLabHost } from "./host/labHost.js";
import { progressLine } from "./servers/servers.js";

interface Options {
  list?: boolean;
  keep?: boolean;
  again?: boolean;
  json: string;
  html: string;
}

const program = new Command("npm run lab --")
  .description(
    "Deploys the stacks on a real control plane with real proxies and databases, and shows that they do what they promise.",
  )
  .argument("[scenario...]", "scenarios to run (default: all but those that take as long as many others, `clouds`)")
  .option("--list", "list scenarios and observations, and run nothing")
  .option("--keep", "leave the last scenario running, and say how to get in")
  .option("--again", "run what failed once more at the end; the second result counts")
  .option("--json <file>", "report for machines", "lab-report.json")
  .option("--html <file>", "report for people", "lab-report.html")
  .addHelpText("after", "\nNeeds Linux and root. The first run builds what it needs, which takes minutes.")
  .parse();

const options = program.opts<Options>();

if (options.list) {
  const { all, listing, chosen } = await import("./scenarios/choice.js");
  try {
    console.log(listing(program.args.length === 0 ? all : chosen(program.args)));
  } catch (error) {
    program.error((error as Error).message);
  }
} else {
  await runInLabHost(run, (step) => console.error(progressLine(step)));
}

/** Loaded late: the process outside the lab host, which only waits, runs this file too. */
async function run(host: LabHost): Promise<number> {
  const { chosen } = await import("./scenarios/choice.js");
  const { runAll } = await import("./scenarios/runAll.js");
  return runAll(host, chosen(program.args), options);
}

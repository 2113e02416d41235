import { readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";

/** What the Automation API calls a command by, though it does not declare it. */
interface Runner {
  run(args: string[], ...rest: unknown[]): Promise<unknown>;
}

/** The pulumi command at a path, which writes the events of operations to a log when one is wanted. */
export async function pulumiCommand(path: string, eventLog: () => string | undefined): Promise<PulumiCommand> {
  // The Automation API wants the folder above `bin`.
  const command = await PulumiCommand.get({ root: dirname(dirname(path)) });
  const runner = command as unknown as Runner;
  const run = runner.run.bind(command);
  runner.run = async (args, ...rest) => {
    const log = eventLog();
    if (log === undefined || !isOperation(args)) return run(args, ...rest);
    const result = await run([...args, "--event-log", log], ...rest); // the last one given counts
    await passSummary(log, args);
    return result;
  };
  return command;
}

function isOperation([subcommand = ""]: string[]): boolean {
  return ["up", "preview", "refresh", "destroy"].includes(subcommand);
}

/** A preview reads its summary from a log of the Automation API's own: it gets that one line. */
async function passSummary(log: string, args: string[]): Promise<void> {
  const index = args.indexOf("--event-log");
  if (index < 0) return;
  const lines = (await readFile(log, "utf8")).split("\n");
  await writeFile(args[index + 1] ?? "", lines.filter((line) => line.includes('"summaryEvent"')).join("\n") + "\n");
}

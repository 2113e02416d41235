import { Command, CommanderError, Option } from "commander";
import { SettingsError } from "../settings/problem.js";
import { plan } from "./plan.js";
import { render } from "./render.js";
import { takesStack } from "./stackOption.js";
import { validate } from "./validate.js";

const exitCodes = { fine: 0, refused: 1, usage: 2 };

function commands(): Command {
  const program = new Command("mesh-egress")
    .description(
      "Says before anything is applied who can reach which database, by which path, and whether they can get round.",
    )
    .exitOverride()
    .showHelpAfterError();
  takesStack(program.command("plan"))
    .description("the resources a stack would create, as a tree")
    .addOption(new Option("-o, --output <format>").choices(["tree", "json"]).default("tree"))
    .action(plan);
  takesStack(program.command("render"))
    .description("the Kubernetes manifests of a stack")
    .addOption(new Option("-o, --output <format>").choices(["yaml", "json"]).default("yaml"))
    .option("--out <dir>", "write one file per object into a folder")
    .action(render);
  takesStack(program.command("validate")).description("check a stack's settings").action(validate);
  return program;
}

/** Runs one command line and returns its exit code: 0 fine, 1 refused input, 2 wrong usage. */
export async function main(argv: string[]): Promise<number> {
  try {
    await commands().parseAsync(argv, { from: "user" });
    return Number(process.exitCode ?? exitCodes.fine);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return exitCodes.refused;
  }
}

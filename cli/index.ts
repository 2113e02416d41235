import { Command, CommanderError, Option } from "commander";
import { BrokenPromiseError } from "../plan/stackReach.js";
import { SettingsError } from "../settings/problem.js";
import { registerAnalysis } from "./access/index.js";
import { takesStack } from "./stackOption.js";
import { validate } from "./validate.js";

const exitCodes = { fine: 0, refused: 1, usage: 2 };

/** All commands. What would load the Pulumi SDK is loaded by the command that needs it: analysing files starts at once. */
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
    .action(async (options) => (await import("./plan.js")).plan(options));
  takesStack(program.command("render"))
    .description("the Kubernetes manifests of a stack")
    .addOption(new Option("-o, --output <format>").choices(["yaml", "json"]).default("yaml"))
    .addOption(new Option("--out <dir>", "write one YAML file per object into a folder").conflicts("output"))
    .action(async (options) => (await import("./render.js")).render(options));
  takesStack(program.command("validate"))
    .description("check a stack's settings")
    .addOption(new Option("-o, --output <format>").choices(["text", "json"]).default("text"))
    .action(validate);
  registerAnalysis(program, async (stack) => (await import("./loadStack.js")).loadStack(stack));
  return program;
}

/** Runs one command line and returns its exit code: 0 fine, 1 refused input, 2 wrong usage. */
export async function main(argv: string[]): Promise<number> {
  try {
    await commands().parseAsync(argv, { from: "user" });
    return Number(process.exitCode ?? exitCodes.fine);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
    if (!(error instanceof SettingsError || error instanceof BrokenPromiseError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return exitCodes.refused;
  }
}

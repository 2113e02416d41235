import { Command } from "commander";
import { exitCodeOf } from "./exitCode.js";
import { registerAnalysis, registerCompletion } from "./index.js";

/** Runs one command line of `mesh-access` and returns its exit code. */
export function main(argv: readonly string[], version: string): Promise<number> {
  const program = new Command("mesh-access")
    .description("Shows from manifests or a cluster which workload reaches which database, and by which path.")
    .version(version)
    .exitOverride()
    .showHelpAfterError("(add --help for help)");
  registerAnalysis(program);
  registerCompletion(program);
  return exitCodeOf(() => program.parseAsync([...argv], { from: "user" }));
}

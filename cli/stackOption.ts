import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Option, type Command } from "commander";
import { closest } from "fastest-levenshtein";
import { SettingsError } from "../settings/problem.js";

/** Which stack a command is about: one of the project's, or a stack file anywhere. */
export interface StackOption {
  stack: string;
  config?: string;
}

const defaultStack = "rds";
const folder = "stacks";

/** Gives a command `--stack` and `--config`. */
export function takesStack(command: Command): Command {
  return command
    .addOption(new Option("-s, --stack <name>", `stack of ${folder}/`).default(defaultStack))
    .addOption(new Option("-c, --config <file>", "a stack file anywhere, instead of --stack").conflicts("stack"));
}

/**
 * The stack's file.
 *
 * @throws {@link SettingsError} when there is no such stack, with the nearest one there is.
 */
export function stackFile({ stack, config }: StackOption): string {
  if (config !== undefined) return config;
  const file = join(folder, `Pulumi.${stack}.yaml`);
  if (existsSync(file)) return file;
  const known = existsSync(folder)
    ? readdirSync(folder).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [])
    : [];
  throw new SettingsError([
    {
      path: "--stack",
      value: stack,
      reason: `has no file ${file}`,
      instead: known.length > 0 ? `Did you mean ${closest(stack, known)}?` : "Name a file with --config",
    },
  ]);
}

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Option, type Command } from "commander";
import { nearest } from "mesh-access/nearest";
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

/** Whether a command line names a stack, rather than leaving it at the default. */
export function isStackNamed(command: Command): boolean {
  return ["stack", "config"].some((name) => command.getOptionValueSource(name) === "cli");
}

/** Whether the project has a stack of this name. */
export function isStack(name: string): boolean {
  return existsSync(fileOf(name));
}

function fileOf(stack: string): string {
  return join(folder, `Pulumi.${stack}.yaml`);
}

/**
 * The stack's file.
 *
 * @throws {@link SettingsError} when there is no such stack, with the nearest one that exists.
 */
export function stackFile({ stack, config }: StackOption): string {
  if (config !== undefined) return config;
  if (isStack(stack)) return fileOf(stack);
  const known = existsSync(folder)
    ? readdirSync(folder).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [])
    : [];
  const near = nearest(stack, known);
  const others = known.length > 0 ? `Known stacks: ${known.join(", ")}` : "Name a file with --config";
  throw new SettingsError([
    {
      path: "--stack",
      value: stack,
      reason: `has no file ${fileOf(stack)}`,
      instead: near ? `Did you mean ${near}?` : others,
    },
  ]);
}

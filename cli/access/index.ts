import type { Command } from "commander";
import { registerAccess } from "./access.js";
import { registerCheck } from "./check.js";
import { registerDiff } from "./diff.js";
import { registerExplain } from "./explain.js";
import type { LoadStack } from "./input.js";
import { registerMtls } from "./mtls.js";

export type { LoadStack, StackInput } from "./input.js";

/** Adds the commands that answer who reaches what: access, explain, diff, check and mtls. */
export function registerAnalysis(program: Command, loadStack: LoadStack): void {
  for (const register of [registerAccess, registerExplain, registerDiff, registerCheck, registerMtls])
    register(program, loadStack);
}

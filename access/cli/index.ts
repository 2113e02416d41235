/** The commands that answer who reaches what, for `mesh-access` and for programs that bring stacks along. */
import type { Command } from "commander";
import { registerAccess } from "./access.js";
import { registerCheck } from "./check.js";
import { registerCollect } from "./collect.js";
import { registerDiff } from "./diff.js";
import { registerExplain } from "./explain.js";
import type { Stacks } from "./input.js";
import { registerMtls } from "./mtls.js";
import { registerUsage } from "./usage.js";

export { registerCompletion } from "./completion.js";
export {
  type Input,
  type InputFlags,
  readInput,
  type StackInput,
  type Stacks,
  takesCluster,
  takesInput,
} from "./input.js";
export { print } from "./print.js";
export { reportInput } from "./reportInput.js";
export { exitCodeOf } from "./exitCode.js";

/** Adds access, explain, diff, check, mtls, usage and collect. */
export function registerAnalysis(program: Command, stacks?: Stacks): void {
  for (const register of [registerAccess, registerExplain, registerDiff, registerCheck, registerMtls, registerUsage])
    register(program, stacks);
  registerCollect(program);
}

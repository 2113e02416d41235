import { planStack } from "../plan/stack.js";
import { type StackOption, stackFile } from "./stackOption.js";
import { tree } from "./tree.js";

export async function plan(options: StackOption & { output: "tree" | "json" }): Promise<void> {
  const planned = await planStack(stackFile(options));
  const { stack, resources, missingSecrets } = planned;
  const text =
    options.output === "json" ? JSON.stringify({ stack, resources, missingSecrets }, null, 2) : tree(planned);
  process.stdout.write(`${text}\n`);
}

import { fileURLToPath } from "node:url";
import { readStackFile } from "../../settings/stackFile.js";
import type { Config } from "./scenario.js";

/** Config of a stack of the project, as its file has it, its encrypted secrets aside. */
export function stackConfig(name: string): Config {
  const file = fileURLToPath(new URL(`../../stacks/Pulumi.${name}.yaml`, import.meta.url));
  return Object.fromEntries(Object.entries(readStackFile(file).own).filter(([key]) => key !== "secrets"));
}

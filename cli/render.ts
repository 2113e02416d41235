import { planStack } from "../plan/stack.js";
import { writeDocuments } from "mesh-access/yaml";
import { plannedManifests, writeManifests } from "./manifests.js";
import { print } from "mesh-access/cli";
import { type StackOption, stackFile } from "./stackOption.js";

export async function render(options: StackOption & { output: "yaml" | "json"; out?: string }): Promise<void> {
  const { resources } = await planStack(stackFile(options));
  const manifests = plannedManifests(resources);
  if (options.out !== undefined) {
    process.stderr.write(`${writeManifests(manifests, options.out).length} files in ${options.out}\n`);
    return;
  }
  return print(options.output === "json" ? JSON.stringify(manifests, null, 2) : writeDocuments(manifests).trimEnd());
}

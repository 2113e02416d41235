import { blueprintOf } from "../components/blueprint.js";
import { withMembers } from "../settings/srv.js";
import { loadStackFile } from "../settings/stackFile.js";
import { inOrder, writeManifests } from "./writeManifests.js";
import { print } from "mesh-access/cli";
import { writeDocuments } from "mesh-access/yaml";
import { type StackOption, stackFile } from "./stackOption.js";

export async function render(options: StackOption & { output: "yaml" | "json"; out?: string }): Promise<void> {
  const settings = await withMembers(loadStackFile(stackFile(options)).settings);
  const manifests = inOrder(blueprintOf(settings).manifests);
  if (options.out !== undefined) {
    process.stderr.write(`${writeManifests(manifests, options.out).length} files in ${options.out}\n`);
    return;
  }
  return print(options.output === "json" ? JSON.stringify(manifests, null, 2) : writeDocuments(manifests).trimEnd());
}

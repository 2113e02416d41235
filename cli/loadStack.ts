import { optionsOfStack } from "../components/judgement/stackOptions.js";
import { settingsWarnings } from "../components/judgement/warnings.js";
import { assumptionOf, blueprintOf } from "../components/blueprint.js";
import { makesMesh } from "../settings/mesh.js";
import { withMembers } from "../settings/srv.js";
import { loadStackFile } from "../settings/stackFile.js";
import type { StackInput } from "mesh-access/cli";
import { type StackOption, stackFile } from "./stackOption.js";

/** A stack as the analysis takes it: its manifests, what its settings say beyond them, and its assertions. */
export async function loadStack(stack: StackOption): Promise<Omit<StackInput, "title">> {
  const settings = await withMembers(loadStackFile(stackFile(stack)).settings);
  const blueprint = blueprintOf(settings);
  return {
    objects: blueprint.manifests,
    assumed: blueprint.assumed,
    makesMesh: makesMesh(settings.mesh),
    problems: settingsWarnings(settings),
    options: optionsOfStack(settings),
    assertions: settings.access.assert,
    assumption: assumptionOf(blueprint),
  };
}

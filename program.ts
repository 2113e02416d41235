import * as pulumi from "@pulumi/pulumi";
import { reachOfStack, type Reach } from "./plan/stackReach.js";
import { assumptionOf, blueprintOf, judgedManifests } from "./components/blueprint.js";
import { SecurePlatform } from "./components/platform.js";
import type { SecretValues } from "./components/secrets.js";
import { loadSettings } from "./settings/load.js";
import { settingsSchema } from "./settings/schema.js";
import { project } from "./settings/stackFile.js";

/** What the program leaves behind. */
export interface Outcome {
  platform: SecurePlatform;
  /** Who reaches what. As a stack output, a preview shows how a change of settings changes it. */
  access: Reach;
  /** What that assumes of the stack that owns the gateway, where this one does not. */
  assumption?: string;
}

/**
 * The whole program: settings, blueprint, judgement, and only then the platform. It is the same under the engine, in the
 * offline plan and in the lab.
 *
 * @param root project root, which paths in the settings are relative to. The engine runs the program in it.
 */
export async function run(root = process.cwd()): Promise<Outcome> {
  const config = new pulumi.Config(project);
  const settings = loadSettings(
    Object.fromEntries(Object.keys(settingsSchema.shape).map((key) => [key, config.getObject<unknown>(key)])),
    root,
  );
  const blueprint = blueprintOf(settings);
  const access = reachOfStack(judgedManifests(blueprint), settings);
  const platform = await SecurePlatform.create("platform", { blueprint, secrets: secretValues(config) });
  return { platform, access, assumption: assumptionOf(blueprint) };
}

/** Every entry of the `secrets` key, marked as secret. Only their names are looked at. */
function secretValues(config: pulumi.Config): SecretValues {
  const text = pulumi.runtime.allConfig()[`${project}:secrets`] ?? "{}";
  const names = Object.keys(JSON.parse(text) as Record<string, string>);
  const values = config.getSecretObject<Record<string, string>>("secrets");
  return Object.fromEntries(names.map((name) => [name, pulumi.output(values).apply((all) => all?.[name] ?? "")]));
}

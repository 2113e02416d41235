import * as pulumi from "@pulumi/pulumi";
import { SecurePlatform } from "./components/platform.js";
import type { SecretValues } from "./components/secrets.js";
import { loadSettings } from "./settings/load.js";
import { settingsSchema } from "./settings/schema.js";
import { project } from "./settings/stackFile.js";

/** The whole program, from config to platform: the same under the engine, in the offline plan and in the lab. */
export async function platform(): Promise<SecurePlatform> {
  const config = new pulumi.Config(project);
  const own = Object.fromEntries(Object.keys(settingsSchema.shape).map((key) => [key, config.getObject<unknown>(key)]));
  return SecurePlatform.create("platform", { settings: loadSettings(own), secrets: secretValues(config) });
}

/** Every entry of the `secrets` key, marked as secret. Only their names are looked at. */
function secretValues(config: pulumi.Config): SecretValues {
  const text = pulumi.runtime.allConfig()[`${project}:secrets`] ?? "{}";
  const names = Object.keys(JSON.parse(text) as Record<string, string>);
  const values = config.getSecretObject<Record<string, string>>("secrets");
  return Object.fromEntries(names.map((name) => [name, pulumi.output(values).apply((all) => all?.[name] ?? "")]));
}

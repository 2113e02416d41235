import * as pulumi from "@pulumi/pulumi";
import type { Analysis } from "mesh-access";
import { changesForOthers, type WrittenChange, writtenChange } from "./plan/changesForOthers.js";
import { type ControlPlane, controlPlanesOf } from "./plan/controlPlanes.js";
import { assumptionOf, blueprintOf } from "./components/blueprint.js";
import { reachIn, type StackReach } from "./components/judgement/stackReach.js";
import { SecurePlatform } from "./components/platform.js";
import type { SecretValues } from "./components/secrets.js";
import { loadSettings } from "./settings/load.js";
import { type Settings, settingsSchema } from "./settings/schema.js";
import { type LookUp, withMembers } from "./settings/srv.js";
import { project } from "./settings/project.js";

/** What the program leaves behind. As stack outputs, reach and findings show in a preview how a change of settings changes them. */
export interface Outcome extends StackReach {
  platform: SecurePlatform;
  /** What reach and findings are taken from. */
  analysis: Analysis;
  /** What the stack changes for workloads that are not its own. */
  changes: WrittenChange[];
  /** Control planes, and the namespaces they serve. Empty where none has a name. */
  controlPlanes: ControlPlane[];
  /** What that assumes of the stack that owns the gateway, where this one does not. */
  assumption?: string;
}

/**
 * The whole program: settings, blueprint, and the platform, which judges before it registers. It is the same under the engine, in the
 * offline plan and in the lab.
 *
 * @param root project root, which paths in the settings are relative to. The engine runs the program in it.
 * @param lookUp finds the members of databases that are named by an SRV record. By default in the DNS of this machine.
 */
export async function run(root = process.cwd(), lookUp?: LookUp): Promise<Outcome> {
  const config = new pulumi.Config(project);
  const written = loadSettings(
    Object.fromEntries(Object.keys(settingsSchema.shape).map((key) => [key, config.getObject<unknown>(key)])),
    root,
    // The provider takes its region from either.
    { "alicloud:region": new pulumi.Config("alicloud").get("region") ?? process.env["ALICLOUD_REGION"] },
  );
  return deploy("platform", await withMembers(written, lookUp), secretValues(config));
}

/**
 * Decides and judges a stack, and registers it when every assertion passes.
 *
 * @throws {@link SettingsError} or `FailedAssertionsError`, before anything is registered.
 */
export async function deploy(
  name: string,
  settings: Settings,
  secrets: SecretValues,
  opts?: pulumi.ComponentResourceOptions,
): Promise<Outcome> {
  const blueprint = blueprintOf(settings);
  const platform = await SecurePlatform.create(name, { blueprint, secrets }, opts);
  const changes = changesForOthers(blueprint).map(writtenChange);
  const controlPlanes = controlPlanesOf(blueprint);
  const { analysis } = platform;
  return { platform, analysis, changes, controlPlanes, ...reachIn(analysis), assumption: assumptionOf(blueprint) };
}

/** Every entry of the `secrets` key, marked as secret. Only their names are looked at. */
function secretValues(config: pulumi.Config): SecretValues {
  const text = pulumi.runtime.allConfig()[`${project}:secrets`] ?? "{}";
  const names = Object.keys(JSON.parse(text) as Record<string, string>);
  const values = config.getSecretObject<Record<string, string>>("secrets");
  return Object.fromEntries(names.map((name) => [name, pulumi.output(values).apply((all) => all?.[name] ?? "")]));
}

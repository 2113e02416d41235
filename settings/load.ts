import { crossProblems } from "./crossChecks.js";
import { tryParse } from "./parse.js";
import { SettingsError } from "./problem.js";
import { type Settings, settingsSchema } from "./schema.js";

/**
 * Settings from the config values of a stack, defaults filled in. The `secrets` key is not among them: what it holds is
 * never looked at here.
 *
 * @throws {@link SettingsError} with every problem at once.
 */
export function loadSettings({ secrets: _, ...config }: Record<string, unknown>): Settings {
  const parsed = tryParse(settingsSchema, config);
  if ("problems" in parsed) throw new SettingsError(parsed.problems);
  const problems = crossProblems(parsed.value);
  if (problems.length > 0) throw new SettingsError(problems);
  return parsed.value;
}

import { crossProblems } from "./crossChecks.js";
import { databaseSchema, databasesSchema, type DatabaseSettings } from "./databases.js";
import { tryParse } from "./parse.js";
import { SettingsError } from "./problem.js";
import { type ParsedSettings, type Settings, settingsSchema } from "./schema.js";
import { ownersKeyProblems } from "./tenant.js";
import { movedKindProblems, withManifests } from "./workloads.js";

/**
 * Settings from the config values of a stack, defaults filled in, and the manifest files read that `workloads` name. The
 * `secrets` key is not among them: what it holds is never looked at here.
 *
 * @param root project root, which paths in the settings are relative to. The current folder by default, which is the
 * project root in a Pulumi program.
 * @throws {@link SettingsError} with every problem at once.
 */
export function loadSettings({ secrets: _, ...config }: Record<string, unknown>, root = process.cwd()): Settings {
  const parsed = tryParse(settingsSchema, config);
  const moved = movedKindProblems(config);
  const isMoved = (path: string) => moved.some((each) => each.path === path);
  const unsound = "problems" in parsed ? parsed.problems.filter(({ path }) => !isMoved(path)) : [];
  const { workloads: written, ...sound } = "value" in parsed ? parsed.value : soundPart(config);
  const files = written && withManifests(written, root);
  const problems = [
    ...unsound,
    ...moved,
    ...ownersKeyProblems(config),
    ...(files?.problems ?? []),
    ...crossProblems({ ...sound, workloads: files?.workloads }),
  ];
  if (problems.length > 0 || !("value" in parsed)) throw new SettingsError(problems);
  return { ...parsed.value, workloads: files?.workloads ?? [] };
}

/** The keys that are sound by themselves, so that one mistake does not hide another. */
function soundPart(config: Record<string, unknown>): Partial<ParsedSettings> {
  const { shape } = settingsSchema;
  // An unknown key may be a known one misspelled, so nothing is said of what only seems to be left out.
  const misspelled = Object.keys(config).some((key) => !(key in shape));
  const keys = Object.keys(shape) as (keyof ParsedSettings)[];
  return Object.fromEntries(
    keys
      .filter((key) => config[key] !== undefined || !misspelled)
      .flatMap((key) => {
        const parsed = key === "databases" ? soundDatabases(config[key]) : tryParse(shape[key], config[key]);
        return "value" in parsed ? [[key, parsed.value]] : [];
      }),
  );
}

/** Databases that are sound by themselves, each at its place in the list: the others leave holes. */
function soundDatabases(list: unknown): ReturnType<typeof tryParse<typeof databasesSchema>> {
  if (!Array.isArray(list)) return tryParse(databasesSchema, list);
  const value = new Array<DatabaseSettings>(list.length);
  list.forEach((item, index) => {
    const parsed = tryParse(databaseSchema, item);
    if ("value" in parsed) value[index] = parsed.value;
  });
  return { value };
}

import { nearest } from "mesh-access/nearest";
import { crossProblems } from "./crossChecks.js";
import { regionProblems } from "./cluster.js";
import { filledMesh } from "./mesh.js";
import { type Issue, tryParse } from "./parse.js";
import { keyPath, keysOf, type Problem, SettingsError } from "./problem.js";
import { retiredKeyProblems } from "./retiredKeys.js";
import { type ParsedSettings, type Settings, settingsSchema } from "./schema.js";
import { keysAt, samples, schemasAt } from "./schemaShape.js";
import { ownersKeyProblems } from "./tenant.js";
import { movedKindProblems, withManifests } from "./workloads.js";

/**
 * Settings from the config values of a stack, defaults filled in, and the manifest files read that `workloads` name. The
 * `secrets` key is not among them: what it holds is never looked at here.
 *
 * @param root project root, which paths in the settings are relative to. The current folder by default, which is the
 * project root in a Pulumi program.
 * @param providers config values of providers, such as `alicloud:region`, which must fit the settings. None by default.
 * @throws {@link SettingsError} with every problem at once.
 */
export function loadSettings(
  { secrets: _, ...config }: Record<string, unknown>,
  root = process.cwd(),
  providers: Record<string, unknown> = {},
): Settings {
  const unchecked = [...ownersKeyProblems(config), ...regionProblems(config, providers)];
  const parsed = tryParse(settingsSchema, config);
  if ("value" in parsed) {
    const { settings, problems } = withFiles(parsed.value, root);
    const all = [...unchecked, ...problems, ...crossProblems(settings)];
    if (all.length > 0) throw new SettingsError(all);
    return settings;
  }
  const moved = [...movedKindProblems(config), ...retiredKeyProblems(config)];
  const own = parsed.problems.filter(({ path }) => !moved.some((each) => each.path === path));
  throw new SettingsError([...own, ...moved, ...unchecked, ...furtherProblems(config, parsed.issues, root)]);
}

/** The settings with what one key decides for another and the manifest files read, and what is wrong in those files. */
function withFiles(parsed: ParsedSettings, root: string): { settings: Settings; problems: Problem[] } {
  const { workloads, problems } = withManifests(parsed.workloads, root);
  return { settings: { ...parsed, mesh: filledMesh(parsed.mesh, parsed.cluster), workloads }, problems };
}

/** Values that are tried in the place of each wrong one: as many as there are traffic modes. */
const mostStandIns = 9;
/** With so many mistakes fewer are tried: each round checks everything again. */
const [many, fewStandIns] = [200, 2];
/** Rounds of mending: a stand-in may itself ask for further keys. */
const mostRounds = 8;

/**
 * What is wrong between keys beside what is wrong in single ones. Each wrong value is replaced by several that could have
 * been meant; only what is wrong with all of them is reported, so that no mistake hides another and none is made up.
 */
function furtherProblems(config: Record<string, unknown>, issues: readonly Issue[], root: string): Problem[] {
  // An unknown key may be a known one misspelled, so nothing is said of what only seems to be left out.
  const broken = new Set(issues.flatMap(pathsOf));
  const standIns = issues.length > many ? fewStandIns : mostStandIns;
  let common: Map<string, Problem> | undefined;
  for (let choice = 0; choice < standIns; choice++) {
    const mended = withStandIns(config, choice);
    if (!mended) continue;
    const { settings, problems } = withFiles(mended, root);
    const found = new Map(
      [...problems, ...crossProblems(settings)]
        .filter(({ path }) => !isWithin(path, broken))
        .map((problem) => [`${problem.path} ${problem.reason}`, problem]),
    );
    common = common ? new Map([...common].filter(([key]) => found.has(key))) : found;
  }
  return [...(common?.values() ?? [])];
}

/** Whether a path is one of those, or of a value inside one. */
function isWithin(path: string, broken: ReadonlySet<string>): boolean {
  const keys = keysOf(path);
  return keys.some((_, i) => broken.has(keyPath(keys.slice(0, i + 1))));
}

/** Paths of what is wrong; the whole object where a key is unknown that may stand for any other. */
function pathsOf(issue: Issue): string[] {
  if (issue.code !== "unrecognized_keys") return [keyPath(issue.path)];
  return issue.path.length === 0 ? issue.keys : issue.keys.map((key) => keyPath([...issue.path, key]));
}

function withStandIns(config: Record<string, unknown>, choice: number): ParsedSettings | undefined {
  const mended = structuredClone(config);
  for (let round = 0; round < mostRounds; round++) {
    const parsed = tryParse(settingsSchema, mended);
    if ("value" in parsed) return parsed.value;
    for (const issue of parsed.issues) mend(mended, issue, choice);
  }
  return undefined;
}

function mend(config: Record<string, unknown>, issue: Issue, choice: number): void {
  if (issue.code === "unrecognized_keys") {
    for (const key of issue.keys) rename(config, issue.path, key);
    return;
  }
  const options = schemasAt(settingsSchema, issue.path, config).flatMap(samples);
  set(config, issue.path, structuredClone(options[choice % Math.max(1, options.length)]));
}

/** Takes a misspelled key for the one that was meant, where that is missing. */
function rename(config: Record<string, unknown>, path: readonly PropertyKey[], key: string): void {
  const object = path.reduce<unknown>((value, each) => (value as Record<PropertyKey, unknown>)[each], config);
  const meant = nearest(key, keysAt(settingsSchema, path, config));
  const value = (object as Record<string, unknown>)[key];
  set(config, [...path, key], undefined);
  if (meant !== undefined && (object as Record<string, unknown>)[meant] === undefined)
    set(config, [...path, meant], value);
}

function set(target: unknown, path: readonly PropertyKey[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined || typeof target !== "object" || target === null) return;
  const object = target as Record<PropertyKey, unknown>;
  if (rest.length > 0) return set((object[key] ??= {}), rest, value);
  if (value === undefined) Reflect.deleteProperty(object, key);
  else object[key] = value;
}

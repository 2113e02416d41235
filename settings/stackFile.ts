import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { nearest } from "mesh-access/nearest";
import { Positions, readYaml } from "mesh-access/yaml";
import { loadSettings } from "./load.js";
import { keysOf, type Problem, SettingsError } from "./problem.js";
import { project } from "./project.js";
import { type Settings, settingsSchema } from "./schema.js";
import { secretNames } from "./secrets.js";

/** Config of one stack file, as the engine would hand it to the program. */
export interface StackConfig {
  /** Values of the project's own keys, without their namespace. */
  own: Record<string, unknown>;
  /** Keys of other namespaces, such as `gcp:project`. */
  foreign: Record<string, unknown>;
}

/** A stack file whose settings are right. */
export interface StackFile extends StackConfig {
  settings: Settings;
  /** Names of the secrets the file holds. */
  secrets: string[];
}

/** No stack file is longer: 60,000 databases are a tenth of it. */
const mostBytes = 64 * 2 ** 20;

/**
 * Reads a stack file and its settings without the engine.
 *
 * @throws {@link SettingsError} with every problem of the file at once, each with its line.
 */
export function loadStackFile(file: string): StackFile {
  const { config, problems, locate } = readConfig(file);
  const all = [...problems];
  const collect = <T>(make: () => T): T | undefined => {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      all.push(...error.problems);
      return undefined;
    }
  };
  const secrets = collect(() => secretNames(config.own["secrets"]));
  const settings = collect(() => loadSettings(config.own, projectRoot(file), config.foreign));
  // A key with a wrong prefix is not missing too.
  const misplaced = new Set(problems.map(({ path, instead }) => keyAfterPrefix(instead) ?? path));
  const reported = all.filter(({ path, reason }) => reason !== "is missing" || !misplaced.has(path));
  if (reported.length > 0 || !secrets || !settings) throw new SettingsError(reported.map(locate));
  return { ...config, settings, secrets };
}

/**
 * Reads a stack file without the engine. Encrypted values stay encrypted: they become a marker that there is one.
 *
 * @throws {@link SettingsError} when the file cannot be read or is not YAML.
 */
export function readStackFile(file: string): StackConfig {
  const { config, problems, locate } = readConfig(file);
  if (problems.length > 0) throw new SettingsError(problems.map(locate));
  return config;
}

interface ReadConfig {
  config: StackConfig;
  problems: Problem[];
  /** Adds the file and the line. */
  locate: (problem: Problem) => Problem;
}

function readConfig(file: string): ReadConfig {
  const text = textOf(file);
  const { value: root, error } = readYaml(text, () => false, "pulumi");
  if (error) throw new SettingsError([notYaml(file, error.line + 1, error.reason)]);
  let positions: Positions | undefined; // read for the first problem only
  const locate = (problem: Problem): Problem => {
    positions ??= new Positions(text);
    return { ...problem, source: { file, line: lineOf(root, positions, problem.path) } };
  };
  if (typeof root !== "object" || root === null || Array.isArray(root) || !("config" in root))
    throw new SettingsError([locate(withoutConfig(root))]);
  const config = (root as { config?: unknown }).config ?? {};
  if (!isMapping(config)) throw new SettingsError([locate(notAMapping(config))]);
  const own = Object.entries(config).filter(([key]) => key.startsWith(`${project}:`));
  const foreign = Object.entries(config).filter(([key]) => !key.startsWith(`${project}:`));
  return {
    config: {
      own: Object.fromEntries(own.map(([key, value]) => [key.slice(project.length + 1), asEngineReads(value)])),
      foreign: Object.fromEntries(foreign),
    },
    problems: foreign.flatMap(([key]) => prefixProblem(key, config, projectName(file)) ?? []),
    locate,
  };
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `pulumi config set` writes lists and objects as JSON in a text, and programs read them as what they are. */
function asEngineReads(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value; // the checks say what it should be
  }
}

/**
 * The folder that paths in a stack file are relative to: the nearest one above it with a `Pulumi.yaml`, which is where
 * the engine runs the program; for a stack file outside any project its own folder.
 */
export function projectRoot(file: string): string {
  const own = dirname(resolve(file));
  for (let folder = own; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "Pulumi.yaml"))) return folder;
    if (folder === dirname(folder)) return own;
  }
}

function textOf(file: string): string {
  const instead = "Name a stack file, such as stacks/Pulumi.rds.yaml";
  const refuse = (reason: string): never => {
    throw new SettingsError([{ path: file, reason, instead }]);
  };
  try {
    const { size } = statSync(file);
    if (size > mostBytes)
      return refuse(`has ${Math.round(size / 2 ** 20)} MiB, and a stack file has at most ${mostBytes / 2 ** 20}`);
    const text = readFileSync(file, "utf8");
    return text.includes("\0") ? refuse("is not a text file") : text;
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return refuse("does not exist");
    return refuse(code === "EISDIR" ? "is a folder" : `cannot be read: ${message}`);
  }
}

const remedies: [reason: RegExp, instead: string][] = [
  [/alias/, "Write the values out, without aliases"],
  [/duplicated/, "Keep one of the two"],
  [/\btab/, "Indent with spaces"],
  [/single document/, "Keep one document: take out what follows the line ---"],
  [/contains it/, "Write the values out, without aliases"],
  [/maxDepth/, "Write values that are not nested as deep"],
  [/quoted scalar/, "Close the quotes"],
  [/non-printable/, "Save the file as text in UTF-8"],
  [/indentation|multiline key|mapping values|document separator/, "Indent the line like its neighbours"],
  [/flow|comma|colon/, "Close every bracket, and separate items by commas"],
];

function notYaml(file: string, line: number, reason: string): Problem {
  const instead = remedies.find(([pattern]) => pattern.test(reason))?.[1] ?? "Correct the line";
  return { path: "YAML", reason: `is not valid: ${reason}`, instead, source: { file, line } };
}

function notAMapping(value: unknown): Problem {
  const kind = Array.isArray(value) ? "a list" : "a text";
  const instead = `Write keys below it, such as ${project}:cluster: { cloud: existing }`;
  return { path: "config", reason: `is ${kind}, and has to hold keys`, instead };
}

function withoutConfig(root: unknown): Problem {
  const keys = typeof root === "object" && root !== null ? Object.keys(root) : [];
  return keys.some((key) => key.startsWith(`${project}:`))
    ? {
        path: keys[0] ?? "",
        reason: "is not below config",
        instead: "Write `config:` as the first line, and indent the rest",
      }
    : {
        path: "config",
        reason: "is missing",
        instead: `Write config: with the keys ${project}:cluster and ${project}:mesh`,
      };
}

/** The key that a remedy names: `cluster` in `Write mesh-egress:cluster`. */
function keyAfterPrefix(instead: string): string | undefined {
  return new RegExp(`${project}:(\\w+)$`).exec(instead)?.[1];
}

/** Packages whose configuration a stack file may hold: those of Pulumi's registry that people use beside this project. */
const packages = new Set(
  (
    "alicloud aws aws-native aiven auth0 awsx azure azure-native azuread azuredevops cloudflare command confluentcloud consul datadog " +
    "digitalocean dnsimple docker docker-build eks external fastly gcp github gitlab google-native grafana harness hcloud helm " +
    "keycloak kubernetes linode local mongodbatlas mysql newrelic nomad ns1 oci okta openstack pagerduty postgresql pulumi " +
    "pulumiservice random rediscloud scaleway slack snowflake splunk std tailscale terraform time tls ucloud vault vsphere yandex"
  ).split(" "),
);

/** A key without a prefix, or with one that is neither a provider's nor the name of the program's own project. */
function prefixProblem(key: string, config: Record<string, unknown>, own: string | undefined): Problem | undefined {
  const known = Object.keys(settingsSchema.shape);
  if (!key.includes(":")) {
    const meant = nearest(key.slice(key.lastIndexOf(".") + 1), [...known, "secrets"]);
    if (meant !== undefined) return { path: key, reason: "has no prefix", instead: `Write ${project}:${meant}` };
    const empty = Object.keys(config).find((other) => other.startsWith(`${project}:`) && config[other] === null);
    const instead = empty ? `Indent it below ${empty}` : `Write ${project}:KEY with one of ${known.join(", ")}`;
    return { path: key, reason: "has no prefix", instead };
  }
  const [prefix = "", rest = ""] = key.split(":");
  if (prefix === own || packages.has(prefix)) return undefined;
  if (nearest(prefix, [project]) === project || known.includes(rest))
    return { path: key, reason: "has the prefix of another project", instead: `Write ${project}:${rest}` };
  const meant = nearest(rest, known);
  return {
    path: key,
    reason: "has a prefix that belongs neither to this project nor to a provider",
    instead: meant ? `Write ${project}:${meant}` : `Take it out, or write ${project}: before the key`,
  };
}

/** Name of the project that a stack file belongs to; undefined outside any. */
function projectName(file: string): string | undefined {
  const own = join(projectRoot(file), "Pulumi.yaml");
  if (!existsSync(own)) return undefined;
  const { value } = readYaml(readFileSync(own, "utf8"), () => false, "pulumi");
  const { name } = (value ?? {}) as { name?: unknown };
  return typeof name === "string" ? name : undefined;
}

/** Line of the value at a key path, or of the nearest object around it. */
function lineOf(root: unknown, positions: Positions, path: string): number | undefined {
  const [first = "", ...rest] = keysOf(path);
  const own = `${project}:${first}`;
  const config = (root as { config?: Record<string, unknown> | null } | null)?.config;
  const key =
    config && Object.hasOwn(config, own) ? own : path.includes(":") || rest.length === 0 ? path : String(first);
  // A key as it stands may hold dots, as one with a mistaken prefix does.
  if (config && Object.hasOwn(config, path)) return positions.locate(["config", path])?.first;
  return positions.locate(["config", key, ...rest])?.first;
}

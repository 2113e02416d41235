import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseDocument } from "yaml";
import { type Problem, SettingsError } from "./problem.js";

/** Namespace of the project's own config keys. */
export const project = "mesh-egress";

/** Config of one stack file, as the engine would hand it to the program. */
export interface StackConfig {
  /** Values of the project's own keys, without their namespace. */
  own: Record<string, unknown>;
  /** Keys of other namespaces, such as `gcp:project`. */
  foreign: Record<string, unknown>;
}

/**
 * Reads a stack file without the engine. Encrypted values stay encrypted: they become a marker that there is one.
 *
 * @throws {@link SettingsError} when the file cannot be read or is no YAML.
 */
export function readStackFile(file: string): StackConfig {
  const document = parseDocument(textOf(file));
  if (document.errors.length > 0)
    throw new SettingsError(
      document.errors.map((error) => ({
        path: `${file}:${error.linePos?.[0].line ?? 1}`,
        reason: `is no YAML: ${error.message.split("\n")[0]}`,
        instead: "Mend the line",
      })),
    );
  const config = ((document.toJS() as { config?: Record<string, unknown> } | null)?.config ?? {}) as Record<
    string,
    unknown
  >;
  const own = Object.entries(config).filter(([key]) => key.startsWith(`${project}:`));
  const foreign = Object.entries(config).filter(([key]) => !key.startsWith(`${project}:`));
  const problems = foreign.flatMap(([key]) => (key.includes(":") ? [] : [withoutNamespace(key)]));
  if (problems.length > 0) throw new SettingsError(problems);
  return {
    own: Object.fromEntries(own.map(([key, value]) => [key.slice(project.length + 1), value])),
    foreign: Object.fromEntries(foreign),
  };
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
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === "ENOENT" ? "does not exist" : `cannot be read: ${String(error)}`;
    throw new SettingsError([{ path: file, reason, instead: "Name a stack file, such as stacks/Pulumi.rds.yaml" }]);
  }
}

function withoutNamespace(key: string): Problem {
  return { path: key, reason: "has no namespace", instead: `Write ${project}:${key}` };
}

import { nameOf } from "../model/objectName.js";
import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { text as readText } from "node:stream/consumers";
import { message } from "../messages/index.js";
import type { KubernetesObject, Problem } from "../model/model.js";
import { problemAt, problemOf } from "../model/problem.js";
import { kindKey, namespaceOf } from "../model/world.js";
import { parseManifests, type Parsed } from "./parse.js";

const extensions = new Set([".yaml", ".yml", ".json"]);

/**
 * Reads manifests from any mix of files, folders (with all beneath, hidden ones and `node_modules` left out) and `-`
 * for the standard input. What cannot be read is in `problems`; the rest is there all the same.
 */
export async function loadManifests(
  paths: readonly string[],
  stdin: NodeJS.ReadableStream = process.stdin,
): Promise<Parsed> {
  const all: Parsed = { objects: [], ignored: new Map(), problems: [] };
  for (const file of await expand(paths, all.problems)) {
    const text = file === "-" ? await readText(stdin) : await readFile(file, "utf8");
    merge(all, parseManifests(text, file === "-" ? "(standard input)" : file));
  }
  all.objects = dropDuplicates(all.objects, all.problems);
  return all;
}

async function expand(paths: readonly string[], problems: Problem[]): Promise<string[]> {
  const files = new Set<string>();
  for (const path of paths) {
    if (path === "-") files.add(path);
    else for (const file of await filesUnder(path, problems)) files.add(file);
  }
  return [...files];
}

async function filesUnder(path: string, problems: Problem[]): Promise<string[]> {
  const facts = await stat(path).catch(() => undefined);
  if (!facts) {
    problems.push(problemAt(message("path-not-found", { path })));
    return [];
  }
  if (!facts.isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  const files = entries
    .filter((entry) => !entry.isDirectory() && extensions.has(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !isHidden(relative(path, file)))
    .sort();
  const readable = await Promise.all(files.map((file) => leadsToFile(file, problems)));
  return files.filter((_, index) => readable[index]);
}

function isHidden(file: string): boolean {
  return file.split(sep).some((part) => part === "node_modules" || part.startsWith("."));
}

/** Folders may hold links to manifests kept elsewhere; one that leads nowhere must not look like an empty file. */
async function leadsToFile(file: string, problems: Problem[]): Promise<boolean> {
  const facts = await stat(file).catch(() => undefined);
  if (!facts) problems.push(problemAt(message("broken-link", { path: file })));
  return facts?.isFile() === true;
}

function merge(all: Parsed, more: Parsed): void {
  for (const object of more.objects) all.objects.push(object);
  for (const problem of more.problems) all.problems.push(problem);
  for (const [kind, count] of more.ignored) all.ignored.set(kind, (all.ignored.get(kind) ?? 0) + count);
}

/** Of two objects with one identity the later one stays, as it does in the API server when both are applied. */
function dropDuplicates(objects: readonly KubernetesObject[], problems: Problem[]): KubernetesObject[] {
  const last = new Map<string, KubernetesObject>();
  for (const object of objects) {
    const namespace = namespaceOf(object);
    const identity = `${kindKey(object)} ${namespace}/${object.metadata.name}`;
    const earlier = last.get(identity);
    if (earlier) problems.push(duplicate(earlier, object));
    last.set(identity, object);
  }
  return [...last.values()];
}

function duplicate(earlier: KubernetesObject, later: KubernetesObject): Problem {
  const where = earlier.source ? `${earlier.source.file}:${earlier.source.line}` : "the input";
  return problemOf(later, message("duplicate-object", { object: nameOf(later), where }));
}

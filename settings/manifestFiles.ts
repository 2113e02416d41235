import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, resolve, sep } from "node:path";
import { readYaml, splitDocuments } from "mesh-access/yaml";
import type { Problem } from "./problem.js";

/** A Kubernetes object as somebody wrote it. */
export interface WrittenObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  [field: string]: unknown;
}

/** An object of a file, and where it begins. */
export interface FileObject {
  object: WrittenObject;
  /** Path from the project root. */
  file: string;
  /** First line, from 1. */
  line: number;
}

/** What files hold, as far as it can be read. */
interface Files {
  objects: FileObject[];
  problems: Problem[];
}

const extensions = new Set([".yaml", ".yml", ".json"]);

/**
 * Reads the Kubernetes objects of one file, or of every YAML and JSON file of a folder and its subfolders. Hidden files
 * and `node_modules` are left out.
 *
 * @param path as written in the settings, relative to `root`
 * @param key path of the settings key that names it
 */
export function readManifests(path: string, root: string, key: string): Files {
  const found = filesOf(path, root);
  if (!Array.isArray(found)) return { objects: [], problems: [{ path: key, value: path, ...found }] };
  const all = found.map((file) => readFile(file, root));
  return { objects: all.flatMap(({ objects }) => objects), problems: all.flatMap(({ problems }) => problems) };
}

/** The files a path stands for, in the order of their names, or why there are none. */
function filesOf(path: string, root: string): string[] | Pick<Problem, "reason" | "instead"> {
  const whole = resolve(root, path);
  const facts = statSync(whole, { throwIfNoEntry: false });
  if (!facts)
    return { reason: "does not exist", instead: `Name a folder or file of YAML, relative to the project root ${root}` };
  if (facts.isFile()) return [path];
  const files = readdirSync(whole, { recursive: true, encoding: "utf8" })
    .filter((name) => extensions.has(extname(name)) && !isHidden(name))
    .sort()
    .map((name) => join(path, name));
  return files.length > 0
    ? files
    : { reason: "holds no file that ends in .yaml, .yml or .json", instead: "Name a folder of Kubernetes manifests" };
}

function isHidden(name: string): boolean {
  return name.split(sep).some((part) => part === "node_modules" || part.startsWith("."));
}

function readFile(file: string, root: string): Files {
  let text: string;
  try {
    text = readFileSync(resolve(root, file), "utf8");
  } catch (error) {
    const reason = `cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
    return { objects: [], problems: [{ path: file, reason, instead: "Check the file and its permissions" }] };
  }
  return parseManifestFile(text, file);
}

/** Reads the objects of one YAML or JSON text, of one or many documents. */
function parseManifestFile(text: string, file: string): Files {
  const all: Files = { objects: [], problems: [] };
  for (const document of splitDocuments(text)) {
    const { value, lineOf, error } = readYaml(document.text, () => true);
    if (error)
      all.problems.push({
        path: `${file}:${document.line + error.line}`,
        reason: `is not valid YAML: ${error.reason}`,
        instead: "Correct it; a template of Helm or Kustomize has to be rendered to plain YAML first",
      });
    else
      for (const item of itemsOf(value)) {
        const line = document.line + (isRecord(item) ? (lineOf(item) ?? 0) : 0);
        take(item, { file, line }, all);
      }
  }
  return all;
}

/** The objects of a document: itself, or the items of a List. */
function itemsOf(value: unknown): unknown[] {
  const { kind, items } = isRecord(value) ? value : {};
  return typeof kind === "string" && kind.endsWith("List") && Array.isArray(items) ? items : [value];
}

function take(value: unknown, { file, line }: { file: string; line: number }, all: Files): void {
  if (value === null || value === undefined) return;
  const fault = faultOf(value);
  if (fault) all.problems.push({ path: `${file}:${line}`, ...fault });
  else all.objects.push({ object: withoutServerFields(value as WrittenObject), file, line });
}

const howToName = "Write a Kubernetes object with apiVersion, kind and metadata.name, or move the file elsewhere";

/** Why a document is not a Kubernetes object that can be applied. */
function faultOf(value: unknown): Pick<Problem, "reason" | "instead"> | undefined {
  if (!isRecord(value)) return { reason: "is not a mapping", instead: howToName };
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== "string" || typeof kind !== "string")
    return { reason: `has no ${typeof kind === "string" ? "apiVersion" : "kind"}`, instead: howToName };
  if (apiVersion.startsWith("kustomize.config.k8s.io/"))
    return { reason: "is a file of Kustomize", instead: "Build it first: kubectl kustomize FOLDER > manifests.yaml" };
  if (!isRecord(metadata) || typeof metadata["name"] !== "string" || metadata["name"] === "")
    return {
      reason: `${kind} has no metadata.name`,
      instead: "Write one; names made by the API server change each time",
    };
  const { name } = metadata;
  if (metadata["namespace"] !== undefined && typeof metadata["namespace"] !== "string")
    return { reason: `${kind} ${name}: metadata.namespace is not text`, instead: "Put it in quotation marks" };
  const wrong = ["labels", "annotations"].find((field) => !isTextMap(metadata[field]));
  return wrong === undefined
    ? undefined
    : {
        reason: `${kind} ${name}: metadata.${wrong} has a value that is not text`,
        instead: 'Quote it, such as "true"',
      };
}

/** What the API server adds to an object, and refuses from a client or ignores. */
function withoutServerFields({ status: _, metadata, ...object }: WrittenObject): WrittenObject {
  const { annotations, ...rest } = metadata;
  const kept = Object.entries(rest).filter(([field]) => !serverFields.has(field));
  const own = Object.entries(annotations ?? {}).filter(([name]) => name !== lastApplied);
  return {
    ...object,
    metadata: { ...Object.fromEntries(kept), ...(own.length > 0 ? { annotations: Object.fromEntries(own) } : {}) },
  } as WrittenObject;
}

const serverFields = new Set([
  "creationTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
]);
/** Holds the whole object as kubectl applied it, with the values of a Secret. */
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

function isTextMap(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return isRecord(value) && Object.values(value).every((text) => typeof text === "string");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

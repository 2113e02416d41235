import jsYaml from "js-yaml";
import { message, type Message, type ProblemId } from "../messages/index.js";
import type { KubernetesObject, Problem, Source } from "../model/model.js";
import { problemAt } from "../model/problem.js";
import { itemLines, splitDocuments, splitItems, type Document } from "./documents.js";
import { kindKey } from "../model/world.js";
import { readKinds } from "./kinds.js";

/** What a text holds: the objects the analysis reads, how many it does not, and what is wrong. */
export interface Parsed {
  objects: KubernetesObject[];
  /** How many objects of each kind were left out because the analysis does not read them. */
  ignored: Map<string, number>;
  problems: Problem[];
}

/** Kubernetes reads no timestamps or sets, so only YAML's core types are, and the merge key that hand-written files use. */
const merge = new jsYaml.Type("tag:yaml.org,2002:merge", { kind: "scalar", resolve: (text) => text === "<<" });
const schema = jsYaml.CORE_SCHEMA.extend({ implicit: [merge] });

/** Counted for documents that are YAML, but no Kubernetes object: values of a chart, settings of another tool. */
const notAnObject = "(no Kubernetes object)";

/** Reads YAML, of one or many documents, or JSON. Nothing it meets makes it throw: what is wrong is in `problems`. */
export function parseManifests(text: string, file: string): Parsed {
  const parsed: Parsed = { objects: [], ignored: new Map(), problems: [] };
  const clean = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const json = readJson(clean);
  if (json !== undefined) takeDocument(json, { text: clean, line: 1 }, file, parsed);
  else for (const document of splitDocuments(clean)) parseDocument(document, file, parsed);
  return parsed;
}

function readJson(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // YAML's flow style starts the same, and the YAML parser names the line of an error.
  }
}

function parseDocument(document: Document, file: string, parsed: Parsed): void {
  try {
    takeDocument(jsYaml.load(document.text, { schema, filename: file }), document, file, parsed);
  } catch (error) {
    if (!(error instanceof jsYaml.YAMLException)) throw error;
    const source = { file, line: document.line + (error.mark?.line ?? 0) };
    parsed.problems.push(problemAt(message("invalid-yaml", { reason: error.reason }), source));
    for (const item of splitItems(document)) parseSoundItem(item, file, parsed);
  }
}

/** An item of a list that did not parse as a whole: the broken one is reported already. */
function parseSoundItem(item: Document, file: string, parsed: Parsed): void {
  try {
    takeDocument(jsYaml.load(item.text, { schema, filename: file }), item, file, parsed);
  } catch (error) {
    if (!(error instanceof jsYaml.YAMLException)) throw error;
  }
}

function takeDocument(value: unknown, document: Document, file: string, parsed: Parsed): void {
  if (Array.isArray(value)) {
    const lines = itemLines(document, value.length);
    value.forEach((item, index) => takeObject(item, { file, line: lines[index] ?? document.line }, parsed));
    return;
  }
  const list =
    isRecord(value) && typeof value.kind === "string" && value.kind.endsWith("List") ? value.items : undefined;
  if (!Array.isArray(list)) return takeObject(value, { file, line: firstLine(document) }, parsed);
  const lines = itemLines(document, list.length);
  list.forEach((item, index) => {
    const source = { file, line: lines[index] ?? firstLine(document) };
    takeObject(isRecord(item) ? withListType(item, value as Record<string, unknown>) : item, source, parsed);
  });
}

/** The items of a typed list, as the API server answers them, leave out what the list's own kind says. */
function withListType(item: Record<string, unknown>, list: Record<string, unknown>): Record<string, unknown> {
  if (item.kind !== undefined || list.kind === "List") return item;
  return { apiVersion: list.apiVersion, kind: String(list.kind).slice(0, -"List".length), ...item };
}

function takeObject(value: unknown, source: Source, parsed: Parsed): void {
  if (value === null || value === undefined) return;
  if (!isRecord(value) || (value.apiVersion === undefined && value.kind === undefined))
    return countIgnored(parsed, notAnObject);
  const report = (fault: Message<ProblemId>) => void parsed.problems.push(problemAt(fault, source));
  const { apiVersion, kind } = value;
  if (typeof apiVersion !== "string" || typeof kind !== "string")
    return report(
      typeof kind === "string"
        ? message("object-without-kind", { object: kind, field: "apiVersion" })
        : message("object-without-kind", { object: "An object", field: "kind" }),
    );
  const key = kindKey({ apiVersion, kind });
  if (!readKinds.has(key)) return countIgnored(parsed, key);
  const fault = metadataFault(kind, value.metadata);
  if (fault) return report(fault);
  parsed.objects.push({ ...value, source } as KubernetesObject);
}

function metadataFault(kind: string, metadata: unknown): Message<ProblemId> | undefined {
  if (!isRecord(metadata) || metadata.name === undefined || metadata.name === null || metadata.name === "")
    return message("object-without-name", { kind });
  const { name } = metadata;
  if (typeof name !== "string") return message("name-not-text", { kind });
  if (metadata.namespace !== undefined && typeof metadata.namespace !== "string")
    return message("namespace-not-text", { kind, name });
  for (const field of ["labels", "annotations"]) {
    const map = metadata[field] ?? {};
    const wrong = isRecord(map) ? Object.entries(map).find(([, text]) => typeof text !== "string")?.[0] : "";
    if (wrong !== undefined)
      return message("metadata-not-text", { kind, name, field: `metadata.${field}${wrong && `["${wrong}"]`}` });
  }
  return undefined;
}

function countIgnored(parsed: Parsed, key: string): void {
  parsed.ignored.set(key, (parsed.ignored.get(key) ?? 0) + 1);
}

function firstLine(document: Document): number {
  const leading = /^(?:\s*(?:#.*)?\n)*/.exec(document.text)?.[0] ?? "";
  return document.line + (leading.match(/\n/g)?.length ?? 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

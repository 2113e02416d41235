import { nameOf } from "../model/objectName.js";
import { message, type Message, type ProblemId } from "../messages/index.js";
import type { KubernetesObject, Problem, Source } from "../model/model.js";
import { problemAt, problemOf } from "../model/problem.js";
import { splitDocuments, splitItems, type Document } from "./documents.js";
import { once } from "../model/once.js";
import { kindKey } from "../model/world.js";
import { type LineOf, readYaml, type YamlDocument } from "./yaml.js";
import { isRead } from "./kinds.js";
import { withoutNulls } from "./nulls.js";
import { faultsOf } from "../validation/faults.js";

/** What a text holds: the objects the analysis reads, how many it does not, and what is wrong. */
export interface Parsed {
  objects: KubernetesObject[];
  /** How many objects of each kind were left out because the analysis does not read them. */
  ignored: Map<string, number>;
  problems: Problem[];
}

/** Counted for documents that are YAML, but no Kubernetes object: values of a chart, settings of another tool. */
const notAnObject = "(no Kubernetes object)";

/** Reads YAML, of one or many documents, or JSON. Nothing it meets makes it throw: what is wrong is in `problems`. */
export function parseManifests(text: string, file: string): Parsed {
  const parsed: Parsed = { objects: [], ignored: new Map(), problems: [] };
  const clean = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const json = readJson(clean);
  // Text is parsed a second time only when somebody asks for the line of an object in it.
  const placed = once(() => readYaml(clean));
  if (json === undefined) for (const document of splitDocuments(clean)) parseDocument(document, file, parsed);
  else takeValue(json, { file, lineOf: (path) => lineOfPath(placed(), path) }, [], parsed);
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
  const { value, lineOf, error } = readYaml(document.text);
  if (!error) return takeValue(value, placesIn(document, file, lineOf), [], parsed);
  const source = { file, line: document.line + error.line };
  parsed.problems.push(problemAt(message("invalid-yaml", { reason: error.reason }), source));
  for (const item of splitItems(document)) parseSoundItem(item, file, parsed);
}

/** An item of a list that did not parse as a whole: the broken one is reported already. */
function parseSoundItem(item: Document, file: string, parsed: Parsed): void {
  const { value, lineOf, error } = readYaml(item.text);
  if (!error) takeValue(value, placesIn(item, file, lineOf), [], parsed);
}

/** The file of a value, and how to find its 1-based line: by itself, or by its path from the top of the file. */
interface Places {
  file: string;
  lineOf: (path: readonly (string | number)[], value: object) => number;
}

function placesIn(document: Document, file: string, lineOf: LineOf): Places {
  const first = firstLine(document);
  return {
    file,
    lineOf: (_, value) => {
      const line = lineOf(value);
      return line === undefined ? first : document.line + line;
    },
  };
}

/** The line of a value of JSON text, which was parsed without lines. */
function lineOfPath({ value, lineOf }: YamlDocument, path: readonly (string | number)[]): number {
  const found = path.reduce<unknown>(
    (inner, key) => (inner as Record<string | number, unknown> | undefined)?.[key],
    value,
  );
  return ((typeof found === "object" && found !== null ? lineOf(found) : undefined) ?? 0) + 1;
}

/** Objects, and lists of them however deep: plain arrays, lists of kubectl, lists within lists. */
function takeValue(value: unknown, places: Places, path: readonly (string | number)[], parsed: Parsed): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => takeValue(item, places, [...path, index], parsed));
    return;
  }
  const items = isRecord(value) && String(value.kind).endsWith("List") ? value.items : undefined;
  if (!Array.isArray(items)) return takeObject(value, new LazySource(places, path, value), parsed);
  items.forEach((item: unknown, index) => {
    const typed = isRecord(item) ? withListType(item, value as Record<string, unknown>) : item;
    if (typed === item) return takeValue(item, places, [...path, "items", index], parsed);
    takeObject(typed, new LazySource(places, [...path, "items", index], item), parsed);
  });
}

/** A place whose line is looked up when it is needed: of a large dump few are. */
class LazySource implements Source {
  readonly file: string;
  readonly #line: () => number;

  constructor({ file, lineOf }: Places, path: readonly (string | number)[], value: unknown) {
    this.file = file;
    this.#line = once(() => (typeof value === "object" && value !== null ? lineOf(path, value) : 1));
  }

  get line(): number {
    return this.#line();
  }

  toJSON(): Source {
    return { file: this.file, line: this.line };
  }
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
  if (!isRead({ apiVersion, kind, spec: value.spec })) return countIgnored(parsed, kindKey({ apiVersion, kind }));
  const fault = metadataFault(kind, value.metadata);
  if (fault) return report(fault);
  const object = { ...(withoutNulls(value) as object), source } as KubernetesObject;
  const faults = faultsOf({ ...value, apiVersion, kind });
  for (const { field, reason } of faults)
    parsed.problems.push(problemOf(object, message("object-refused", { object: nameOf(object), field, reason })));
  if (faults.length > 0) return;
  parsed.objects.push(object);
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

import jsYaml from "js-yaml";

export { splitDocuments } from "./documents.js";
export { Positions } from "./position.js";

/** Where a value starts: 0-based line of the text. */
export type LineOf = (value: object) => number | undefined;

/** A document that was read, or the reason why it was not. */
export interface YamlDocument {
  value?: unknown;
  lineOf: LineOf;
  /** Reason, and the 0-based line it was found on. */
  error?: { reason: string; line: number };
}

/** Values that aliases repeat are counted as often as they appear: ten lines can stand for a billion objects. */
const mostValues = 1_000_000;

/**
 * Who reads a file decides what its plain words mean. Kubernetes reads YAML 1.1 as sigs.k8s.io/yaml understands it:
 * `yes` and `on` are booleans, a leading zero makes a number octal, times stay text. To Pulumi's engine `yes` is text.
 */
export type Dialect = "kubernetes" | "pulumi";

/**
 * Reads one document.
 *
 * @param isPlaced Whether a value's line may be asked for. @default objects with a `kind`
 */
export function readYaml(
  text: string,
  isPlaced: (value: object) => boolean = hasKind,
  dialect: Dialect = "kubernetes",
): YamlDocument {
  const places = new Map<object, number>();
  const starts: number[] = [];
  try {
    const value: unknown = jsYaml.load(text, {
      schema: schemas[dialect],
      listener: (event, state) => {
        if (event === "open") return void starts.push(state.position);
        const start = starts.pop() ?? 0;
        const result: unknown = state.result;
        if (typeof result === "object" && result !== null && isPlaced(result)) places.set(result, start);
      },
    });
    const values = text.includes("*") ? countValues(value) : 0;
    if (values === undefined) return failure("an alias stands for a value that contains it", 0);
    if (values > mostValues) return failure(`its aliases stand for more than ${mostValues} values`, 0);
    const lines = new LineCounter(text);
    return { value: value ?? undefined, lineOf: (one) => lines.lineAt(places.get(one)) };
  } catch (error) {
    if (!(error instanceof jsYaml.YAMLException)) throw error;
    return failure(error.reason, error.mark?.line ?? 0);
  }
}

function failure(reason: string, line: number): YamlDocument {
  return { lineOf: () => undefined, error: { reason, line } };
}

/** YAML 1.1 text that kubectl and this package read back as the same values. */
export function writeYaml(value: unknown): string {
  return jsYaml.dump(value, { noRefs: true, lineWidth: -1, schema: kubernetesSchema });
}

/** A value on one line: `[{ namespace: shop }]`. */
export function writeInline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(writeInline).join(", ")}]`;
  if (typeof value !== "object" || value === null) return writeScalar(value);
  const pairs = Object.entries(value).map(([key, item]) => `${writeScalar(key)}: ${writeInline(item)}`);
  return pairs.length > 0 ? `{ ${pairs.join(", ")} }` : "{}";
}

function writeScalar(value: unknown): string {
  return jsYaml.dump(value, { flowLevel: 0, lineWidth: -1, schema: kubernetesSchema }).trim();
}

/** Several objects as one text. */
export function writeDocuments(objects: readonly unknown[]): string {
  return objects.map((object) => `---\n${writeYaml(object)}`).join("");
}

function hasKind(value: object): boolean {
  return "kind" in value;
}

/** Finds lines of positions that mostly ascend. */
class LineCounter {
  private position = 0;
  private line = 0;

  constructor(private readonly text: string) {}

  /** The line of the first content at or after a position. */
  lineAt(position: number | undefined): number | undefined {
    if (position === undefined) return undefined;
    const gap = /(?:\s|#[^\n]*)*/y;
    gap.lastIndex = position;
    const start = position + (gap.exec(this.text)?.[0].length ?? 0);
    if (start < this.position) [this.position, this.line] = [0, 0];
    for (let at = this.text.indexOf("\n", this.position); at >= 0 && at < start; at = this.text.indexOf("\n", at + 1))
      this.line++;
    this.position = start;
    return this.line;
  }
}

/** Values of a document with aliases written out, counted without writing them out; undefined where that has no end. */
function countValues(root: unknown): number | undefined {
  const known = new Map<object, number | undefined>();
  const count = (value: unknown): number | undefined => {
    if (typeof value !== "object" || value === null) return 1;
    if (known.has(value)) return known.get(value);
    known.set(value, undefined);
    let sum = 1;
    for (const item of Object.values(value)) {
      const inner = count(item);
      if (inner === undefined) return undefined;
      sum = Math.min(sum + inner, Number.MAX_SAFE_INTEGER);
    }
    known.set(value, sum);
    return sum;
  };
  return count(root);
}

const booleans = new Map([
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map((text) => [text, true] as const),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map((text) => [text, false] as const),
]);
/** Source: `resolve.go` of sigs.k8s.io/yaml's goyaml.v2, which reads numbers as Go does, without the underscores. */
const integer = /^[-+]?(0[bB][01]+|0[xX][\da-fA-F]+|0[oO]?[0-7]+|0|[1-9]\d*)$/;
const float = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/;
const digits = (text: string): string => (/^[-+\d]/.test(text) ? text.replaceAll("_", "") : text);
/** Most text begins with a letter, and every piece of text is asked whether it is a number. */
const mayBeNumber = (text: string | null): text is string => text !== null && text.charCodeAt(0) <= 0x39;

const bool = new jsYaml.Type("tag:yaml.org,2002:bool", {
  kind: "scalar",
  resolve: (text: string | null) => text !== null && text.length <= 5 && booleans.has(text),
  construct: (text: string) => booleans.get(text),
  predicate: (value) => typeof value === "boolean",
  represent: (value) => String(value),
});

const int = new jsYaml.Type("tag:yaml.org,2002:int", {
  kind: "scalar",
  resolve: (text: string | null) => mayBeNumber(text) && integer.test(digits(text)),
  construct: (text: string) => integerOf(digits(text)),
  predicate: (value) => typeof value === "number" && Number.isInteger(value),
  represent: (value) => String(value),
});

const decimal = new jsYaml.Type("tag:yaml.org,2002:float", {
  kind: "scalar",
  resolve: (text: string | null) => mayBeNumber(text) && float.test(digits(text)),
  construct: (text: string) => Number(digits(text)),
  predicate: (value) => typeof value === "number" && !Number.isInteger(value),
  represent: (value) => String(value),
});

function integerOf(text: string): number {
  const unsigned = text.replace(/^[-+]/, "");
  const octal = /^0[oO]?([0-7]+)$/.exec(unsigned)?.[1];
  const value = octal === undefined ? Number(unsigned) : parseInt(octal, 8);
  return text.startsWith("-") ? -value : value;
}

const nothing = new jsYaml.Type("tag:yaml.org,2002:null", {
  kind: "scalar",
  resolve: (text: string | null) => text === null || ["", "~", "null", "Null", "NULL"].includes(text),
  construct: () => null,
  predicate: (value) => value === null,
  represent: () => "null",
});

/** The merge key that hand-written files use. */
const merge = new jsYaml.Type("tag:yaml.org,2002:merge", { kind: "scalar", resolve: (text) => text === "<<" });

const kubernetesSchema = jsYaml.FAILSAFE_SCHEMA.extend({ implicit: [nothing, bool, int, decimal, merge] });

const schemas: Record<Dialect, jsYaml.Schema> = {
  kubernetes: kubernetesSchema,
  pulumi: jsYaml.CORE_SCHEMA.extend({ implicit: [merge] }),
};

import { writeInline } from "mesh-access/yaml";
import type { z } from "zod";

/** What zod keeps of a schema, as far as messages need it. */
interface Definition {
  type: string;
  shape?: Record<string, z.ZodType>;
  element?: z.ZodType;
  innerType?: z.ZodType;
  in?: z.ZodType;
  options?: z.ZodType[];
  discriminator?: string;
  entries?: Record<string, string>;
  values?: unknown[];
  valueType?: z.ZodType;
}

const definition = (schema: z.ZodType): Definition => schema.def as unknown as Definition;

/** The schema below defaults, optionals and transforms. */
function bare(schema: z.ZodType): z.ZodType {
  const { innerType, in: input } = definition(schema);
  const inner = innerType ?? input;
  return inner ? bare(inner) : schema;
}

/** Schemas that a value at a path may be checked by: several where a union is on the way. */
export function schemasAt(schema: z.ZodType, path: readonly PropertyKey[], input?: unknown): z.ZodType[] {
  const here = bare(schema);
  const { shape, element, options, valueType } = definition(here);
  const [key, ...rest] = path;
  if (key === undefined) return options ?? [here];
  if (options) {
    const fitting = options.filter((option) => fits(definition(bare(option)).shape ?? {}, input));
    return (fitting.length > 0 ? fitting : options).flatMap((option) => schemasAt(option, path, input));
  }
  const next = typeof key === "number" ? element : (shape?.[String(key)] ?? valueType);
  return next ? schemasAt(next, rest, (input as Record<PropertyKey, unknown> | null | undefined)?.[key]) : [];
}

/** Keys that an object at a path may have. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[], whole: unknown): string[] {
  const shapes = schemasAt(schema, path, whole)
    .map((candidate) => definition(bare(candidate)).shape)
    .filter((shape) => shape !== undefined);
  const input = path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)?.[key], whole);
  return Object.keys(shapes.find((shape) => fits(shape, input)) ?? shapes[0] ?? {});
}

/** Whether the literals of a shape, such as `kind`, are those of the input. */
function fits(shape: Record<string, z.ZodType>, input: unknown): boolean {
  return Object.entries(shape).every(([key, schema]) => {
    const value = (input as Record<string, unknown> | null | undefined)?.[key];
    return definition(bare(schema)).type !== "literal" || bare(schema).safeParse(value).success;
  });
}

/** Texts of every form that the settings know; a schema takes those that it accepts. */
const texts = [
  ["shop", "billing"],
  ["orders.db.example.com", "stock.db.example.com"],
  ["*.db.example.com", "*.example.org"],
  ["10.0.0.7", "10.0.0.8"],
  ["10.90.0.0/16", "10.91.0.0/16"],
  ["172.16.0.0/28", "172.16.0.16/28"],
  ["5m", "10s"],
  ["512Mi", "2Gi"],
  ["500m", "2"],
  ["example-project", "another-project"],
];

/**
 * A few values that a schema accepts, as small as they can be: examples for messages, and stand-ins for values that are
 * wrong, so that everything else can be checked.
 */
export function samples(schema: z.ZodType): unknown[] {
  const inner = bare(schema);
  const { type, shape, element, options, entries, values } = definition(inner);
  const accepted = (candidates: readonly unknown[]) => candidates.filter((each) => inner.safeParse(each).success);
  switch (type) {
    case "string":
      // A free text has no form that an example could show.
      if (inner.safeParse("any text at all").success) return ["any text"];
      return texts.map(accepted).find((list) => list.length > 0) ?? [];
    case "number":
    case "int":
      return accepted([3306, 5432, 30, 20, 2, 1]);
    case "boolean":
      return [true, false];
    case "enum":
      return Object.values(entries ?? {});
    case "literal":
      return values ?? [];
    case "array":
      return element ? [[samples(element)[0]]] : [];
    case "object":
      return [smallest(shape ?? {})];
    case "union":
      return (options ?? []).flatMap(samples);
    case "record":
      return [{ app: "shop" }];
    default:
      return [];
  }
}

/** An object with nothing but what it must have. */
function smallest(shape: Record<string, z.ZodType>): Record<string, unknown> {
  const needed = Object.entries(shape).filter(([, schema]) => !schema.safeParse(undefined).success);
  return Object.fromEntries(needed.map(([key, schema]) => [key, samples(schema)[0]]));
}

/** An example of an object: what it must have, or where it must have nothing, its first key. */
export function exampleOf(schema: z.ZodType): unknown {
  const { type, shape = {} } = definition(bare(schema));
  const [sample] = samples(schema);
  const [first] = Object.entries(shape);
  if (type !== "object" || !first || JSON.stringify(sample) !== "{}") return sample;
  return { [first[0]]: samples(first[1])[0] };
}

/** The words that a schema accepts, where it accepts no others. */
export function wordsOf(schema: z.ZodType): string[] {
  const { type, entries, values } = definition(bare(schema));
  const words = type === "enum" ? Object.values(entries ?? {}) : type === "literal" ? (values ?? []) : [];
  return words.map(String);
}

/** What one option of several accepts, as a reader would write it: its words, or its kind with an example. */
export function formOf(schema: z.ZodType): string {
  const words = wordsOf(schema);
  if (words.length > 0) return `${words.length > 1 ? "one of " : ""}${words.map(writeInline).join(", ")}`;
  const kind = kindInWords(definition(bare(schema)).type);
  const example = exampleOf(schema);
  return example === undefined || typeof example === "boolean" ? kind : `${kind}, for example ${writeInline(example)}`;
}

/** What a value has to be, in words: `a list`, `a number`. */
export function kindInWords(expected: string): string {
  const words: Record<string, string> = {
    array: "a list",
    object: "an object",
    record: "an object",
    string: "a text",
    int: "a whole number",
    number: "a number",
    boolean: "true or false",
  };
  return words[expected] ?? expected;
}

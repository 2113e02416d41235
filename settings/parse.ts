import { nearest } from "mesh-access/nearest";
import type { z } from "zod";
import { keyPath, type Problem, SettingsError } from "./problem.js";

type Issue = z.core.$ZodIssue;

/** Checks a value against a schema. @throws {@link SettingsError} with every problem at once. */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, root = ""): z.output<Schema> {
  const result = tryParse(schema, value, root);
  if ("problems" in result) throw new SettingsError(result.problems);
  return result.value;
}

/** Like {@link parse}, but returns the problems. */
export function tryParse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  root = "",
): { value: z.output<Schema> } | { problems: Problem[] } {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return { value: result.data };
  return { problems: result.error.issues.flatMap((issue) => problemsOf(issue, schema, value, root)) };
}

function problemsOf(issue: Issue, schema: z.ZodType, whole: unknown, root: string): Problem[] {
  const path = keyPath([...(root ? [root] : []), ...issue.path]);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(path, key, keysAt(schema, issue.path, issue.input)));
    case "invalid_value":
      return [unknownValue(path, issue.input, issue.values.map(String))];
    case "invalid_union":
      return "options" in issue && issue.discriminator
        ? [unknownValue(path, at(issue.input, issue.discriminator), (issue.options ?? []).map(String))]
        : issue.errors
            .flat()
            .flatMap((inner) => problemsOf({ ...inner, path: [...issue.path, ...inner.path] }, schema, whole, root));
    case "invalid_type":
      return [
        issue.input === undefined
          ? { path, reason: "is missing", instead: `Write ${article(issue.expected)}` }
          : {
              path,
              value: issue.input,
              reason: `is no ${issue.expected}`,
              instead: `Write ${article(issue.expected)}`,
            },
      ];
    case "too_small":
      return [
        { path, value: issue.input, reason: "is too small or empty", instead: `Write at least ${issue.minimum}` },
      ];
    case "too_big":
      return [{ path, value: issue.input, reason: "is too large or long", instead: `Write at most ${issue.maximum}` }];
    default: {
      // Messages of settings/formats.ts carry reason and remedy, told apart by a bar.
      const [reason, instead] = issue.message.split("|");
      const value = complainedOf(issue, whole);
      return [{ path, value, reason: reason ?? "is invalid", instead: instead ?? "See docs/settings.md" }];
    }
  }
}

/** What stands at the issue's path; a check of a whole object may complain of one key of it, which may be a default. */
function complainedOf({ path, input }: Issue, whole: unknown): unknown {
  const written = path.reduce<unknown>((value, key) => at(value, key), whole);
  return written ?? at(input, path.at(-1) ?? "");
}

const article = (type: string) => (/^[aeio]/.test(type) ? `an ${type}` : `a ${type}`);
const at = (value: unknown, key: PropertyKey): unknown =>
  (value as Record<PropertyKey, unknown> | null | undefined)?.[key];

function unknownKey(path: string, key: string, known: string[]): Problem {
  const where = keyPath([...(path ? [path] : []), key]);
  const near = nearest(key, known);
  return {
    path: where,
    reason: "is no known key",
    instead: near ? `Did you mean ${near}?` : `Known keys: ${known.sort().join(", ")}`,
  };
}

function unknownValue(path: string, value: unknown, known: string[]): Problem {
  const near = typeof value === "string" ? nearest(value, known) : undefined;
  const all = `Write ${known.length > 1 ? "one of " : ""}${known.join(", ")}`;
  return value === undefined
    ? { path, reason: "is missing", instead: all }
    : { path, value, reason: "is not known here", instead: near ? `Did you mean ${near}? ${all}` : all };
}

/** Keys the schema knows at a path. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[], input: unknown): string[] {
  return Object.keys(shapeOf(descend(schema, path), input) ?? {});
}

type Definition = {
  type: string;
  shape?: Record<string, z.ZodType>;
  element?: z.ZodType;
  innerType?: z.ZodType;
  in?: z.ZodType;
  options?: z.ZodType[];
  discriminator?: string;
};

const definition = (schema: z.ZodType): Definition => schema.def as unknown as Definition;

/** The schema beneath defaults, optionals and transforms. */
function bare(schema: z.ZodType): z.ZodType {
  const { innerType, in: input } = definition(schema);
  const inner = innerType ?? input;
  return inner ? bare(inner) : schema;
}

function descend(schema: z.ZodType, [key, ...rest]: readonly PropertyKey[]): z.ZodType[] {
  const here = bare(schema);
  const { shape, element, options } = definition(here);
  if (key === undefined) return options ?? [here];
  if (options) return options.flatMap((option) => descend(option, [key, ...rest]));
  const next = typeof key === "number" ? element : shape?.[String(key)];
  return next ? descend(next, rest) : [];
}

/** The shape that fits the input; of a union, the branch its literals select. */
function shapeOf(candidates: z.ZodType[], input: unknown): Record<string, z.ZodType> | undefined {
  const shapes = candidates
    .map((candidate) => definition(bare(candidate)).shape)
    .filter((shape) => shape !== undefined);
  return shapes.find((shape) => fits(shape, input)) ?? shapes[0];
}

function fits(shape: Record<string, z.ZodType>, input: unknown): boolean {
  return Object.entries(shape).every(([key, schema]) => {
    const { type } = definition(bare(schema));
    return type !== "literal" || bare(schema).safeParse(at(input, key)).success;
  });
}

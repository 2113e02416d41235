import { nearest } from "mesh-access/nearest";
import { writeInline } from "mesh-access/yaml";
import type { z } from "zod";
import { isRefusal, refusals } from "./settingsMessages.js";
import { keyPath, type Problem, SettingsError } from "./problem.js";
import { synonyms } from "./synonyms.js";
import { exampleOf, formOf, keysAt, kindInWords, schemasAt, wordsOf } from "./schemaShape.js";

export type Issue = z.core.$ZodIssue;

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
): { value: z.output<Schema> } | { problems: Problem[]; issues: Issue[] } {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return { value: result.data };
  const { issues } = result.error;
  return { problems: issues.flatMap((issue) => problemsOf(issue, schema, value, root)), issues };
}

function problemsOf(issue: Issue, schema: z.ZodType, whole: unknown, root: string): Problem[] {
  const path = keyPath([...(root ? [root] : []), ...issue.path]);
  const value = isSecretPath(path) ? undefined : issue.input;
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(path, key, keysAt(schema, issue.path, whole)));
    case "invalid_value":
      return [unknownValue(path, value, issue.input === undefined, issue.values.map(String))];
    case "invalid_union":
      return unionProblems(issue, schema, whole, root);
    case "invalid_type":
      return [wrongType(path, value, issue, examplesAt(schema, issue.path, whole))];
    case "too_small":
      return [tooSmall(path, value, issue)];
    case "too_big":
      return [
        { path, value, reason: issue.origin === "string" ? "is too long" : "is too large", instead: atMost(issue) },
      ];
    default: {
      const { reason, instead } = refusedFor(issue);
      return [{ path, value: isSecretPath(path) ? undefined : complainedOf(issue, whole), reason, instead }];
    }
  }
}

/** Reason and remedy of a check of ours: by its id, or made for the case. */
function refusedFor(issue: Issue): { reason: string; instead: string } {
  if (isRefusal(issue.message)) return refusals[issue.message];
  const { reason, instead } = (issue as { params?: Record<string, unknown> }).params ?? {};
  return { reason: String(reason ?? "is not valid"), instead: String(instead ?? "See docs/settings.md") };
}

/** What is wrong by the options of a union: by the value that distinguishes them, or by the option of the same type. */
function unionProblems(
  issue: Extract<Issue, { code: "invalid_union" }>,
  schema: z.ZodType,
  whole: unknown,
  root: string,
): Problem[] {
  const path = keyPath([...(root ? [root] : []), ...issue.path]);
  if ("options" in issue && issue.discriminator) {
    // Its path ends with the key that distinguishes the options, unless the value is no object at all.
    if (typeof issue.input !== "object" || issue.input === null)
      return [
        wrongType(path, issue.input, { expected: "object", input: issue.input }, examplesAt(schema, issue.path, whole)),
      ];
    const found = at(issue.input, issue.discriminator);
    return [unknownValue(path, found, found === undefined, (issue.options ?? []).map(String))];
  }
  const deepest = issue.errors
    .map((option) => option.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })))
    .filter((option) => option.some(({ path: inner }) => inner.length > issue.path.length));
  const [closestOption] = deepest;
  if (closestOption) return closestOption.flatMap((inner) => problemsOf(inner, schema, whole, root));
  return [noOption(path, issue.input, schemasAt(schema, issue.path, whole))];
}

/** A value that none of the options takes: what each of them does. */
function noOption(path: string, input: unknown, options: readonly z.ZodType[]): Problem {
  const words = options.flatMap(wordsOf);
  const near = typeof input === "string" ? nearest(input, words, synonyms) : undefined;
  const meant = near ?? (words.length === 0 ? meantBy(input, "boolean") : undefined);
  const all = `Write ${options.map(formOf).join(", or ")}`;
  if (input === undefined) return { path, reason: "is missing", instead: all };
  const value = isSecretPath(path) ? undefined : input;
  return { path, value, reason: "is not accepted here", instead: meant ? `Did you mean ${meant}? ${all}` : all };
}

function wrongType(
  path: string,
  value: unknown,
  { expected, input }: { expected: string; input?: unknown },
  examples: readonly unknown[],
): Problem {
  const kind = kindInWords(expected);
  const fitting = examples.filter(
    (example) => typeof input === "string" && Object.values(example ?? {}).includes(input),
  );
  const sample = shortest(fitting.length > 0 ? fitting : examples);
  // An object whose keys are anybody's, and a text of any form, have no example that helps.
  const helps = sample !== undefined && !["{}", '"any text"'].includes(JSON.stringify(sample));
  const example = helps ? writeInline(sample) : undefined;
  const wanted = [kind, ...(example ? [`for example ${example}`] : [])].join(", ");
  if (input === undefined) return { path, reason: "is missing", instead: `Write ${wanted}` };
  const meant = meantBy(input, expected);
  if (meant !== undefined) return { path, value, reason: `is a text, not ${kind}`, instead: `Write ${meant}` };
  return { path, value, reason: `is not ${kind}`, instead: `Write ${wanted}` };
}

/** The number, or the true or false, that a text stands for. */
function meantBy(input: unknown, expected: string): string | undefined {
  if (typeof input !== "string") return undefined;
  const text = input.trim();
  if (expected === "number" || expected === "int") return /^\d+$/.test(text) ? `${text} without quotes` : undefined;
  if (expected !== "boolean") return undefined;
  if (/^(true|yes|on|y)$/i.test(text)) return "true";
  return /^(false|no|off|n)$/i.test(text) ? "false" : undefined;
}

function shortest(examples: readonly unknown[]): unknown {
  const length = (value: unknown) => JSON.stringify(value)?.length ?? 0;
  return [...examples].sort((a, b) => length(a) - length(b))[0];
}

function tooSmall(path: string, value: unknown, issue: Extract<Issue, { code: "too_small" }>): Problem {
  if (issue.origin === "array" || issue.origin === "string")
    return { path, value, reason: "is empty", instead: `Write at least ${issue.minimum}` };
  return { path, value, reason: "is too small", instead: `Write at least ${issue.minimum}` };
}

const atMost = ({ origin, maximum }: { origin: string; maximum: number | bigint }) =>
  origin === "string" ? `Write at most ${maximum} characters` : `Write at most ${maximum}`;

function examplesAt(schema: z.ZodType, path: readonly PropertyKey[], whole: unknown): unknown[] {
  return schemasAt(schema, path, whole)
    .map(exampleOf)
    .filter((example) => example !== undefined);
}

/** What stands at the issue's path; a check of a whole object may complain of one key of it, which may be a default. */
function complainedOf({ path, input }: Issue, whole: unknown): unknown {
  const written = path.reduce<unknown>((value, key) => at(value, key), whole);
  return written ?? at(input, path.at(-1) ?? "");
}

/** A path where people write a password by mistake. */
function isSecretPath(path: string): boolean {
  return /(secret|password|token)[^.[\]]*(\[\d+\])?$/i.test(path) || /(^|\.)(secrets|secretEnv)(\.|\[|$)/.test(path);
}

const at = (value: unknown, key: PropertyKey): unknown =>
  (value as Record<PropertyKey, unknown> | null | undefined)?.[key];

function unknownKey(path: string, key: string, known: string[]): Problem {
  const where = keyPath([...(path ? [path] : []), key]);
  const near = nearest(key, known, synonyms);
  return {
    path: where,
    reason: "is not a known key",
    instead: near ? `Did you mean ${near}?` : `Known keys: ${known.sort().join(", ")}`,
  };
}

function unknownValue(path: string, value: unknown, isMissing: boolean, known: string[]): Problem {
  const near = typeof value === "string" ? nearest(value, known, synonyms) : undefined;
  const all = `Write ${known.length > 1 ? "one of " : ""}${known.join(", ")}`;
  if (isMissing) return { path, reason: "is missing", instead: all };
  return { path, value, reason: "is not a known value", instead: near ? `Did you mean ${near}? ${all}` : all };
}

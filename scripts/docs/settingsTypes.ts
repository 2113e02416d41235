import { format, resolveConfig } from "prettier";
import type { JsonSchema } from "./settingsSchema.js";

/** Where the interfaces are written to. */
export const settingsTypesPath = "settings/input.ts";

const preamble = `/**
 * The settings as one writes them, for TypeScript and for editors: each field with its meaning, unit and default.
 * Written by \`npm run docs\` from the schemas beside this file, which are the one place to change.
 *
 * @module
 */
`;

/** The interfaces of all settings, as TypeScript. What has a default may be left out. */
export async function settingsTypes(schema: JsonSchema): Promise<string> {
  const interfaces = new Map<string, string>();
  const writer = new TypeWriter(interfaces);
  writer.interfaceOf({ ...schema, description: "Settings of a stack: one key for each layer." }, "Settings");
  const text = preamble + [...interfaces.values()].reverse().join("\n");
  return format(text, { ...(await resolveConfig(settingsTypesPath)), parser: "typescript" });
}

class TypeWriter {
  constructor(private readonly interfaces: Map<string, string>) {}

  /** Writes an interface and returns its name. `subject` is the path to it, in words. */
  interfaceOf({ properties = {}, required = [], description }: JsonSchema, subject: string): string {
    // `DatabaseInput` is what the component takes: its host may be an output.
    const name = subject === "Database" ? "DatabaseEntryInput" : `${subject}Input`;
    if (this.interfaces.has(name)) throw new Error(`Two objects of the settings are called ${name}.`);
    const fields = Object.entries(properties).map(([key, field]) => {
      const type = this.typeOf(field, subject === "Settings" ? pascal(key) : subject + pascal(key));
      return `${documentation(field)}${key}${required.includes(key) ? "" : "?"}: ${type};`;
    });
    this.interfaces.set(name, `${comment(description ?? "")}export interface ${name} {\n${fields.join("\n")}\n}\n`);
    return name;
  }

  private typeOf(schema: JsonSchema, subject: string): string {
    const { type, items, oneOf, anyOf, properties, additionalProperties } = schema;
    if (schema.const !== undefined) return JSON.stringify(schema.const);
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
    if (oneOf) return oneOf.map((one) => this.typeOf(one, variant(one) + subject)).join(" | ");
    if (anyOf) return [...new Set(anyOf.map((one) => this.typeOf(one, subject)))].join(" | ");
    if (type === "array") return `(${this.typeOf(items ?? {}, singular(subject))})[]`;
    if (properties) return this.interfaceOf(schema, subject);
    if (typeof additionalProperties === "object")
      return `Record<string, ${this.typeOf(additionalProperties, subject)}>`;
    return type === "integer" ? "number" : (type ?? "unknown");
  }
}

/** The value that tells one variant of an object from the others: `gke`, `istio`. */
function variant({ properties = {} }: JsonSchema): string {
  const mark = Object.values(properties).find(({ const: value }) => typeof value === "string");
  return mark ? pascal(String(mark.const)) : "";
}

function documentation({ description, default: standard, minimum, maximum, oneOf, anyOf }: JsonSchema): string {
  const text =
    description ?? (oneOf ?? anyOf ?? []).map((one) => one.description ?? "").find((one) => one !== "") ?? "";
  const range = minimum === undefined || maximum === undefined ? "" : ` From ${minimum} to ${maximum}.`;
  const [meaning = "", inWords] = text.split(/ ?Default: /);
  const value = inWords ?? (isPlain(standard) ? `\`${JSON.stringify(standard)}\`` : undefined);
  return comment(`${meaning}${range}${value === undefined ? "" : `\n\n@default ${value.replace(/\.$/, "")}`}`);
}

/** A default that a reader can take in: an object's own fields say theirs. */
function isPlain(value: unknown): boolean {
  return value !== undefined && (typeof value !== "object" || (Array.isArray(value) && value.length > 0));
}

function comment(text: string): string {
  if (text === "") return "";
  const lines = text.split("\n").map((line) => ` * ${line}`.trimEnd());
  return `/**\n${lines.join("\n").replaceAll("*/", "*\\/")}\n */\n`;
}

function pascal(text: string): string {
  return text.replaceAll(/(^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_all, _mark, letter: string) => letter.toUpperCase());
}

function singular(subject: string): string {
  return subject
    .replace(/ies$/, "y")
    .replace(/(?<=ss|x|ch)es$/, "")
    .replace(/(?<!s)s$/, "");
}

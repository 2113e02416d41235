import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import ts from "typescript";
import type { z } from "zod";
import { settingsJsonSchema, type JsonSchema } from "../../scripts/docs/settingsSchema.js";
import type { SettingsInput } from "../../settings/input.js";
import type { settingsSchema } from "../../settings/schema.js";

// The type check fails where the interfaces and the schemas accept different settings.
type Written = z.input<typeof settingsSchema>;
export const acceptedBySchema = (settings: SettingsInput): Written => settings;
export const acceptedByInterface = (settings: Written): SettingsInput => settings;

describe("Interfaces of the settings", () => {
  const source = ts.createSourceFile(
    "input.ts",
    readFileSync("settings/input.ts", "utf8"),
    ts.ScriptTarget.ES2022,
    true,
  );
  const interfaces = source.statements.filter(ts.isInterfaceDeclaration);

  it("document every field that the schema describes", () => {
    const undocumented = interfaces.flatMap((declared) =>
      declared.members
        .filter((member) => ts.getJSDocCommentsAndTags(member).length === 0)
        .map((member) => `${declared.name.text}.${(member.name as ts.Identifier).text}`),
    );
    // The field that distinguishes variants says nothing beyond its value.
    assert.deepEqual(
      undocumented.filter((field) => !/\.(kind|cloud)$/.test(field)),
      [],
    );
  });

  it("name the default of every field that has a plain one", () => {
    const withDefault = (schema: JsonSchema): number =>
      Object.values(schema.properties ?? {}).reduce(
        (sum, field) => sum + (["string", "number", "boolean"].includes(typeof field.default) ? 1 : 0),
        0,
      );
    const all = (schema: JsonSchema): number =>
      withDefault(schema) +
      [
        ...Object.values(schema.properties ?? {}),
        ...(schema.items ? [schema.items] : []),
        ...(schema.oneOf ?? []),
        ...(schema.anyOf ?? []),
        ...(typeof schema.additionalProperties === "object" ? [schema.additionalProperties] : []),
      ].reduce((sum, inner) => sum + all(inner), 0);
    const tagged = interfaces.flatMap(({ members }) =>
      members.filter((member) => ts.getJSDocTags(member).some(({ tagName }) => tagName.text === "default")),
    );
    assert.ok(tagged.length >= all(settingsJsonSchema()), `${tagged.length} defaults are documented`);
  });
});

import { readFileSync } from "node:fs";
import { z } from "zod";
import { settingsSchema } from "../../settings/schema.js";
import { project, schemaUrl } from "../../settings/project.js";

/** The part of JSON Schema that the settings use. */
export interface JsonSchema {
  title?: string;
  description?: string;
  type?: string;
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  items?: JsonSchema;
  oneOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  required?: string[];
}

/** JSON Schema of the settings as one writes them: what has a default may be left out. */
export function settingsJsonSchema(): JsonSchema {
  return z.toJSONSchema(settingsSchema, {
    io: "input",
    // Editors read this draft.
    target: "draft-7",
    override: ({ jsonSchema }) => {
      // No format of JSON Schema; the pattern beside it says the same.
      if (String(jsonSchema.format) === "starts_with") delete jsonSchema.format;
      // Every integer of zod ends there; no reader needs to know.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  }) as JsonSchema;
}

const encrypted = {
  type: "object",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
};

/** Version of the package. */
const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

/** The comment by which editors find the schema. */
export const schemaComment = `# yaml-language-server: $schema=${schemaUrl(version)}`;

/** JSON Schema of a stack file, for editors: the settings under their config keys, and what the engine itself writes. */
export function stackFileJsonSchema(): object {
  const { properties = {}, required = [] } = settingsJsonSchema();
  const key = (name: string) => `${project}:${name}`;
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: schemaUrl(version),
    title: `Stack file of ${project}`,
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: {
          ...Object.fromEntries(Object.entries(properties).map(([name, schema]) => [key(name), schema])),
          [key("secrets")]: {
            description: `Secret values by name, encrypted: pulumi config set --secret --path ${key("secrets.NAME")}`,
            type: "object",
            additionalProperties: encrypted,
          },
        },
        // Config of providers, such as gcp:project.
        patternProperties: { [`^(?!${project}:)[^:]+:.+$`]: {} },
        required: required.map(key),
        additionalProperties: false,
      },
      secretsprovider: { type: "string" },
      encryptedkey: { type: "string" },
      encryptionsalt: { type: "string" },
    },
    required: ["config"],
    additionalProperties: false,
  };
}

import { type JsonSchema, schemaComment } from "./settingsSchema.js";
import { table } from "./markdown.js";

interface Row {
  /** Full key path; without the brackets of lists it is the anchor. */
  path: string;
  /** As shown: the path without the section's own key. */
  key: string;
  schema: JsonSchema;
  required: boolean;
}

/** The settings reference: a section per top-level key, a table per shape, an anchor per key. */
export function settingsReference(settings: JsonSchema): string {
  const sections = Object.entries(settings.properties ?? {});
  return [
    intro(sections.map(([name, { description }]) => [name, description ?? ""])),
    ...sections.map(([name, schema]) => section(name, schema, settings.required?.includes(name) ?? false)),
  ].join("\n");
}

function intro(sections: [string, string][]): string {
  return `# Settings

A stack is described by one file, \`stacks/Pulumi.<stack>.yaml\`: each key below stands under \`config\` as \`mesh-egress:<key>\`.

\`\`\`yaml
config:
  mesh-egress:cluster:
    cloud: existing
  mesh-egress:mesh:
    kind: istio
  mesh-egress:namespaces:
    - name: shop
  mesh-egress:databases:
    - name: orders
      host: orders.db.example.com
      protocol: postgres
      clients:
        - { namespace: shop, serviceAccounts: [orders] }
\`\`\`

\`npx mesh-egress validate --config FILE\` names every mistake at once: key path, value, reason, and what to write instead. Editors
check the file while it is written when its first line is

\`\`\`yaml
${schemaComment}
\`\`\`

which \`init\` writes: the schema of that version, from the npm package, wherever the file is copied.

Secrets stand under \`mesh-egress:secrets\`, encrypted: \`pulumi config set --secret --path mesh-egress:secrets.NAME\`. Settings refer
to them by name, in keys that end in \`Secret\` and in \`secretEnv\`.

${table(
  ["Key", "What it describes"],
  sections.map(([name, description]) => [`[\`${name}\`](#${name})`, description]),
)}`;
}

function section(name: string, schema: JsonSchema, required: boolean): string {
  const { item, prefix } = listed(name, schema);
  const facts = [prefix.endsWith("[]") ? "A list." : "", required ? "Required." : "Optional."]
    .filter(Boolean)
    .join(" ");
  const shapes = item.oneOf ?? [item];
  return [
    `\n<a id="${name}"></a>\n\n## ${name}\n`,
    `${schema.description ?? ""} ${facts}`.trim(),
    ...shapes.map((shape) => shapeTable(prefix, shape, item.oneOf !== undefined)),
  ].join("\n");
}

function shapeTable(prefix: string, shape: JsonSchema, isVariant: boolean): string {
  const [discriminator, literal] =
    Object.entries(shape.properties ?? {}).find(([, { const: value }]) => value !== undefined) ?? [];
  const variant = isVariant ? `${prefix}.${literal?.const}` : prefix;
  const rows = rowsOf(variant, "", shape);
  return [
    isVariant ? `\n### ${prefix}.${discriminator}: ${literal?.const}\n\n${shape.description ?? ""}`.trimEnd() : "",
    "",
    table(["Key", "Type", "Default", "Meaning"], rows.map(cells)),
  ].join("\n");
}

function rowsOf(path: string, key: string, shape: JsonSchema): Row[] {
  return Object.entries(shape.properties ?? {}).flatMap(([name, schema]) => {
    const own = { path: `${path}.${name}`, key: key ? `${key}.${name}` : name };
    const { item, prefix } = listed(own.key, schema);
    return [
      { ...own, schema, required: shape.required?.includes(name) ?? false },
      ...rowsOf(`${path}.${name}${prefix.slice(own.key.length)}`, prefix, objectOf(item)),
    ];
  });
}

/** The items of a list, with the brackets its key gets. */
function listed(key: string, schema: JsonSchema): { item: JsonSchema; prefix: string } {
  return schema.items ? { item: schema.items, prefix: `${key}[]` } : { item: schema, prefix: key };
}

/** What may also be written as a plain value still has its keys listed. */
function objectOf(schema: JsonSchema): JsonSchema {
  return schema.properties ? schema : (schema.anyOf?.find(({ properties }) => properties) ?? schema);
}

const anchor = (path: string) => path.replaceAll("[]", "");

function cells({ path, key, schema, required }: Row): string[] {
  const { meaning, stated } = described(schema.description ?? "");
  const plain = schema.default === undefined ? undefined : defaultText(schema);
  const standard = required ? "**required**" : [plain, stated].filter(Boolean).join(": ") || "none";
  return [`<a id="${anchor(path)}"></a>\`${key}\``, typeText(schema), standard, meaning];
}

/** Descriptions name a default that is no plain value: `… Default: the host.` */
function described(description: string): { meaning: string; stated?: string } {
  const [, before, stated, after] = /^(.*?)\s*Default: (.+?)(?:\.(?=\s|$))(.*)$/s.exec(description) ?? [];
  return stated === undefined ? { meaning: description } : { meaning: `${before}${after}`.trim(), stated };
}

function defaultText(schema: JsonSchema): string {
  const { default: value } = schema;
  if (Array.isArray(value) && value.length === 0) return "empty";
  if (typeof value !== "object" || value === null) return `\`${String(value)}\``;
  return Object.keys(value).length > 0 ? `\`${JSON.stringify(value)}\`` : schema.properties ? "as below" : "empty";
}

function typeText(schema: JsonSchema): string {
  const { title, type, const: literal, enum: values, items, anyOf, additionalProperties: entries } = schema;
  if (literal !== undefined) return `\`${String(literal)}\``;
  if (values) return values.map((value) => `\`${String(value)}\``).join(", ");
  if (anyOf) return anyOf.map(typeText).join(" or ");
  if (items) return items.properties ? "list" : `list of: ${typeText(items)}`;
  if (schema.properties) return "mapping";
  if (type === "object") return title ?? `mapping to ${typeof entries === "object" ? typeText(entries) : "any"}`;
  return [title ?? type ?? "any", range(schema)].filter(Boolean).join(", ");
}

function range({ title, minimum, maximum, maxLength }: JsonSchema): string {
  if (title === "port") return "";
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  if (minimum !== undefined) return `at least ${minimum}`;
  return maxLength !== undefined && maxLength < 253 ? `at most ${maxLength} characters` : "";
}

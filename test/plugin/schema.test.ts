import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { packagedComponents } from "../../plugin/components.js";
import { type JsonSchema, settingsJsonSchema } from "../../scripts/docs/settingsSchema.js";

interface Property {
  $ref?: string;
  type?: string;
  description?: string;
  items?: Property;
  additionalProperties?: Property;
  oneOf?: Property[];
}

interface ObjectSchema {
  enum?: { value: unknown }[];
  description?: string;
  properties?: Record<string, Property>;
  inputProperties?: Record<string, Property>;
  required?: string[];
  requiredInputs?: string[];
}

const schema = JSON.parse(readFileSync("plugin/schema.json", "utf8")) as {
  version: string;
  resources: Record<string, ObjectSchema>;
  types: Record<string, ObjectSchema>;
};
const all = { ...schema.resources, ...schema.types };
const resource = (name: string) => schema.resources[`mesh-egress:index:${name}`];

const references = (property: Property): string[] => [
  ...(property.$ref?.startsWith("#/types/") ? [property.$ref.slice("#/types/".length)] : []),
  ...[property.items, property.additionalProperties, ...(property.oneOf ?? [])].flatMap((one) =>
    one ? references(one) : [],
  ),
];
/** Whether a value has a type all the way down. */
const isTyped = ({ $ref, type, items, additionalProperties, oneOf }: Property): boolean => {
  if ($ref !== undefined) return $ref !== "pulumi.json#/Any";
  if (oneOf) return oneOf.every(isTyped);
  if (type === "array") return items !== undefined && isTyped(items);
  if (type === "object") return additionalProperties !== undefined && isTyped(additionalProperties);
  return type !== undefined;
};

/** Keys of the settings with a choice of several words. One of words or a list is text in the package: it has no such type. */
function choices(settings: JsonSchema, path: string): { path: string; values: unknown[] }[] {
  const { properties = {}, items, oneOf = [], additionalProperties } = settings;
  const below = [
    ...Object.entries(properties).map(([key, one]) => [`${path}.${key}`, one] as const),
    ...[items, additionalProperties, ...oneOf].flatMap((one) =>
      typeof one === "object" ? [[path, one] as const] : [],
    ),
  ];
  const own =
    settings.type === "string" && (settings.enum?.length ?? 0) > 1 ? [{ path, values: settings.enum ?? [] }] : [];
  return [...own, ...below.flatMap(([at, one]) => choices(one, at))];
}

const fields = ({ properties = {}, inputProperties = {} }: ObjectSchema) => [
  ...Object.entries(properties),
  ...Object.entries(inputProperties),
];

describe("The schema of the package", () => {
  it("has every component, with the version of the package", () => {
    assert.deepEqual(
      Object.keys(schema.resources),
      Object.keys(packagedComponents).map((name) => `mesh-egress:index:${name}`),
    );
    assert.equal(schema.version, (JSON.parse(readFileSync("package.json", "utf8")) as { version: string }).version);
  });

  it("names types that it has, and uses every type", () => {
    const used = Object.values(all).flatMap((one) => fields(one).flatMap(([, property]) => references(property)));
    assert.deepEqual([...new Set(used)].sort(), Object.keys(schema.types).sort());
  });

  it("describes every input of every component and every field below it", () => {
    const silent = Object.entries(all).flatMap(([token, one]) =>
      fields(one).flatMap(([name, { description }]) => (description ? [] : [`${token}.${name}`])),
    );
    assert.deepEqual(silent, []);
  });

  it("has a type for everything: nothing is Any", () => {
    const untyped = Object.entries(all).flatMap(([token, one]) =>
      fields(one).flatMap(([name, property]) => (isTyped(property) ? [] : [`${token}.${name}`])),
    );
    assert.deepEqual(untyped, []);
  });

  it("names the words of every choice of the settings", () => {
    const known = settingsJsonSchema();
    const found = choices(known, "settings");
    assert.ok(found.length > 20);
    const enums = Object.values(schema.types).flatMap((one) => (one.enum ? [one.enum.map(({ value }) => value)] : []));
    const missing = found.filter(
      ({ values }) => !enums.some((listed) => values.every((value) => listed.includes(value))),
    );
    assert.deepEqual(missing, []);
  });

  it("requires what has no default, and nothing else", () => {
    assert.deepEqual(resource("DatabaseEgress")?.requiredInputs, ["database", "gateway", "mesh"]);
    assert.deepEqual(resource("EgressGateway")?.requiredInputs, ["mesh"]);
    assert.deepEqual(resource("IstioMesh")?.requiredInputs, []);
  });

  it("hands over what the next component takes: the same type on both sides", () => {
    assert.equal(
      resource("IstioMesh")?.properties?.facts?.$ref,
      resource("EgressGateway")?.inputProperties?.mesh?.$ref,
    );
    assert.equal(
      resource("EgressGateway")?.properties?.gateway?.$ref,
      resource("DatabaseEgress")?.inputProperties?.gateway?.$ref,
    );
  });

  it("takes no provider as an argument: it comes from the options of the resource", () => {
    for (const { inputProperties = {} } of Object.values(schema.resources))
      for (const name of ["provider", "meshProvider", "clusterReady"]) assert.ok(!(name in inputProperties), name);
  });
});

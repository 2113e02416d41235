import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { packagedComponents } from "../../plugin/components.js";

interface Property {
  $ref?: string;
  description?: string;
  items?: Property;
  additionalProperties?: Property;
  oneOf?: Property[];
}

interface ObjectSchema {
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

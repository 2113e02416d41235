import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parseManifests } from "../../input/parse.js";
import { readYaml, writeYaml } from "../../input/yaml.js";

const valueOf = (text: string): unknown => readYaml(`v: ${text}`).value;

describe("YAML", () => {
  it("has the booleans of YAML 1.1, as kubectl reads them", () => {
    for (const text of ["yes", "Yes", "on", "ON", "y", "true"]) assert.deepEqual(valueOf(text), { v: true }, text);
    for (const text of ["no", "off", "Off", "n", "FALSE"]) assert.deepEqual(valueOf(text), { v: false }, text);
    for (const text of ['"yes"', "'on'", "yEs", "nope"])
      assert.equal(typeof (valueOf(text) as { v: unknown }).v, "string");
  });

  it("has the numbers that Go reads, underscores and octal included", () => {
    const numbers = {
      "010": 8,
      "0o10": 8,
      "0x1F": 31,
      "0b11": 3,
      "1_000": 1000,
      "-5": -5,
      "08": 8,
      "1.5": 1.5,
      "1e3": 1000,
      ".5": 0.5,
    };
    for (const [text, v] of Object.entries(numbers)) assert.deepEqual(valueOf(text), { v }, text);
    for (const text of ["12:30:00", "1.2.3", "10.0.0.0/8", "0xg", "2024-01-01", "5m"])
      assert.deepEqual(valueOf(text), { v: text }, text);
  });

  it("is written so that it reads back the same, whatever the text looks like", () => {
    const texts = [
      "yes",
      "no",
      "on",
      "n",
      "010",
      "1_000",
      "0x1F",
      "12:30:00",
      "null",
      "~",
      "",
      "1e3",
      "2024-01-01",
      "a: b",
      "- x",
      "*a",
      "<<",
    ];
    assert.deepEqual(readYaml(writeYaml({ texts })).value, { texts });
  });

  it("ends in a problem where aliases would stand for a billion values", () => {
    const levels = Array.from(
      { length: 9 },
      (_, index) => `l${index + 1}: &l${index + 1} [${Array(9).fill(`*l${index}`).join(",")}]`,
    );
    const bomb = `l0: &l0 [x,x,x,x,x,x,x,x,x]\n${levels.join("\n")}\n`;
    assert.match(readYaml(bomb).error?.reason ?? "", /aliases/);
    const { problems, objects } = parseManifests(
      `${bomb}---\napiVersion: v1\nkind: Service\nmetadata: {name: s}\n`,
      "f",
    );
    assert.deepEqual([problems.map(({ id }) => id), objects.length], [["invalid-yaml"], 1]);
  });

  it("reports a broken document with its line, and reads the others", () => {
    const { problems, objects } = parseManifests(
      "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\na: [1\nb: 2\n",
      "f",
    );
    assert.equal(objects.length, 1);
    assert.equal(problems[0]?.source?.line, 6);
  });
});

describe("the line of an object", () => {
  const item = (name: string) => ({ apiVersion: "v1", kind: "Service", metadata: { name } });
  const lines = (text: string) =>
    Object.fromEntries(parseManifests(text, "f").objects.map(({ metadata, source }) => [metadata.name, source?.line]));

  it("is found whatever the layout of the list", () => {
    const text = [
      "kind: List",
      "apiVersion: v1",
      "items:",
      "# first",
      "-   apiVersion: v1",
      "    kind: Service",
      "    metadata: { name: one }",
      "-",
      "",
      "    # second",
      "    apiVersion: v1",
      "    kind: Service",
      "    metadata: { name: two }",
      "- { apiVersion: v1, kind: Service, metadata: { name: three } }",
    ].join("\n");
    assert.deepEqual(lines(text), { one: 5, two: 11, three: 14 });
  });

  it("is found in JSON, in one line or many", () => {
    const list = { kind: "List", apiVersion: "v1", items: [item("one"), item("two")] };
    assert.deepEqual(lines(JSON.stringify(list)), { one: 1, two: 1 });
    const pretty = JSON.stringify(list, null, 2);
    const lineOf = (name: string) => pretty.slice(0, pretty.indexOf(`"${name}"`)).split("\n").length - 4;
    assert.deepEqual(lines(pretty), { one: lineOf("one"), two: lineOf("two") });
  });

  it("is found in lists within lists", () => {
    const inner = { kind: "List", apiVersion: "v1", items: [item("deep")] };
    const text = writeYaml({ kind: "List", apiVersion: "v1", items: [item("flat"), inner] });
    const found = lines(text);
    assert.deepEqual(Object.keys(found).sort(), ["deep", "flat"]);
    assert.match(text.split("\n")[(found["deep"] ?? 0) - 1] ?? "", /apiVersion/);
  });

  it("is found in a later document, after comments", () => {
    assert.deepEqual(lines(`# head\n---\n\n# about\napiVersion: v1\nkind: Service\nmetadata: {name: late}\n`), {
      late: 5,
    });
  });

  it("takes no part in JSON of the object's source but file and line", () => {
    const [object] = parseManifests(JSON.stringify(item("a")), "f.json").objects;
    assert.deepEqual(JSON.parse(JSON.stringify(object?.source)), { file: "f.json", line: 1 });
  });
});

describe("a pod on the host network", () => {
  it("is one when its manifest says yes", () => {
    const text = readFileSync("access/test/input/hostNetworkYes.yaml", "utf8");
    const { objects } = parseManifests(text, "f");
    const spec = objects.find(({ kind }) => kind === "Deployment")?.spec as {
      template: { spec: { hostNetwork: unknown } };
    };
    assert.equal(spec.template.spec.hostNetwork, true);
  });
});

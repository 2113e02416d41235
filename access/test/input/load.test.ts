import { textOf } from "../../messages/index.js";
import { said } from "../said.js";
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { loadManifests } from "../../input/load.js";
import { parseManifests } from "../../input/parse.js";

const service = (name: string, namespace = "shop") =>
  `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\n`;
const names = (parsed: { objects: { metadata: { name: string } }[] }) => parsed.objects.map((o) => o.metadata.name);

describe("reading manifests", () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "manifests-"))));
  afterEach(() => rm(folder, { recursive: true }));

  it("takes every document of a file, with the line each starts on", () => {
    const { objects } = parseManifests(
      `# shop\n${service("a")}---\n\n# second\n${service("b")}...\n--- # third\n${service("c")}`,
      "f",
    );
    assert.deepEqual(
      objects.map((object) => [object.metadata.name, object.source?.line]),
      [
        ["a", 2],
        ["b", 10],
        ["c", 17],
      ],
    );
  });

  it("reads files, folders with all beneath, and the standard input, in one go", async () => {
    await mkdir(join(folder, "deep", ".hidden"), { recursive: true });
    await writeFile(join(folder, "one.yaml"), service("one"));
    await writeFile(join(folder, "deep", "two.yml"), service("two"));
    await writeFile(
      join(folder, "deep", "three.json"),
      JSON.stringify({ apiVersion: "v1", kind: "Service", metadata: { name: "three" } }),
    );
    await writeFile(join(folder, "deep", "notes.txt"), "no manifest");
    await writeFile(join(folder, "deep", ".hidden", "four.yaml"), service("four"));
    const loaded = await loadManifests([folder, "-"], Readable.from([service("five")]));
    assert.deepEqual(names(loaded).sort(), ["five", "one", "three", "two"]);
    assert.deepEqual(loaded.problems, []);
  });

  it("follows links to files in a folder, and says which lead nowhere", async () => {
    await mkdir(join(folder, "shown"));
    await writeFile(join(folder, "one.yaml"), service("one"));
    await symlink(join(folder, "one.yaml"), join(folder, "shown", "link.yaml"));
    await symlink(join(folder, "none.yaml"), join(folder, "shown", "torn.yaml"));
    const loaded = await loadManifests([join(folder, "shown")]);
    assert.deepEqual(names(loaded), ["one"]);
    assert.match(loaded.problems.map(textOf).join("\n"), /^\S+torn\.yaml is a link to a file that does not exist/);
  });

  it("flattens lists, typed ones too, and knows the line of each item", () => {
    const item = (name: string) => `- apiVersion: v1\n  kind: Service\n  metadata:\n    name: ${name}\n`;
    const list = parseManifests(`apiVersion: v1\nkind: List\nitems:\n${item("a")}${item("b")}`, "f");
    assert.deepEqual(
      list.objects.map((o) => [o.metadata.name, o.source?.line]),
      [
        ["a", 4],
        ["b", 8],
      ],
    );
    const typed = parseManifests(
      JSON.stringify({ apiVersion: "v1", kind: "ServiceList", items: [{ metadata: { name: "c" } }] }),
      "f",
    );
    assert.deepEqual(
      typed.objects.map((o) => `${o.apiVersion} ${o.kind} ${o.metadata.name}`),
      ["v1 Service c"],
    );
    const json = JSON.stringify(
      {
        apiVersion: "v1",
        items: [1, 2].map((n) => ({ apiVersion: "v1", kind: "Service", metadata: { name: `s${n}` } })),
        kind: "List",
      },
      null,
      4,
    );
    assert.deepEqual(
      parseManifests(json, "f").objects.map((o) => o.source?.line),
      [4, 11],
    );
  });

  it("counts the kinds it does not read, and documents that are no Kubernetes object", () => {
    const secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n";
    const { ignored, objects, problems } = parseManifests(`${secret}---\n${secret}---\nreplicas: 3\n`, "f");
    assert.deepEqual(
      [...ignored],
      [
        ["Secret", 2],
        ["(no Kubernetes object)", 1],
      ],
    );
    assert.deepEqual([objects.length, problems.length], [0, 0]);
  });

  it("names file and line of a document that does not parse, and reads the others", () => {
    const { problems, objects } = parseManifests(`${service("a")}---\nkind: [\n---\n${service("b")}`, "shop.yaml");
    assert.deepEqual(
      objects.map((o) => o.metadata.name),
      ["a", "b"],
    );
    assert.equal(problems.length, 1);
    assert.equal(problems[0]?.source?.file, "shop.yaml");
    assert.ok([7, 8].includes(problems[0]?.source?.line ?? 0), `line ${problems[0]?.source?.line}`);
  });

  it("saves the sound items of a list with a broken one", () => {
    const item = (name: string) => `- apiVersion: v1\n  kind: Service\n  metadata:\n    name: ${name}\n`;
    const { problems, objects } = parseManifests(
      `kind: List\napiVersion: v1\nitems:\n${item("a")}${item("[b")}${item("c")}metadata: {}\n`,
      "f",
    );
    assert.deepEqual(
      objects.map((o) => [o.metadata.name, o.source?.line]),
      [
        ["a", 4],
        ["c", 12],
      ],
    );
    assert.equal(problems.length, 1);
  });

  it("reports objects without a name, a kind or an apiVersion, and labels that are no text", () => {
    const broken = [
      "apiVersion: v1\nkind: Service\nmetadata: {}\n",
      "apiVersion: v1\nmetadata: {name: a}\n",
      "kind: Service\nmetadata: {name: a}\n",
      "apiVersion: v1\nkind: Service\nmetadata: {name: 7}\n",
      "apiVersion: v1\nkind: Service\nmetadata: {name: a, labels: {version: 1}}\n",
    ];
    const { problems, objects } = parseManifests(broken.join("---\n"), "f");
    assert.deepEqual(
      problems.map((problem) => `${problem.source?.line}: ${said(problem)}`),
      [
        "1: Service has no name: write metadata.name.",
        "5: An object has no kind: write it.",
        "8: Service has no apiVersion: write it.",
        "11: Service has a name that is not text: put metadata.name in quotes.",
        '15: Service a: metadata.labels["version"] must be text: put the value in quotes.',
      ],
    );
    assert.equal(objects.length, 0);
  });

  it("takes the later of two objects with one identity, and says where the first stands", async () => {
    const file = join(folder, "twice.yaml");
    await writeFile(file, `${service("a")}---\n${service("a")}  labels: {later: "yes"}\n---\n${service("a", "other")}`);
    const { objects, problems } = await loadManifests([file]);
    assert.deepEqual(
      objects.map((o) => o.metadata.labels),
      [{ later: "yes" }, undefined],
    );
    assert.equal(problems[0]?.source?.line, 7);
    assert.match(said(problems[0]), /Service shop\/a is defined twice, first in .*twice\.yaml:1\./);
  });

  it("says so when a path does not exist, and reads the others", async () => {
    await writeFile(join(folder, "one.yaml"), service("one"));
    const { problems, objects } = await loadManifests([join(folder, "none.yaml"), join(folder, "one.yaml")]);
    assert.equal(objects.length, 1);
    assert.match(said(problems[0]), /none\.yaml cannot be read/);
  });

  it("reads ten thousand documents in less than two seconds of computing", () => {
    const text = Array.from(
      { length: 10_000 },
      (_, index) => `${service(`s${index}`)}spec:\n  ports:\n    - {port: 80, name: http}\n`,
    ).join("---\n");
    const start = process.cpuUsage(); // whatever else the machine does meanwhile
    assert.equal(parseManifests(text, "f").objects.length, 10_000);
    const { user, system } = process.cpuUsage(start);
    assert.ok((user + system) / 1_000 < 2_000);
  });
});

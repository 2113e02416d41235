import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadSettings } from "../../settings/load.js";
import { describeProblem, SettingsError } from "../../settings/problem.js";
import type { Settings } from "../../settings/schema.js";
import { projectRoot } from "../../settings/stackFile.js";
import { writtenObjects } from "../../settings/workloads.js";

const cluster = { cloud: "existing" };
const mesh = { kind: "istio" };
const namespaces = [{ name: "shop" }, { name: "billing" }];

/** A project root with these files. */
function projectWith(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "manifests-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

function load(files: Record<string, string>, entry: object = {}): Settings {
  const workloads = [{ kind: "manifests", folder: "k8s", ...entry }];
  return loadSettings({ cluster, mesh, namespaces, workloads }, projectWith(files));
}

/** Every problem of a project's manifests, as the user reads it. */
function problems(files: Record<string, string>, entry: object = {}): string[] {
  try {
    load(files, entry);
    return [];
  } catch (error) {
    assert.ok(error instanceof SettingsError, String(error));
    return error.problems.map(describeProblem);
  }
}

function assertRefused(text: string, expected: RegExp): void {
  const found = problems({ "k8s/a.yaml": text });
  assert.equal(found.length, 1, found.join("\n"));
  assert.match(found[0] ?? "", expected);
}

const object = (kind: string, name: string, rest = "", namespace = "shop") =>
  `apiVersion: v1\nkind: ${kind}\nmetadata: { name: ${name}, namespace: ${namespace} }\n${rest}`;
const titles = (settings: Settings) =>
  writtenObjects(settings.workloads).map(
    ({ object: { kind, metadata }, file, line }) => `${file}:${line} ${kind} ${metadata.namespace}/${metadata.name}`,
  );

describe("A folder of manifests", () => {
  it("is read with its subfolders, every document and every item of a list, and nothing hidden", () => {
    const files = {
      "k8s/b.yml": `# A comment.\n---\n${object("ConfigMap", "one")}---\n\n${object("ConfigMap", "two")}`,
      "k8s/api/a.json": JSON.stringify({
        apiVersion: "v1",
        kind: "List",
        items: [{ apiVersion: "v1", kind: "Service", metadata: { name: "api", namespace: "billing" } }],
      }),
      "k8s/.git/c.yaml": "not: an object",
      "k8s/node_modules/d.yaml": "not: an object",
      "k8s/README.md": "# Text",
    };
    assert.deepEqual(titles(load(files)), [
      "k8s/api/a.json:1 Service billing/api",
      "k8s/b.yml:3 ConfigMap shop/one",
      "k8s/b.yml:8 ConfigMap shop/two",
    ]);
  });

  it("may be one file", () => {
    const files = { "k8s/a.yaml": object("Service", "a"), "k8s/b.yaml": object("Service", "b") };
    assert.deepEqual(titles(load(files, { folder: "k8s/b.yaml" })), ["k8s/b.yaml:1 Service shop/b"]);
  });

  it("gets its namespace from the entry where an object names none, so that one folder serves two namespaces", () => {
    const root = projectWith({ "k8s/a.yaml": "apiVersion: v1\nkind: Service\nmetadata: { name: api }\n" });
    const workloads = ["shop", "billing"].map((namespace) => ({ kind: "manifests", folder: "k8s", namespace }));
    assert.deepEqual(titles(loadSettings({ cluster, mesh, namespaces, workloads }, root)), [
      "k8s/a.yaml:1 Service shop/api",
      "k8s/a.yaml:1 Service billing/api",
    ]);
  });

  it("is relative to the nearest folder with a Pulumi.yaml, or else to the stack file's own", () => {
    const root = projectWith({ "Pulumi.yaml": "name: p\n", "stacks/Pulumi.dev.yaml": "config: {}\n" });
    assert.equal(projectRoot(join(root, "stacks/Pulumi.dev.yaml")), root);
    const alone = projectWith({ "shop.yaml": "config: {}\n" });
    assert.equal(projectRoot(join(alone, "shop.yaml")), alone);
  });

  it("loses what only the API server writes, as in a dump of a live cluster", () => {
    const dump = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
  namespace: shop
  uid: 1-2
  resourceVersion: "7"
  creationTimestamp: null
  managedFields: []
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: "{}"
    team: shop
spec: { replicas: 2 }
status: { replicas: 2 }
`;
    const [written] = writtenObjects(load({ "k8s/a.yaml": dump }).workloads);
    assert.deepEqual(written?.object, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "api", namespace: "shop", annotations: { team: "shop" } },
      spec: { replicas: 2 },
    });
  });
});

describe("Manifests are refused", () => {
  it("when there are none", () => {
    assert.match(
      problems({}).join(),
      /^workloads\[0\]\.folder: "k8s" does not exist\. .*relative to the project root \//,
    );
    assert.match(problems({ "k8s/README.md": "" }).join(), /folder: "k8s" holds no file that ends in \.yaml/);
  });

  it("when a file cannot be read", () => {
    const root = projectWith({ "k8s/a.yaml": object("Service", "a") });
    symlinkSync(join(root, "nowhere"), join(root, "k8s/b.yaml"));
    assert.throws(
      () => loadSettings({ cluster, mesh, namespaces, workloads: [{ kind: "manifests", folder: "k8s" }] }, root),
      /^Error: k8s\/b\.yaml: cannot be read: ENOENT|k8s\/b\.yaml: cannot be read: ENOENT/,
    );
  });

  it("with file and line when they are not YAML, and the sound documents are judged all the same", () => {
    const text = `${object("Namespace", "x")}---\nkind: Service\nmetadata: {\n`;
    const found = problems({ "k8s/a.yaml": text });
    assert.match(found[0] ?? "", /^k8s\/a\.yaml:[67]: is not valid YAML: /);
    assert.match(found.at(-1) ?? "", /^k8s\/a\.yaml:1: Namespace shop\/x/);
  });

  it("when an alias would make them grow without bound", () => {
    const level = (name: string, of: string) => `${name}: &${name} [${Array(9).fill(`*${of}`).join(",")}]\n`;
    const levels = ["b", "c", "d", "e", "f", "g"].map((name, i) => level(name, "abcdef".charAt(i)));
    const bomb = `a: &a [x,x]\n${levels.join("")}`;
    assertRefused(object("ConfigMap", "a", bomb), /a\.yaml:1: is not valid YAML: its aliases stand for/);
  });

  const faults: [string, string, RegExp][] = [
    ["a list in place of an object", "- a\n", /a\.yaml:1: is not a mapping\. Write a Kubernetes object/],
    ["no kind", "apiVersion: v1\n", /has no kind/],
    ["no apiVersion", "kind: Service\n", /has no apiVersion/],
    [
      "a name the server makes up",
      "apiVersion: v1\nkind: Pod\nmetadata: { generateName: a- }\n",
      /Pod has no metadata\.name/,
    ],
    [
      "a label that is not text",
      object("Pod", "a").replace("}", ", labels: { a: true } }"),
      /metadata\.labels has a value/,
    ],
    [
      "a file of Kustomize",
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
      /kubectl kustomize FOLDER/,
    ],
    [
      "no namespace",
      "apiVersion: v1\nkind: Service\nmetadata: { name: a }\n",
      /Service a has no namespace\. Write metadata/,
    ],
    [
      "a namespace that is not listed",
      object("Service", "a", "", "shpo"),
      /is in namespace shpo.* Did you mean shop\?/,
    ],
    ["a Namespace", object("Namespace", "shop"), /Namespace shop\/shop .* list its name under `namespaces`/],
    [
      "an object of the whole cluster",
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: a }\n",
      /ClusterRole a is cluster-scoped/,
    ],
    [
      "one object twice",
      `${object("Service", "a")}---\n${object("Service", "a")}`,
      /a\.yaml:5: .*is written at k8s\/a\.yaml:1 already/,
    ],
    [
      "a Secret in plain text",
      object("Secret", "a", "stringData: { p: hunter2 }\n"),
      /stringData\.p in plain text.*\$\{secret:NAME\}/,
    ],
    ["a Secret in base64", object("Secret", "a", "data: { p: aHVudGVyMg== }\n"), /data\.p, and base64 is plain text/],
    ["a placeholder in base64", object("Secret", "a", "data: { p: '${secret:p}' }\n"), /Move it to stringData/],
    [
      "a secret in a ConfigMap",
      object("ConfigMap", "a", "data: { p: '${secret:p}' }\n"),
      /\$\{secret:p\} in data\.p, where anybody/,
    ],
    [
      "a name that no secret can have",
      object("Secret", "a", "stringData: { p: '${secret:a-b}' }\n"),
      /\$\{secret:a-b\} in stringData\.p, which is not the name of a secret/,
    ],
    [
      "a host of a database that the stack does not create",
      object("ConfigMap", "a", "data: { h: '${host:orders}' }\n"),
      /\$\{host:orders\} in data\.h, which is not a database that this stack creates/,
    ],
    [
      "a URL with a password",
      object("ConfigMap", "a", "data: { u: 'mongodb://me:hunter2@db.example.com/test' }\n"),
      /a URL with a password in data\.u/,
    ],
  ];
  for (const [what, text, expected] of faults)
    it(`with ${what}`, () => {
      const found = problems({ "k8s/a.yaml": text });
      assert.ok(
        found.some((each) => expected.test(each)),
        found.join("\n"),
      );
      assert.doesNotMatch(found.join(), /hunter2|aHVudGVyMg/);
    });

  it("with every problem at once", () => {
    const found = problems({
      "k8s/a.yaml": object("Service", "a", "", "nowhere"),
      "k8s/b.yaml": object("Secret", "b", "stringData: { p: x }\n"),
      "k8s/c.yaml": "kind: [",
    });
    assert.deepEqual([...new Set(found.map((each) => each.split(":")[0]))].sort(), [
      "k8s/a.yaml",
      "k8s/b.yaml",
      "k8s/c.yaml",
    ]);
  });
});

describe("Manifests are taken", () => {
  it("as docs/manifests.md shows them", () => {
    const shown =
      /```yaml\n(apiVersion: v1\nkind: Secret[^`]*)```/.exec(readFileSync("docs/manifests.md", "utf8"))?.[1] ?? "";
    assert.deepEqual(titles(load({ "k8s/a.yaml": shown })), ["k8s/a.yaml:1 Secret shop/orders-db"]);
  });

  it("with a variable of their own that only looks like a placeholder", () => {
    assert.deepEqual(
      problems({ "k8s/a.yaml": object("ConfigMap", "a", "data: { t: 'http://${USER}:${PASS}@${host}/' }\n") }),
      [],
    );
  });

  it("with the host of a database that the stack creates, which only the cloud knows", () => {
    const root = projectWith({ "k8s/a.yaml": object("ConfigMap", "a", "data: { h: '${host:orders}' }\n") });
    const provision = {
      service: "cloud-sql",
      engineVersion: "POSTGRES_17",
      instanceType: "db-custom-2-7680",
      passwordSecret: "ordersPassword",
    };
    const orders = { name: "orders", protocol: "postgres", provision, clients: [{ namespace: "shop" }] };
    const settings = {
      cluster: { cloud: "gke", project: "example-project", region: "europe-west3", databaseCidr: "10.200.0.0/20" },
      mesh,
      namespaces,
      databases: [orders],
      workloads: [{ kind: "manifests", folder: "k8s" }],
    };
    assert.deepEqual(titles(loadSettings(settings, root)), ["k8s/a.yaml:1 ConfigMap shop/a"]);
  });
});

describe("Kinds that were sample applications", () => {
  for (const kind of ["bookinfo", "bookstore", "boutique", "mysql-client", "retail"])
    it(`are refused with a folder that can take their place: ${kind}`, () => {
      const withWorkload = (workload: object) =>
        loadSettings({
          cluster,
          mesh,
          namespaces: ["bookinfo", "shop", "demo", "ui", "catalog", "orders"].map((name) => ({ name })),
          workloads: [workload],
        });
      assert.throws(
        () => withWorkload({ kind, namespace: "shop" }),
        (error) => {
          assert.ok(error instanceof SettingsError);
          const folder = /\.kind: ".*" is now a folder of manifests\. Write \{ kind: manifests, folder: (\S+) \}/.exec(
            error.message,
          )?.[1];
          assert.equal(error.problems.length, 1);
          assert.ok(withWorkload({ kind: "manifests", folder, namespace: "shop" }));
          return true;
        },
      );
    });
});

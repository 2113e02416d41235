import assert from "node:assert/strict";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { readClusterRole } from "../../input/clusterRole.js";
import { fullName, readCluster, resources } from "../../input/kubectl.js";
import { loadManifests } from "../../input/load.js";

/** Answers as kubectl does, from a file of lists by resource; `null` is a kind that may not be listed. */
const fakeKubectl = `#!/usr/bin/env node
const fs = require("fs"), path = require("path");
const args = process.argv.slice(2);
fs.appendFileSync(path.join(__dirname, "calls"), args.join(" ") + "\\n");
const known = JSON.parse(fs.readFileSync(path.join(__dirname, "cluster.json"), "utf8"));
const resource = args[args.indexOf("get") + 1];
if (args.includes("gone")) { console.error("Unable to connect to the server: dial tcp: no route to host"); process.exit(1); }
if (!(resource in known)) { console.error('error: the server doesn\\'t have a resource type "' + resource + '"'); process.exit(1); }
if (known[resource] === null) { console.error('Error from server (Forbidden): ' + resource + ' is forbidden: User "eve" cannot list resource'); process.exit(1); }
console.log(JSON.stringify({ apiVersion: "v1", kind: "List", items: known[resource] }));
`;

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", namespace: "shop", managedFields: [{ manager: "x" }] },
  spec: { containers: [] },
};
const cluster = {
  namespaces: [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } }],
  pods: [pod],
  "networkpolicies.networking.k8s.io": null,
};

describe("a cluster read with kubectl", () => {
  let folder: string;
  const path = process.env["PATH"];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "kubectl-"));
    await writeFile(join(folder, "kubectl"), fakeKubectl);
    await chmod(join(folder, "kubectl"), 0o755);
    await writeFile(join(folder, "cluster.json"), JSON.stringify(cluster));
    process.env["PATH"] = `${folder}:${path}`;
  });
  afterEach(async () => {
    process.env["PATH"] = path;
    await rm(folder, { recursive: true });
  });
  const calls = async () => (await readFile(join(folder, "calls"), "utf8")).trim().split("\n");

  it("asks for each kind by the name that the API server knows", () => {
    const names = resources.map(fullName);
    for (const name of [
      "gateways.networking.istio.io",
      "serviceentries.networking.istio.io",
      "networkpolicies.networking.k8s.io",
    ])
      assert.ok(names.includes(name), `${name} is not among ${names.join()}`);
  });

  it("is asked for each kind in all namespaces, only to list, and never for Secrets", async () => {
    await readCluster({ context: "prod", kubeconfig: "/tmp/k" });
    const asked = await calls();
    assert.equal(asked.length, resources.length);
    for (const call of asked) assert.match(call, /^--kubeconfig \/tmp\/k --context prod get [a-z.0-9]+ -A -o json$/);
    assert.ok(!asked.some((call) => / get secrets/.test(call)));
    assert.ok(asked.some((call) => / get networkpolicies\.networking\.k8s\.io /.test(call)));
    assert.ok(asked.some((call) => / get serviceentries\.networking\.istio\.io /.test(call)));
  });

  it("is complete without the kinds it does not have, and names those that may not be listed", async () => {
    const { objects, problems } = await readCluster({});
    assert.deepEqual(objects.map(({ kind }) => kind).sort(), ["Namespace", "Pod"]);
    assert.deepEqual(
      problems?.map(({ id, severity, args }) => [id, severity, args["kind"]]),
      [["kind-not-readable", "error", "networkpolicies.networking.k8s.io"]],
    );
  });

  it("shows how far it is", async () => {
    const shown: (string | undefined)[] = [];
    await readCluster({}, (text) => shown.push(text));
    assert.match(shown[0] ?? "", /1 of \d+ kinds/);
    assert.equal(shown.at(-1), undefined);
  });

  it("that cannot be reached ends in one sentence", async () => {
    await assert.rejects(readCluster({ context: "gone" }), {
      name: "InputError",
      message: /^gone cannot be read: Unable to connect to the server: dial tcp: no route to host/,
    });
  });

  it("needs kubectl", async () => {
    process.env["PATH"] = "/nonexistent";
    await assert.rejects(readCluster({}), { name: "InputError", message: /kubectl cannot be run/ });
  });

  it("is collected as files that the analysis reads back, without what the server keeps for itself", async () => {
    const out = join(folder, "out");
    const command = [process.cwd(), "access/bin/mesh-access.js"].join("/");
    const run = promisify(execFile)("node", [command, "collect", "--out", out], {
      env: { ...process.env, PATH: `${folder}:${path}` },
    });
    await assert.rejects(run, ({ code, stderr }: { code: number; stderr: string }) => {
      assert.match(stderr, /You may not list networkpolicies/);
      assert.match(stderr, /2 objects in 2 files/);
      return code === 1;
    });
    assert.deepEqual((await readdir(out)).sort(), ["_cluster.yaml", "shop.yaml"]);
    assert.doesNotMatch(await readFile(join(out, "shop.yaml"), "utf8"), /managedFields/);
    const { objects, problems } = await loadManifests([out]);
    assert.deepEqual([objects.length, problems.length], [2, 0]);
  });

  it("is covered by the role that is printed: list on exactly what is asked for", () => {
    const { rules } = readClusterRole() as { rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[] };
    assert.ok(rules.every(({ verbs }) => verbs.join() === "list"));
    const allowed = rules.flatMap(({ apiGroups, resources: names }) =>
      names.map((name) => (apiGroups[0] ? `${name}.${apiGroups[0]}` : name)),
    );
    assert.deepEqual(allowed.sort(), resources.map(fullName).sort());
  });
});

describe("What is read of a cluster", () => {
  it("is asked for by the plural that the API server knows", () => {
    const names = new Map(resources.map(({ kind, name }) => [kind, name]));
    assert.equal(names.get("networking.k8s.io/Ingress"), "ingresses");
    assert.equal(names.get("networking.k8s.io/NetworkPolicy"), "networkpolicies");
    assert.equal(names.get("gateway.networking.k8s.io/GatewayClass"), "gatewayclasses");
    for (const name of names.values()) assert.match(name, /[^s]s$/, name);
  });
});

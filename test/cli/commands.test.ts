import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { readYaml, splitDocuments, writeDocuments } from "mesh-access/yaml";
import { database, smallStack, writeStack } from "../plan/stackFiles.js";
import { team } from "../plan/teams.js";

interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the command as a user would. */
async function meshEgress(...args: string[]): Promise<Run> {
  try {
    const { stdout, stderr } = await promisify(execFile)("node", ["bin/mesh-egress.js", ...args], {
      env: { ...process.env, NO_COLOR: "1" },
      maxBuffer: 64 * 2 ** 20,
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as Run;
    return { code, stdout, stderr };
  }
}

const pod = (name: string, serviceAccountName: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "shop" },
  spec: { serviceAccountName, containers: [{ name: "app" }] },
});

describe("The command line", () => {
  it("plans the default stack with who reaches what before the tree of resources", async () => {
    const { code, stdout } = await meshEgress("plan");
    assert.equal(code, 0);
    assert.match(stdout, /^Stack rds: \d+ resources on ack with asm, 1 database\n/);
    for (const layer of ["cluster", "mesh", "namespaces", "gateway", "databases", "identity", "network", "workloads"])
      assert.match(stdout, new RegExp(`^${layer} \\(\\d+\\)$`, "m"));
    assert.match(stdout, /demo-server\/k8s-mysql as k8s-mysql\n\s+● gateway\s+rm-example/);
  });

  it("plans any stack file as JSON: types, names, parents and dependencies", async () => {
    const { code, stdout } = await meshEgress("plan", "--config", writeStack(smallStack), "-o", "json");
    assert.equal(code, 0);
    const { resources } = JSON.parse(stdout) as {
      resources: { urn: string; type: string; parent?: string; dependencies: string[] }[];
    };
    const urns = new Set(resources.map(({ urn }) => urn));
    for (const { parent, dependencies } of resources)
      for (const urn of [...(parent ? [parent] : []), ...dependencies]) assert.ok(urns.has(urn), urn);
  });

  it("plans a stack on a cluster as it is: with its workloads, its older policies, and whom the changes concern", async () => {
    const file = writeStack({
      cluster: { cloud: "existing" },
      mesh: { kind: "istio", install: false },
      namespaces: [{ name: "shop", management: "adopt" }],
      databases: [database("orders")],
      mutualTls: { mode: "STRICT" },
    });
    const folder = mkdtempSync(join(tmpdir(), "dump-"));
    writeFileSync(
      join(folder, "dump.yaml"),
      writeDocuments([
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels: { "istio-injection": "enabled" } } },
        pod("legacy", "legacy"),
        {
          apiVersion: "security.istio.io/v1",
          kind: "PeerAuthentication",
          metadata: { name: "older", namespace: "istio-system", creationTimestamp: "2020-01-01T00:00:00Z" },
          spec: { mtls: { mode: "PERMISSIVE" } },
        },
      ]),
    );
    const { code, stdout, stderr } = await meshEgress("plan", "--config", file, "--file", folder);
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`, judged on ${folder}\\n`));
    assert.match(stdout, /Namespace shop gets the labels .*\n {4}It concerns shop\/legacy, shop\/orders\.\n/);
    assert.match(stdout, /shop\/legacy as legacy\n/);
    assert.match(stdout, /warning: .*PeerAuthentication istio-system\/older/);
  });

  it("gives every result of SARIF a place in the stack file", async () => {
    const file = writeStack({
      cluster: { cloud: "existing" },
      mesh: { kind: "istio", install: false },
      namespaces: [{ name: "shop" }],
      databases: [{ ...database("reviews"), host: "cluster0.ab12c.mongodb.net", protocol: "mongo" }],
      access: { assert: [{ from: "*", to: "*", expect: "direct" }] },
    });
    const { stdout } = await meshEgress("check", "--config", file, "-o", "sarif");
    const { runs } = JSON.parse(stdout) as {
      runs: { results: { ruleId: string; locations?: { physicalLocation: { region: { startLine: number } } }[] }[] }[];
    };
    const lines = readFileSync(file, "utf8").split("\n");
    const found = (runs[0]?.results ?? []).map(({ ruleId, locations }) => {
      const line = locations?.[0]?.physicalLocation.region.startLine;
      return `${ruleId}: ${line === undefined ? "nowhere" : lines[line - 1]?.trim()}`;
    });
    assert.ok(found.includes("cluster-name-without-address: - name: reviews"), found.join("\n"));
    assert.deepEqual(
      found.filter((text) => text.endsWith("nowhere")),
      [],
    );
  });

  it("renders all manifests as documents, as one array, and as files", async () => {
    const file = writeStack(smallStack);
    const documents = splitDocuments((await meshEgress("render", "--config", file)).stdout);
    const array = JSON.parse((await meshEgress("render", "--config", file, "-o", "json")).stdout) as unknown[];
    assert.deepEqual(
      documents.map(({ text }) => readYaml(text).value),
      array,
    );
    const folder = mkdtempSync(join(tmpdir(), "mesh-egress-"));
    for (const { text } of documents) assert.match(text.trim(), /^apiVersion: .+\nkind: .+\nmetadata:\n  name: /);
    await meshEgress("render", "--config", file, "--out", folder);
    const files = readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith(".yaml"));
    assert.equal(files.length, array.length);
  });

  it("judges a team's stack on a gateway it neither plans nor renders, and says so", async () => {
    const file = writeStack(team("shop"));
    const assumed = /The gateway istio-egress\/egressgateway belongs to another stack/;
    const [plan, rendered, access] = await Promise.all([
      meshEgress("plan", "--config", file),
      meshEgress("render", "--config", file),
      meshEgress("access", "--config", file),
    ]);
    assert.match(plan.stdout, assumed);
    assert.match(access.stderr, assumed);
    for (const { stdout } of [plan, access]) assert.match(stdout, /shop\/orders as orders\n\s+● gateway\s+orders\.db/);
    assert.doesNotMatch(plan.stdout, /EgressGateway/);
    assert.doesNotMatch(rendered.stdout, /name: egressgateway$/m);
    assert.equal(access.code, 0);
  });

  it("judges a stack with its clients, and on a dump of the cluster with everybody in it", async () => {
    const file = writeStack({ ...smallStack, mesh: { kind: "istio", install: false } });
    const alone = await meshEgress("access", "--config", file);
    assert.match(alone.stdout, /shop\/orders as orders\n(.*\n)*\s+● gateway\s+orders\.db/);
    assert.match(
      alone.stderr,
      /clients are known from the settings only: billing\/invoices, shop\/orders, shop\/stock/,
    );
    const dump = join(mkdtempSync(join(tmpdir(), "mesh-egress-")), "dump.yaml");
    writeFileSync(dump, writeDocuments([pod("orders", "orders"), pod("web", "default")]));
    const there = await meshEgress("access", "--config", file, "--file", dump);
    assert.match(there.stdout, /shop\/web as default\n +■ blocked .* and 2 more/);
    assert.match(there.stderr, /clients are known from the settings only: billing\/invoices, shop\/stock/);
  });

  it("writes a stack file from a cluster's routes, which plans, and no file over another", async () => {
    const out = join(mkdtempSync(join(tmpdir(), "mesh-egress-")), "Pulumi.adopted.yaml");
    const recipes = ["bookinfo", "bookinfo-tcp-direct", "bookinfo-tcp-gateway-mtls"];
    const files = recipes.flatMap((name) => ["-f", `access/test/recipes/${name}.yaml`]);
    const first = await meshEgress("adopt", ...files, "--out", out);
    assert.equal(first.code, 0);
    assert.match(first.stdout, /No change in reach/);
    assert.match(first.stdout, /To remove once the stack is applied.*\n {2}ServiceEntry bookinfo\/mongo/);
    assert.equal((await meshEgress("check", "--config", out)).code, 0);
    const again = await meshEgress("adopt", ...files, "--out", out);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /--out: .* exists already/);
    const { stdout } = await meshEgress("adopt", ...files, "--out", "-");
    assert.equal(stdout.trim(), readFileSync(out, "utf8").trim());
  });

  it("shows what a change of traffic mode changes", async () => {
    const direct = { ...database("orders"), trafficMode: "tcp-direct", clients: [{ namespace: "shop" }] };
    const before = await meshEgress("render", "--config", writeStack(smallStack));
    const after = await meshEgress("render", "--config", writeStack({ ...smallStack, databases: [direct] }));
    assert.match(before.stdout, /kind: VirtualService/);
    assert.doesNotMatch(after.stdout, /kind: VirtualService/);
  });

  it("tells of three mistakes at once, on the error stream, and exits with 1", async () => {
    const file = writeStack({
      ...smallStack,
      databases: [{ ...database("orders"), trafficMode: "tls-gateway", prot: 1, clients: [{ namespace: "shpo" }] }],
    });
    writeFileSync(file, readFileSync(file, "utf8").replace("protocol: mysql", "protocol: mysqll"));
    const { code, stdout, stderr } = await meshEgress("validate", "--config", file);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /databases\[0\]\.prot: is not a known key\. Did you mean p/);
    assert.match(stderr, /databases\[0\]\.protocol: "mysqll" is not a known value\. Did you mean mysql\?/);
  });

  it("refuses a stack it does not know with the nearest one", async () => {
    const { code, stderr } = await meshEgress("plan", "--stack", "rsd");
    assert.equal(code, 1);
    assert.match(stderr, /Did you mean rds\?/);
  });

  it("ends quietly when its reader has seen enough", async () => {
    for (const command of ["plan", "render", "access"]) {
      const child = spawn("node", ["bin/mesh-egress.js", command, "--stack", "boutique", "-o", "json"]);
      // Whoever closes its end before the first byte is sure to be written to.
      child.stdout.destroy();
      const errors = await text(child.stderr);
      assert.doesNotMatch(errors, /EPIPE|at .*node:/, command);
    }
  });

  it("exits with 2 on wrong usage", async () => {
    for (const args of [
      ["plan", "--nonsense"],
      ["nonsense"],
      ["plan", "-o", "xml"],
      ["plan", "--stack", "rds", "--config", "x"],
      ["render", "-o", "json", "--out", "x"],
    ])
      assert.equal((await meshEgress(...args)).code, 2, args.join(" "));
  });

  it("refuses a stack that fails its own assertions, with the cause, before it plans anything", async () => {
    const assert_ = [{ from: { namespace: "billing" }, to: { database: "orders" }, expect: "gateway" }];
    const workloads = [{ kind: "deployment", name: "reports", namespace: "billing", image: "alpine:3.22" }];
    const { code, stdout, stderr } = await meshEgress(
      "plan",
      "--config",
      writeStack({ ...smallStack, workloads, access: { assert: assert_ } }),
    );
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /fails assertions under access\.assert; nothing was applied/);
    assert.match(stderr, /billing\/reports -> orders\.db\.example\.com:3306/);
  });
});

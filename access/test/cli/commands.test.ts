import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { parseManifests } from "../../input/parse.js";
import { registerAnalysis, type StackInput, type Stacks } from "../../cli/index.js";
import type { InputError } from "../../input/inputError.js";

const namespace = (name: string) => `apiVersion: v1
kind: Namespace
metadata: {name: ${name}, labels: {istio-injection: enabled}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: client, namespace: ${name}}
spec: {template: {metadata: {labels: {app: client}}, spec: {containers: [{name: app, image: app}]}}}
---
`;
const entry = (exportTo: string) => `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: db, namespace: demo}
spec:
  hosts: [db.example.com]
  exportTo: ["${exportTo}"]
  location: MESH_EXTERNAL
  ports: [{number: 3306, name: tcp-mysql, protocol: TCP}]
  resolution: DNS
---
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data: {mesh: "outboundTrafficPolicy: {mode: REGISTRY_ONLY}"}
---
`;
const manifests = (exportTo: string) => `${namespace("demo")}${namespace("other")}${entry(exportTo)}`;

const allPorts = `apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
${["web", "db"]
  .map(
    (name) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec: {template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: app, image: app}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: shop}
spec:
  type: ${name === "db" ? "LoadBalancer" : "ClusterIP"}
  selector: {app: ${name}}
  ports: [{port: 80, targetPort: ${name === "db" ? 5432 : 8080}}]
---
`,
  )
  .join("")}apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress]
  ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 5432}]}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}
`;

interface Answer {
  out: string;
  errors: string;
  code: number;
}

/** Runs one command line and returns what a shell would see of it. */
async function run(args: string[], stack?: StackInput): Promise<Answer> {
  const program = new Command("mesh-access").version("1.2.3").exitOverride();
  const stacks: Stacks = {
    takesStack: (command) => command.option("--config <file>"),
    isNamed: (command) => command.getOptionValue("config") !== undefined,
    load: () => Promise.resolve(stack),
    loadNamed: () => Promise.resolve(undefined),
  };
  registerAnalysis(program, stacks);
  const answer: Answer = { out: "", errors: "", code: 0 };
  const { stdout, stderr } = process;
  const writes = [stdout.write, stderr.write] as const;
  stdout.write = ((text: string) => ((answer.out += text), true)) as typeof stdout.write;
  stderr.write = ((text: string) => ((answer.errors += text), true)) as typeof stderr.write;
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await program.parseAsync(args, { from: "user" });
  } finally {
    [stdout.write, stderr.write] = writes;
    answer.code = Number(process.exitCode);
    process.exitCode = before;
  }
  return answer;
}

describe("the commands about access", () => {
  let folder: string;
  let open: string;
  let scoped: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "access-"));
    open = join(folder, "open.yaml");
    scoped = join(folder, "scoped.yaml");
    await writeFile(open, manifests("*"));
    await writeFile(scoped, manifests("."));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("access answers as a table and as JSON", async () => {
    const table = await run(["access", "-f", open]);
    assert.match(table.out, /demo\/client as default\n.*direct +db\.example\.com:3306/);
    const { callers, mesh } = JSON.parse((await run(["access", "-f", scoped, "-o", "json"])).out) as {
      callers: { workloads: { namespace: string }[]; answers: { mesh: number }[] }[];
      mesh: { verdict: string }[];
    };
    assert.deepEqual(
      callers.map(({ workloads, answers }) => [workloads[0]?.namespace, mesh[answers[0]?.mesh ?? -1]?.verdict]),
      [
        ["demo", "direct"],
        ["other", "blocked"],
      ],
    );
  });

  it("access takes what a stack brings", async () => {
    const { out } = await run(["access"], {
      title: "stack shop",
      objects: [],
      options: { databases: [{ host: "db", port: 5432 }] },
    });
    assert.match(out, /0 workloads x 1 target/);
  });

  it("access judges a stack on the cluster as it is, when both are named", async () => {
    const stack = {
      title: "stack shop",
      objects: parseManifests(entry("."), "planned").objects,
      options: {},
    };
    const { out } = await run(["access", "--config", "shop.yaml", "-f", open], stack);
    assert.match(out, /other\/client as default\n.*blocked +db\.example\.com:3306/);
    assert.match((await run(["access", "-f", open], stack)).out, /other\/client as default\n.*direct/);
  });

  it("follows the mesh of the cluster where the settings say otherwise, unless the stack makes the mesh", async () => {
    const options = { mesh: { outboundTrafficPolicy: "ALLOW_ANY" as const, dnsCapture: false } };
    const stack = { title: "stack shop", objects: [], options };
    const args = ["access", "--config", "shop.yaml", "-f", scoped];
    const other = /other\/client as default\n +\S (\w+)/;
    const exists = await run(args, stack);
    assert.equal(other.exec(exists.out)?.[1], "blocked");
    assert.match(exists.errors, /mesh\.outboundTrafficPolicy is ALLOW_ANY in the settings.*REGISTRY_ONLY/);
    assert.doesNotMatch(exists.errors, /dnsCapture/);
    const made = await run(args, { ...stack, makesMesh: true });
    assert.equal(other.exec(made.out)?.[1], "direct");
  });

  it("says that an older mesh-wide policy of the cluster keeps the stack's from having an effect", async () => {
    const policy = (name: string, mode: string) => `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: ${name}, namespace: istio-system}
spec: {mtls: {mode: ${mode}}}
`;
    await writeFile(open, `${manifests("*")}${policy("default", "PERMISSIVE")}`);
    const stack = { title: "s", objects: parseManifests(policy("mutual-tls", "STRICT"), "p").objects, options: {} };
    const { errors } = await run(["access", "--config", "s.yaml", "-f", open], stack);
    assert.match(
      errors,
      /PeerAuthentication istio-system\/default is older than PeerAuthentication istio-system\/mutual-tls/,
    );
  });

  it("reports what is wrong, with file and line, and what it does not read; and exits with 1", async () => {
    await writeFile(open, `${manifests("*")}kind: [\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\n`);
    const { out, errors, code } = await run(["access", "-f", open]);
    assert.match(errors, /error .*open\.yaml:\d+: This is not valid YAML/);
    assert.match(errors, /not read: 1 Secret/);
    assert.match(out, /demo\/client/);
    assert.equal(code, 1);
  });

  it("reports references to nothing", async () => {
    const rule =
      "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: r, namespace: demo}\nspec: {host: none}\n";
    const route = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: v, namespace: demo}
spec:
  hosts: [db.example.com]
  gateways: [mesh, out]
  tcp: [{route: [{destination: {host: db.example.com, subset: s}}, {destination: {host: nowhere.example.com}}]}]
`;
    await writeFile(open, `${manifests("*")}${rule}---\n${route}`);
    const { errors, code } = await run(["access", "-f", open]);
    assert.match(
      errors,
      /open\.yaml:34: DestinationRule demo\/r applies to none, which no Service or ServiceEntry declares/,
    );
    assert.match(errors, /VirtualService demo\/v names Gateway out, which does not exist/);
    assert.match(errors, /routes to subset s of db\.example\.com, which no DestinationRule defines/);
    assert.match(errors, /routes to nowhere\.example\.com, which no Service/);
    assert.equal(code, 1);
  });

  it("explain shows the chain with file and line", async () => {
    const { out } = await run(["explain", "demo/client", "db.example.com:3306", "-f", open]);
    assert.match(out, /^demo\/client -> db\.example\.com:3306/);
    assert.match(out, /ServiceEntry demo\/db .*open\.yaml:19/);
    const { rows } = JSON.parse(
      (await run(["explain", "demo/client", "db.example.com", "-f", open, "-o", "json"])).out,
    );
    assert.equal(rows[0].mesh.verdict, "direct");
  });

  it("explain names the nearest workload and database when there is no such pair", async () => {
    await assert.rejects(run(["explain", "demo/clint", "db.exmple.com", "-f", open]), (error: InputError) => {
      assert.deepEqual(
        error.reasons.map(({ id }) => id),
        ["workload-not-found", "database-not-found"],
      );
      assert.match(error.message, /Did you mean demo\/client\?[\s\S]*Did you mean db\.example\.com\?/);
      return true;
    });
  });

  it("access refuses a verdict and a namespace that it does not know, and says which it does", async () => {
    await assert.rejects(run(["access", "-f", open, "--only", "gatway"]), /gatway is not a verdict/);
    await assert.rejects(
      run(["access", "-f", open, "--namespace", "othr"]),
      /no workload in a namespace othr\. Did you mean other\?/,
    );
  });

  it("diff shows only what changes in reach", async () => {
    const { out, code } = await run(["diff", open, scoped]);
    assert.match(out, /~ other\/client -> db\.example\.com:3306\n.*direct.* {2}-> {2}.*blocked/);
    assert.doesNotMatch(out, /demo\/client/);
    assert.equal(code, 0);
    assert.equal((await run(["diff", open, open])).out, "No change in reach.\n");
    assert.equal(JSON.parse((await run(["diff", open, scoped, "-o", "json"])).out).changes.length, 1);
  });

  it("check exits with 1 and the cause when an assertion fails", async () => {
    const file = join(folder, "assertions.yaml");
    await writeFile(
      file,
      "assert:\n  - name: nobody else\n    from: {namespace: other}\n    to: '*'\n    expect: blocked\n",
    );
    const broken = await run(["check", "-f", open, "--assert", file]);
    assert.match(broken.out, /✖ nobody else[\s\S]*ServiceEntry demo\/db/);
    assert.equal(broken.code, 1);
    assert.equal((await run(["check", "-f", scoped, "--assert", file])).code, 0);
    const log = JSON.parse((await run(["check", "-f", open, "--assert", file, "-o", "sarif"])).out);
    assert.equal(log.runs[0].results[0].ruleId, "assertion-verdict");
    assert.match(log.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri, /open\.yaml$/);
  });

  it("check writes reports of several formats at one run, each as -o prints it", async () => {
    const file = join(folder, "assertions.yaml");
    await writeFile(file, "assert:\n  - { from: { namespace: other }, to: '*', expect: blocked }\n");
    const check = (...args: string[]) => run(["check", "-f", open, "--assert", file, ...args]);
    const [log, data] = [join(folder, "a.sarif"), join(folder, "a.json")];
    const { out, code } = await check("-o", "md", "--report", `sarif=${log}`, "--report", `json=${data}`);
    assert.equal(code, 1);
    assert.equal(out, (await check("-o", "md")).out);
    assert.equal(await readFile(log, "utf8"), (await check("-o", "sarif")).out);
    assert.equal(await readFile(data, "utf8"), (await check("-o", "json")).out);
    for (const wrong of ["sarif", "pdf=a.pdf", "md="])
      await assert.rejects(check("--report", wrong), /FORMAT=FILE, where FORMAT is table, json, md, html, sarif/);
  });

  it("check takes the assertions of the stack, and refuses to check nothing", async () => {
    const assertion = { from: { namespace: "none" }, to: "*" } as const;
    assert.equal(
      (await run(["check"], { title: "stack shop", objects: [], options: {}, assertions: [assertion] })).code,
      1,
    );
    await assert.rejects(
      run(["check"], { title: "stack shop", objects: [], options: {} }),
      /There are no assertions to check/,
    );
  });

  it("check says what is wrong with a file of assertions that it cannot read", async () => {
    const broken = join(folder, "assertions.yaml");
    await writeFile(broken, "assert: [");
    await assert.rejects(run(["check", "-f", open, "--assert", broken]), /assertions\.yaml cannot be read: /);
    const missing = run(["check", "-f", open, "--assert", join(folder, "none.yaml")]);
    await assert.rejects(missing, { name: "InputError", message: /cannot be read/ });
  });

  it("check refuses an assertion with a key it does not know", async () => {
    const file = join(folder, "assertions.yaml");
    await writeFile(file, "- {from: '*', to: '*', expects: blocked}\n");
    await assert.rejects(run(["check", "-f", open, "--assert", file]), /expects/);
  });

  it("access --all answers every port between workloads, from outside and from new pods, in each format", async () => {
    const file = join(folder, "all.yaml");
    await writeFile(file, allPorts);
    const { out } = await run(["access", "--all", "-f", file]);
    assert.match(out, /shop\/web\n +→ shop\/db +TCP 5432\n/);
    assert.match(out, /a new pod in shop\n +→ shop\/db +unknown: TCP 5432\n +→ shop\/web[^\n]* +all\n/);
    assert.match(out, /Ingress shop\/web → shop\/web +TCP 8080 +open/);
    assert.match(out, /Service shop\/db → shop\/db +TCP 5432 +blocked/);
    const csv = (await run(["access", "--all", "-f", file, "-o", "csv"])).out;
    assert.match(csv, /^shop\/web,shop\/db,TCP 5432,,TCP 5432,\r$/m);
    const lines = (await run(["access", "--all", "-f", file, "-o", "jsonl"])).out;
    assert.match(lines, /\{"from":"shop\/web","to":"shop\/db","open":"TCP 5432","unknown":""/);
    assert.match(
      (await run(["access", "--all", "-f", file, "-o", "md"])).out,
      /\| shop\/web \| shop\/db \| TCP 5432 \|/,
    );
    assert.match((await run(["access", "--all", "-f", file, "-o", "html"])).out, /shop\/web → shop\/db <b>TCP 5432/);
    const { connections } = JSON.parse((await run(["access", "--all", "-f", file, "-o", "json"])).out) as {
      connections: {
        ends: { workload?: string; policies?: { ingress: string[] } }[];
        classes: { from: number[]; to: { ends: number[]; open: object[] }[] }[];
      };
    };
    const [db, web] = ["db", "web"].map((name) => connections.ends.findIndex(({ workload }) => workload === name));
    assert.deepEqual(connections.ends[db ?? -1]?.policies?.ingress, ["NetworkPolicy shop/db"]);
    const toDb = connections.classes
      .find(({ from }) => from.includes(web ?? -1))
      ?.to.find(({ ends }) => ends.includes(db ?? -1));
    assert.deepEqual(toDb?.open, [{ protocol: "TCP", first: 5432, last: 5432 }]);
  });

  it("access --all tells what sidecars refuse from what the network lets through", async () => {
    const strict = `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: istio-system}
spec: {mtls: {mode: STRICT}}
`;
    const file = join(folder, "strict.yaml");
    const bare =
      "apiVersion: v1\nkind: Pod\nmetadata: {name: bare, namespace: plain}\nspec: {containers: [{name: a, image: a}]}\n";
    await writeFile(
      file,
      `${namespace("demo")}${bare}---\n${strict}---\napiVersion: v1\nkind: Namespace\nmetadata: {name: plain}\n`,
    );
    const { out } = await run(["access", "--all", "-f", file, "-o", "csv"]);
    assert.match(out, /^plain\/bare,demo\/client,"UDP, SCTP",,all,\r$/m, "no certificate, no TCP");
    assert.match(out, /^demo\/client,plain\/bare,"UDP, SCTP",TCP,all,\r$/m, "what its sidecar does is not followed");
  });

  it("mtls says who takes plaintext", async () => {
    const { out } = await run(["mtls", "-f", open]);
    assert.match(out, /demo\/client +▲ accepts plaintext +PERMISSIVE/);
  });
});

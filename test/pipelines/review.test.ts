import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readYaml } from "mesh-access/yaml";

interface Step {
  name?: string;
  run?: string;
  if?: string;
  uses?: string;
  env?: Record<string, string>;
}

const script = resolve("pipelines/review.sh");
const action = readYaml(readFileSync("pipelines/github/action.yml", "utf8")).value as { runs: { steps: Step[] } };
const gitlab = readYaml(readFileSync("pipelines/gitlab/review.yml", "utf8")).value as {
  "review-reach": { script: string[] };
};
const meshAccess = `${process.execPath} ${resolve("access/bin/mesh-access.js")}`;

const entry = (exportTo: string) => `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: orders, namespace: shop }
spec:
  hosts: [orders.example.com]
  ports: [{ number: 5432, name: tcp, protocol: TCP }]
  resolution: DNS
  location: MESH_EXTERNAL
  exportTo: ["${exportTo}"]
`;
const client = (namespace: string) => `apiVersion: v1
kind: Namespace
metadata: { name: ${namespace}, labels: { istio-injection: enabled } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: app, namespace: ${namespace} }
spec: { template: { metadata: { labels: { app: app } }, spec: { containers: [{ name: app }] } } }
`;
const assertions = `assert:
  - name: only the shop reaches orders
    from: "*"
    except: [{ namespace: shop }]
    to: { host: orders.example.com }
    expect: blocked
`;

/** A repository whose last commit opens the database to every namespace. */
function repository(opens = true): string {
  const folder = mkdtempSync(join(tmpdir(), "review-"));
  const git = (...args: string[]) => {
    const { status, stderr } = spawnSync("git", ["-c", "user.name=a", "-c", "user.email=a@b.c", ...args], {
      cwd: folder,
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
  };
  const write = (exportTo: string) => {
    spawnSync("mkdir", ["-p", join(folder, "manifests"), join(folder, "pipelines")]);
    writeFileSync(join(folder, "manifests/orders.yaml"), entry(exportTo));
    writeFileSync(join(folder, "manifests/clients.yaml"), ["shop", "other"].map(client).join("---\n"));
    writeFileSync(join(folder, "assertions.yaml"), assertions);
  };
  cpSync(script, join(folder, "pipelines", "review.sh"), { recursive: true });
  write(".");
  for (const args of [
    ["init", "-q", "-b", "main"],
    ["add", "-A"],
    ["commit", "-qm", "one"],
  ])
    git(...args);
  if (opens) write("*");
  return folder;
}

function run(folder: string, command: string, env: Record<string, string> = {}) {
  return spawnSync("bash", ["-ec", command], {
    cwd: folder,
    encoding: "utf8",
    env: {
      ...process.env,
      BASE: "main",
      MESH_ACCESS: meshAccess,
      ASSERTIONS: "assertions.yaml",
      OPTIONS: "--outbound REGISTRY_ONLY",
      ...env,
    },
  });
}

const read = (folder: string, name: string) => readFileSync(join(folder, name), "utf8");

describe("The pipelines' script", function () {
  this.timeout(60_000);

  it("writes what a change opens, and fails when it breaks an assertion", () => {
    const folder = repository();
    const { status, stderr } = run(folder, script);
    assert.equal(status, 1, stderr);
    assert.match(read(folder, "reach.md"), /other\/app/);
    assert.match(read(folder, "check.md"), /only the shop reaches orders/);
    const sarif = JSON.parse(read(folder, "access.sarif")) as { runs: { results: unknown[] }[] };
    assert.ok((sarif.runs[0]?.results.length ?? 0) > 0);
  });

  it("passes a change that breaks nothing, and leaves no worktree behind", () => {
    const folder = repository(false);
    const { status, stderr } = run(folder, script);
    assert.equal(status, 0, stderr);
    assert.equal(
      spawnSync("git", ["worktree", "list"], { cwd: folder, encoding: "utf8" }).stdout.trim().split("\n").length,
      1,
    );
  });

  it("ends with 2 when the manifests cannot be read", () => {
    const { status } = run(repository(false), `rm -r manifests; ${script}`);
    assert.ok((status ?? 0) >= 1);
  });
});

describe("The GitHub action", function () {
  this.timeout(60_000);
  const step = (name: string) => action.runs.steps.find((one) => one.name === name);

  it("compares and checks, fails last, and only where an assertion fails", () => {
    const folder = repository();
    const [output, summary] = [join(folder, "output"), join(folder, "summary")];
    const command = (step("Compare with the base, and check")?.run ?? "").replace(/^git fetch.*$/m, "");
    const env = {
      GITHUB_ACTION_PATH: resolve("pipelines/github"),
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
    };
    const { status, stderr } = run(folder, command, env);
    assert.equal(status, 0, stderr);
    assert.equal(readFileSync(output, "utf8").trim(), "status=1");
    assert.match(readFileSync(summary, "utf8"), /only the shop reaches orders/);
    const last = action.runs.steps.at(-1);
    assert.equal(last?.if, "steps.review.outputs.status == '1'");
    assert.equal(run(folder, last?.run ?? "").status, 1);
  });

  it("comments on pull requests only, with the difference", () => {
    const comment = step("Comment");
    assert.equal(comment?.if, "github.event_name == 'pull_request'");
    assert.match(comment?.run ?? "", /--body-file reach\.md/);
  });
});

describe("The GitLab template", function () {
  this.timeout(60_000);

  it("runs the script, comments where there is a token, and ends with the script's status", () => {
    const folder = repository();
    const curl = "curl() { printf '%s\\n' \"$@\" >comment; }\n";
    const command = curl + gitlab["review-reach"].script.join("\n");
    const { status, stderr } = run(folder, command, { REVIEW_TOKEN: "token", CI_API_V4_URL: "https://gitlab.example" });
    assert.equal(status, 1, stderr);
    assert.match(read(folder, "comment"), /body@reach\.md/);
  });
});

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type PlannedResource, record } from "../../plan/recording.js";

const clone = resolve(import.meta.dirname, "../..");
/** The packages of this repository; the first packs what the second is built from. */
const published = ["pulumi-mesh-egress", "mesh-access"];
/** The build compiles everything, the type check reads all types of the Kubernetes SDK: half a minute, more on a busy machine. */
const minutes = 60_000;

interface PackageJson {
  dependencies: Record<string, string>;
  devDependencies?: Record<string, string>;
}

function packageJson(folder: string): PackageJson {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as PackageJson;
}

/** Packs a folder as `npm publish` would and unpacks it where npm would install it. */
function installPackage(project: string, folder: string): string[] {
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--loglevel=error", "--pack-destination", project], {
      cwd: join(clone, folder),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    }),
  ) as [{ name: string; filename: string; files: { path: string }[] }];
  const home = join(project, "node_modules", packed.name);
  mkdirSync(home, { recursive: true });
  execFileSync("tar", ["-xzf", join(project, packed.filename), "-C", home, "--strip-components=1"]);
  return packed.files.map(({ path }) => path);
}

/** Links what the two package.json declare, and nothing else: an undeclared import fails here as it would for a user. */
function linkDeclared(project: string): void {
  const { dependencies: own, devDependencies } = packageJson(project);
  const analysis = packageJson(join(clone, "access")).dependencies;
  const names = Object.keys({ ...packageJson(clone).dependencies, ...analysis, ...own, ...devDependencies });
  for (const name of names.filter((each) => !published.includes(each))) {
    const link = join(project, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(clone, "node_modules", name), link, "junction");
  }
}

describe("package", () => {
  const project = mkdtempSync(join(tmpdir(), "payments-"));
  let packed: string[];
  let packedAnalysis: string[];

  const node = (...args: string[]) =>
    execFileSync(process.execPath, args, { cwd: project, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

  before(function () {
    this.timeout(5 * minutes);
    cpSync(join(clone, "examples/payments"), project, {
      recursive: true,
      filter: (path) => !path.includes("node_modules"),
    });
    packed = installPackage(project, ".");
    packedAnalysis = installPackage(project, "access/dist");
    linkDeclared(project);
  });

  after(() => rmSync(project, { recursive: true, force: true }));

  it("brings the compiled library, the command, the plug-in and the schemas, and nothing else", () => {
    const foreign = packed.filter(
      (path) =>
        !/^(dist\/.*\.(js|d\.c?ts)|dist\/plugin\/\w+\.json|bin\/(mesh-egress\.js|pulumi-resource-mesh-egress)|docs\/\w+\.schema\.json|package\.json|README\.md|LICENSE)$/.test(
          path,
        ),
    );
    assert.deepEqual(foreign, []);
    assert.deepEqual(
      packed.filter((path) => /^(dist\/(access|lab|test|bench|examples)|stacks|examples)/.test(path)),
      [],
    );
  });

  it("brings the analysis as a package of its own, without tests and without Pulumi", () => {
    const unexpected = packedAnalysis.filter(
      (path) => !/^((?!test\/).*\.(js|d\.c?ts)|package\.json|README\.md|LICENSE)$/.test(path),
    );
    assert.deepEqual(unexpected, []);
    const { dependencies } = packageJson(join(project, "node_modules/mesh-access"));
    assert.deepEqual(
      Object.keys(dependencies).filter((name) => /pulumi|kubernetes-models/.test(name)),
      [],
    );
    assert.match(
      node("--input-type=module", "-e", 'console.log((await import("mesh-access")).analyse([]).rows.length)'),
      /^0$/m,
    );
  });

  it("type-checks in a project of its own", function () {
    this.timeout(3 * minutes);
    const { status, stdout } = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "--noEmit"], {
      cwd: project,
      encoding: "utf8",
    });
    assert.equal(status, 0, stdout);
  });

  /** What the templates of Pulumi have had for TypeScript, by the kind of module a program is. */
  const templates: [kind: "commonjs" | "module", options: string[]][] = [
    ["commonjs", ["--module", "commonjs", "--moduleResolution", "node"]],
    ["commonjs", ["--module", "node16", "--moduleResolution", "node16"]],
    ["commonjs", ["--module", "nodenext", "--moduleResolution", "nodenext"]],
    ["module", ["--module", "nodenext", "--moduleResolution", "nodenext"]],
    ["module", ["--module", "node16", "--moduleResolution", "node16"]],
    ["module", ["--module", "esnext", "--moduleResolution", "bundler"]],
  ];
  for (const [kind, options] of templates)
    it(`is found by TypeScript in a program of kind ${kind} with ${options.filter((_, index) => index % 2).join(", ")}`, function () {
      this.timeout(3 * minutes);
      const folder = join(project, `template-${kind}-${options[1]}-${options[3]}`);
      mkdirSync(folder);
      writeFileSync(join(folder, "package.json"), JSON.stringify({ type: kind }));
      writeFileSync(
        join(folder, "index.ts"),
        'import { DatabaseEgress, type DatabaseEgressArgs } from "pulumi-mesh-egress";\n' +
          'import { analyse } from "mesh-access";\n' +
          'export const made = (args: DatabaseEgressArgs) => new DatabaseEgress("x", args).port.toFixed();\n' +
          "export const rows = analyse([]).rows.length.toFixed();\n" +
          "// @ts-expect-error a port is a number: types are found, and are not any\n" +
          'export const wrong = (args: DatabaseEgressArgs) => new DatabaseEgress("x", args).port.trim();\n',
      );
      const { status, stdout } = spawnSync(
        process.execPath,
        [
          join(project, "node_modules/typescript/bin/tsc"),
          ...["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--types", "node", ...options],
          "index.ts",
        ],
        { cwd: folder, encoding: "utf8" },
      );
      assert.equal(status, 0, stdout);
    });

  describe("planned with the user's own provider", () => {
    let resources: PlannedResource[];

    before(async () => {
      ({ resources } = await record(
        { project: "payments", stack: "dev", config: { "payments:context": "dev" }, secretKeys: [] },
        () => import(pathToFileURL(join(project, "index.ts")).href),
      ));
    });

    it("makes the three components", () => {
      assert.deepEqual(
        resources.filter(({ type }) => type.startsWith("mesh-egress:")).map(({ type, name }) => `${type} ${name}`),
        [
          "mesh-egress:index:MeshNamespace gateway-home",
          "mesh-egress:index:MeshNamespace payments",
          "mesh-egress:index:EgressGateway egress",
          "mesh-egress:index:DatabaseEgress ledger",
        ],
      );
    });

    it("hands every object to that provider", () => {
      const objects = resources.filter(({ type }) => type.startsWith("kubernetes:"));
      assert.deepEqual([...new Set(objects.map(({ provider }) => provider))], ["cluster"]);
    });

    it("leads the ledger's client through the gateway, known by name", () => {
      const gateway = resources.find(({ type }) => type === "kubernetes:networking.istio.io/v1:Gateway");
      assert.match(
        JSON.stringify(gateway?.inputs),
        /"subjectAltNames":\["spiffe:\/\/cluster\.local\/ns\/payments\/sa\/booking"\]/,
      );
    });
  });

  it("lets nothing be imported that it does not export", () => {
    const require = createRequire(join(project, "package.json"));
    for (const path of ["dist/components/index.js", "components/manifest.js", "settings/schema.js", "lab/index.js"])
      assert.throws(() => require.resolve(`pulumi-mesh-egress/${path}`), { code: "ERR_PACKAGE_PATH_NOT_EXPORTED" });
  });

  it("can be required by a CommonJS program", () => {
    assert.match(node("-p", 'require("pulumi-mesh-egress").DatabaseEgress.name'), /^DatabaseEgress$/m);
  });

  it("needs a cloud's SDK only for that cloud's entry point", () => {
    assert.throws(() => node("--input-type=module", "-e", 'await import("pulumi-mesh-egress/gke")'), /'@pulumi\/gcp'/);
  });

  it("plans a stack file of another project from the command line, with that project's manifests", () => {
    cpSync(join(clone, "examples/mysql"), join(project, "k8s/mysql"), { recursive: true });
    const stack = readFileSync(join(clone, "stacks/Pulumi.local.yaml"), "utf8").replace(
      /mesh-egress:workloads:\n/,
      "$&    - { kind: manifests, folder: k8s/mysql, namespace: shop }\n",
    );
    mkdirSync(join(project, "stacks"));
    writeFileSync(join(project, "stacks/shop.yaml"), stack);
    const tree = node("node_modules/pulumi-mesh-egress/bin/mesh-egress.js", "plan", "--config", "stacks/shop.yaml");
    assert.match(tree, /orders mesh-egress:index:DatabaseEgress/);
    assert.match(tree, /deployment-shop\/k8s-mysql/);
  });

  it("says which SDK to install for a stack on a cloud", () => {
    cpSync(join(clone, "stacks/Pulumi.boutique.yaml"), join(project, "boutique.yaml"));
    cpSync(join(clone, "examples/boutique"), join(project, "examples/boutique"), { recursive: true });
    assert.throws(
      () => node("node_modules/pulumi-mesh-egress/bin/mesh-egress.js", "plan", "--config", "boutique.yaml"),
      /cluster\.cloud: "gke" needs @pulumi\/gcp, which is not installed\. Install it with `npm install @pulumi\/gcp`\./,
    );
  });
});

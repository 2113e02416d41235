import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { offline } from "../engine/stack.js";
import { pluginFile } from "../engine/pulumiHome.js";
import type { RunningLab } from "../scenarios/runningLab.js";

/** What a command printed, and whether it went well. */
export interface Ended {
  exitCode: number;
  output: string;
}

/** A place for Pulumi projects as users have them, with the package and its plug-in installed. */
export interface Workplace {
  /** Projects are in folders of it. */
  root: string;
  /** Copies one of the examples into it: the engine writes beside a program. Returns the copy. */
  example(name: string): Promise<string>;
  /** Runs the `pulumi` command in a project. */
  pulumi(project: string, ...args: string[]): Promise<Ended>;
  /** Type-checks a program in Python against the SDK that is made from the package's schema. */
  checkTypes(project: string): Promise<Ended>;
}

/** Installs package and plug-in as far as the languages ask. */
export async function prepareWorkplace({ host, pulumiHome, stage }: RunningLab): Promise<Workplace> {
  const { programs, python } = host.servers;
  const root = join(host.folder, "languages");
  const [state, pythonSdk] = [join(root, "state"), join(root, "python-packages")];
  await rm(root, { recursive: true, force: true });
  await mkdir(state, { recursive: true });
  // Programs are two folders below, as the examples are below the root of the clone.
  await symlink(resolve("node_modules"), join(root, "node_modules"));
  await symlink(resolve("bin"), join(root, "bin"));
  // `pulumi new` runs npm, which would look for the package in a registry.
  await mkdir(join(root, "commands"));
  await writeFile(join(root, "commands", "npm"), "#!/bin/sh\nmkdir -p node_modules\n", { mode: 0o755 });
  const { version } = JSON.parse(await readFile("plugin/schema.json", "utf8")) as { version: string };
  const plugin = await pluginFile(pulumiHome, "resource", "mesh-egress", version);
  await rm(plugin, { force: true });
  await symlink(resolve("bin/pulumi-resource-mesh-egress"), plugin);
  await installPythonSdk(programs["package-sdk"], pythonSdk, version);
  const env = {
    ...offline,
    PATH: [join(root, "commands"), dirname(programs.pulumi), process.env["PATH"]].join(":"),
    PYTHONPATH: `${python}:${pythonSdk}`,
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_HOME: pulumiHome,
    PULUMI_CONFIG_PASSPHRASE: "of no value",
    KUBECONFIG: stage.controlPlane.kubeconfigPath,
  };
  const ended = async (command: string, args: string[], cwd: string): Promise<Ended> => {
    const { exitCode, all } = await execa(command, args, { cwd, env, all: true, reject: false });
    return { exitCode: exitCode ?? 1, output: String(all) };
  };
  return {
    root,
    example: async (name) => {
      const folder = join(root, "examples", name);
      await cp(join("examples", name), folder, { recursive: true });
      return folder;
    },
    pulumi: (project, ...args) => ended("pulumi", [...args, "--non-interactive", "--color", "never"], project),
    checkTypes: (project) => ended("python3", ["-m", "mypy", "__main__.py"], project),
  };
}

/** A program in TypeScript finds the package as one that is installed, and tsx its sources. */
export async function withPackage(project: string): Promise<void> {
  const paths = { "pulumi-mesh-egress": [resolve("components/index.ts")] };
  const compilerOptions = { module: "NodeNext", moduleResolution: "NodeNext", paths };
  await writeFile(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions }));
}

/** The virtual environment that Pulumi.yaml of a program in Python names; its packages are on PYTHONPATH. */
export async function withVirtualEnvironment(project: string): Promise<void> {
  await execa("python3", ["-m", "venv", "venv"], { cwd: project });
}

/** The SDK that `pulumi package add` would write, installed as far as Python asks: with the package's name and version. */
async function installPythonSdk(generator: string, folder: string, version: string): Promise<void> {
  await execa(generator, [resolve("plugin/schema.json"), folder]);
  const information = join(folder, `pulumi_mesh_egress-${version}.dist-info`);
  await mkdir(information);
  const metadata = `Metadata-Version: 2.1\nName: pulumi_mesh_egress\nVersion: ${version}\n`;
  await writeFile(join(information, "METADATA"), metadata);
}

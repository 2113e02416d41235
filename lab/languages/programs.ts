import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { offline } from "../engine/stack.js";
import { pluginFile } from "../engine/pulumiHome.js";
import { type LanguageHost, startLanguageHost } from "../engine/languageHost.js";
import { chartRepository } from "../mesh/chartRepository.js";
import type { RunningLab } from "../scenarios/runningLab.js";

export const languages = ["typescript", "yaml", "python"] as const;
export type Language = (typeof languages)[number];

/** What an operation printed, and whether it went well. */
export interface Ended {
  exitCode: number;
  output: string;
}

/** The same program in each language, as the examples have it, run by the pulumi command. */
export interface Programs {
  /** Where the copy of an example is. */
  folderOf(language: Language): string;
  run(language: Language, ...args: string[]): Promise<Ended>;
  /** Type-checks the Python program against the SDK that is made from the package's schema. */
  checkTypes(): Promise<Ended>;
  close(): void;
}

/** Runs a Python program inline, for which the SDK brings its own language host: the CLI's is not among the modules. */
const inline = `
import os, runpy, sys
from pulumi import automation as auto
settings = auto.ProjectSettings("orders-egress", "python", backend=auto.ProjectBackend(os.environ["PULUMI_BACKEND_URL"]))
program = lambda: runpy.run_path(sys.argv[1], run_name="__main__")
stack = auto.create_or_select_stack("python", "orders-egress", program, auto.LocalWorkspaceOptions(project_settings=settings))
stack.set_config("chartRepository", auto.ConfigValue(sys.argv[3]))
result = getattr(stack, sys.argv[2])(on_output=print)
for name, output in sorted(getattr(result, "outputs", {}).items()):
    print(f"{name}: {output.value}")
`;

/** Prepares copies of the examples: the engine writes beside a program. */
export async function prepareLanguages({ host, pulumiHome, stage }: RunningLab): Promise<Programs> {
  const root = join(host.folder, "languages");
  const [state, python] = [join(root, "state"), join(root, "python-packages")];
  await mkdir(state, { recursive: true });
  for (const language of languages)
    await cp(join("examples", language), join(root, "examples", language), { recursive: true });
  // The TypeScript program finds the package as a project finds one that is installed, and the plug-in is beside its source.
  await writeFile(join(root, "examples/typescript/tsconfig.json"), JSON.stringify(tsconfig()));
  await symlink(resolve("node_modules"), join(root, "node_modules"));
  await symlink(resolve("bin"), join(root, "bin"));
  const { version } = JSON.parse(await readFile("plugin/schema.json", "utf8")) as { version: string };
  await symlink(resolve("bin/pulumi-resource-mesh-egress"), await pluginFile(pulumiHome, "mesh-egress", version));
  await installPythonSdk(host.servers.programs["package-sdk"], python, version);
  const nodejs = await startLanguageHost();
  const env = {
    ...offline,
    PATH: [...Object.values(programFolders(host.servers.programs)), process.env["PATH"]].join(":"),
    PYTHONPATH: `${host.servers.python}:${python}`,
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_HOME: pulumiHome,
    PULUMI_CONFIG_PASSPHRASE: "of no value",
    KUBECONFIG: stage.controlPlane.kubeconfigPath,
  };
  return programs(root, env, nodejs);
}

const programFolders = (programs: RunningLab["host"]["servers"]["programs"]) => ({
  engine: dirname(programs.pulumi),
  yaml: dirname(programs["pulumi-language-yaml"]),
});

function programs(root: string, env: Record<string, string>, nodejs: LanguageHost): Programs {
  const folderOf = (language: Language) => join(root, "examples", language);
  const ended = async (command: string, args: string[], cwd: string, more: Record<string, string> = {}) => {
    const { exitCode, all } = await execa(command, args, { cwd, env: { ...env, ...more }, all: true, reject: false });
    return { exitCode: exitCode ?? 1, output: String(all) };
  };
  return {
    folderOf,
    run: async (language, ...args) => {
      const folder = folderOf(language);
      if (language === "python")
        return ended("python3", ["-c", inline, join(folder, "__main__.py"), String(args[0]), chartRepository], folder);
      const more: Record<string, string> =
        language === "typescript"
          ? { PULUMI_DEBUG_LANGUAGES: `nodejs:${nodejs.port}` }
          : // The language host of YAML is found on the PATH, beside the engine.
            { PULUMI_IGNORE_AMBIENT_PLUGINS: "false" };
      const pulumi = (...command: string[]) =>
        ended("pulumi", [...command, "--non-interactive", "--color", "never"], folder, more);
      await pulumi("stack", "select", "--create", language);
      await pulumi("config", "set", "chartRepository", chartRepository);
      return pulumi(...args);
    },
    checkTypes: () => ended("python3", ["-m", "mypy", "__main__.py"], folderOf("python")),
    close: () => nodejs.close(),
  };
}

function tsconfig(): object {
  const paths = { "pulumi-mesh-egress": [resolve("components/index.ts")] };
  return { compilerOptions: { module: "NodeNext", moduleResolution: "NodeNext", paths } };
}

/** The SDK that `pulumi package add` would write, installed as far as Python asks: with the package's name and version. */
async function installPythonSdk(generator: string, folder: string, version: string): Promise<void> {
  await execa(generator, [resolve("plugin/schema.json"), folder]);
  const information = join(folder, `pulumi_mesh_egress-${version}.dist-info`);
  await mkdir(information);
  const metadata = `Metadata-Version: 2.1\nName: pulumi_mesh_egress\nVersion: ${version}\n`;
  await writeFile(join(information, "METADATA"), metadata);
}

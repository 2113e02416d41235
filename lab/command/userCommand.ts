import { cp, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { startLanguageHost } from "../engine/languageHost.js";
import { startProviders } from "../engine/index.js";
import { kubeconfigFile } from "../host/index.js";
import { chartsBelow } from "../provider/index.js";
import type { Ground } from "../scenarios/ground.js";

/** What of a clone `pulumi preview` runs. */
const sources = ["Pulumi.yaml", "index.ts", "program.ts", "package.json", "components", "settings", "access", "stacks"];

/** The pulumi command in a copy of the clone, for it writes into the stack's file. */
export interface UserCommand {
  /** The copy. */
  folder: string;
  run(...args: string[]): Promise<{ exitCode: number; output: string }>;
  close(): Promise<void>;
}

/** The command as a user has it, but for the language host and the plug-in, which the lab brings itself. */
export async function userCommand({ host }: Ground): Promise<UserCommand> {
  const folder = join(host.folder, "command", "clone");
  const state = join(host.folder, "command", "state");
  await mkdir(state, { recursive: true });
  for (const source of sources) await cp(source, join(folder, source), { recursive: true });
  await symlink(join(process.cwd(), "node_modules"), join(folder, "node_modules"));
  const { programs, charts } = host.servers;
  const providers = await startProviders({
    kubeconfigPath: kubeconfigFile,
    helm: programs.helm,
    charts: await chartsBelow(charts),
  });
  const language = await startLanguageHost();
  const ports = Object.entries(providers.providerPorts).map(([name, port]) => `${name}:${port}`);
  const env = {
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_HOME: join(state, "home"),
    PULUMI_CONFIG_PASSPHRASE: "of no value",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DEBUG_PROVIDERS: ports.join(","),
    PULUMI_DEBUG_LANGUAGES: `nodejs:${language.port}`,
  };
  return {
    folder,
    run: async (...args) => {
      const { exitCode, all } = await execa(programs.pulumi, [...args, "--non-interactive", "--color", "never"], {
        cwd: folder,
        env,
        all: true,
        reject: false,
      });
      return { exitCode: exitCode ?? 1, output: String(all) };
    },
    close: async () => {
      language.close();
      await providers.close();
    },
  };
}

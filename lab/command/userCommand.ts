import { cp, mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { offline } from "../engine/stack.js";
import type { RunningLab } from "../scenarios/runningLab.js";

/** What of a clone `pulumi preview` does not run; its packages are linked. */
const leftOut = [".git", "node_modules", "docs", "lab", "bench", "test"];

/** The pulumi command in a copy of the clone, for it writes into the stack's file. */
export interface UserCommand {
  /** The copy. */
  folder: string;
  /** Variables by which another program in the copy finds what the command finds. */
  env: Record<string, string>;
  run(...args: string[]): Promise<{ exitCode: number; output: string }>;
}

/**
 * The command as a user has it.
 *
 * @param name of the folder that holds copy and state
 */
export async function userCommand(
  { host, pulumiHome }: Pick<RunningLab, "host" | "pulumiHome">,
  name = "command",
): Promise<UserCommand> {
  const folder = join(host.folder, name, "clone");
  const state = join(host.folder, name, "state");
  await mkdir(state, { recursive: true });
  const sources = (await readdir(".")).filter((name) => !leftOut.includes(name));
  for (const source of sources) await cp(source, join(folder, source), { recursive: true });
  await symlink(join(process.cwd(), "node_modules"), join(folder, "node_modules"));
  const { programs } = host.servers;
  const env = {
    ...offline,
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_HOME: pulumiHome,
    PULUMI_CONFIG_PASSPHRASE: "of no value",
  };
  return {
    folder,
    env,
    run: async (...args) => {
      const { exitCode, all } = await execa(programs.pulumi, [...args, "--non-interactive", "--color", "never"], {
        cwd: folder,
        env,
        all: true,
        reject: false,
      });
      return { exitCode: exitCode ?? 1, output: String(all) };
    },
  };
}

import { cp, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

/**
 * Compiles the project into a folder of its own, as the published package has it, and returns the path of the command
 * there. The project's own `dist` is left alone.
 */
export async function compiledCommand(root: string, folder: string): Promise<string> {
  const place = join(folder, "package");
  await mkdir(place, { recursive: true });
  await execa(
    process.execPath,
    // Types are checked elsewhere; here they would only take time.
    ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json", "--noCheck", "--outDir", join(place, "dist")],
    { cwd: root },
  );
  for (const name of ["bin", "package.json"]) await cp(join(root, name), join(place, name), { recursive: true });
  await symlink(join(root, "node_modules"), join(place, "node_modules"));
  return join(place, "bin", "mesh-egress.js");
}

import { cp, mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

/** Compiles the two packages and installs them into a folder of their own, as npm would; returns the command's path there. */
export async function compiledCommand(root: string, folder: string): Promise<string> {
  const place = join(folder, "package");
  const modules = join(place, "node_modules");
  await mkdir(modules, { recursive: true });
  await execa(process.execPath, ["scripts/build.js"], { cwd: root });
  for (const name of ["bin", "dist", "package.json"])
    await cp(join(root, name), join(place, name), { recursive: true });
  // A real copy: through a link it would be the clone's TypeScript, or find no packages beside it.
  await cp(join(root, "access", "dist"), join(modules, "mesh-access"), { recursive: true });
  for (const name of await readdir(join(root, "node_modules")))
    if (name !== "mesh-access") await symlink(join(root, "node_modules", name), join(modules, name));
  return join(place, "bin", "mesh-egress.js");
}

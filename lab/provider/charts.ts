import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse } from "yaml";

/**
 * Charts below a folder by the name their Chart.yaml gives them. This is the seam that stands in for chart repositories:
 * what a stack takes from a registry by name, the lab takes from here.
 */
export async function chartsBelow(folder: string): Promise<Record<string, string>> {
  const files = (await readdir(folder, { recursive: true })).filter((path) => path.split("/").at(-1) === "Chart.yaml");
  const named = await Promise.all(
    files.map(async (file) => {
      const { name } = parse(await readFile(join(folder, file), "utf8")) as { name: string };
      return [name, dirname(join(folder, file))] as const;
    }),
  );
  return Object.fromEntries(named);
}

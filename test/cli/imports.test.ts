import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What a module loads before it runs: static imports of values, followed through the project. */
function loadedBy(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file) || !existsSync(file)) return seen;
  seen.add(file);
  const statements = readFileSync(file, "utf8").matchAll(
    /^(?:import|export) (?!type )(?:[^;"]* from )?"(?<path>[^"]+)";/gms,
  );
  for (const { groups } of statements) {
    const path = groups?.path ?? "";
    if (path.startsWith(".")) loadedBy(join(dirname(file), path.replace(/\.js$/, ".ts")), seen);
    else seen.add(path);
  }
  return seen;
}

describe("The command line", () => {
  it("loads neither the Pulumi SDK nor the settings before a command needs them: analysing files starts at once", () => {
    const loaded = [...loadedBy("cli/meshEgress.ts")];
    assert.ok(loaded.includes("commander"), "follows imports");
    assert.deepEqual(
      loaded.filter((name) => name.startsWith("@pulumi") || name === "zod" || name.startsWith("components/")),
      [],
    );
  });
});

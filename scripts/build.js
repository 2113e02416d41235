import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";

// What the published package brings: the sources compiled, with their types.
rmSync("dist", { recursive: true, force: true });
const { status } = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], {
  // Standard output belongs to `npm pack --json`.
  stdio: ["inherit", process.stderr, "inherit"],
});
process.exitCode = status ?? 1;

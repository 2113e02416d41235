import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";

// Runs before `npm start` and `npm test`, so that a fresh clone needs no other command. Node alone runs it.
const installed = "node_modules/.package-lock.json";
const upToDate = existsSync(installed) && statSync(installed).mtimeMs >= statSync("package-lock.json").mtimeMs;
if (!upToDate) {
  process.stderr.write("Installing what package-lock.json names (about half a minute) …\n");
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) process.exit(status ?? 1);
}

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type * as esbuild from "esbuild";

/**
 * The page's script. The published package brings it bundled; a clone, which has the bundler among its development
 * dependencies, bundles it when a page is written.
 */
export function pageScript(): string {
  const bundled = new URL("./page.js", import.meta.url);
  if (existsSync(bundled)) return readFileSync(bundled, "utf8");
  const { buildSync } = createRequire(import.meta.url)("esbuild") as Pick<typeof esbuild, "buildSync">;
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL("./browser/main.ts", import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: "es2022",
  });
  return outputFiles[0]?.text ?? "";
}

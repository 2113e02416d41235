import { spawnSync } from "node:child_process";
import { buildSync } from "esbuild";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";

// What the published packages bring: the sources compiled, with their types. `access/dist` is a package of its own, ready
// for `npm publish access/dist`; the sources' package.json names TypeScript, which the clone runs as it is.
rmSync("access/dist", { recursive: true, force: true });
rmSync("dist", { recursive: true, force: true });
compile("access/tsconfig.build.json");
buildSync({
  entryPoints: ["access/web/browser/main.ts"],
  outfile: "access/dist/web/page.js",
  bundle: true,
  minify: true,
  format: "iife",
  platform: "browser",
  target: "es2022",
});
writeFileSync("access/dist/package.json", JSON.stringify(published("access/package.json"), null, 2));
cpSync("access/README.md", "access/dist/README.md");
cpSync("access/bin", "access/dist/bin", { recursive: true });
cpSync("LICENSE", "access/dist/LICENSE");
compile("tsconfig.build.json");
for (const file of ["schema.json", "late.json"]) cpSync(`plugin/${file}`, `dist/plugin/${file}`);

function compile(project) {
  const { status } = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", project], {
    // Standard output belongs to `npm pack --json`.
    stdio: ["inherit", process.stderr, "inherit"],
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** The package.json with each source replaced by what it is compiled to. */
function published(file) {
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  const compiled = (source) => ({
    types: source.replace(/\.ts$/, ".d.ts"),
    default: source.replace(/\.ts$/, ".js"),
  });
  const exports = Object.entries(manifest.exports).map(([path, source]) => [path, compiled(source)]);
  const { types, default: main } = Object.fromEntries(exports)["."];
  // `moduleResolution: node` reads no exports: it finds the entry points here.
  const typesVersions = {
    "*": Object.fromEntries(exports.map(([path, entry]) => [path.slice(2), [entry.types]]).filter(([path]) => path)),
  };
  return { ...manifest, main, types, typesVersions, exports: Object.fromEntries(exports) };
}

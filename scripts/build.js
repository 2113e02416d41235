import { spawnSync } from "node:child_process";
import { buildSync } from "esbuild";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

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
const analysis = published("access/package.json");
writeFileSync("access/dist/package.json", JSON.stringify(analysis, null, 2));
typesForRequire("access/dist", analysis.exports);
cpSync("access/README.md", "access/dist/README.md");
cpSync("access/bin", "access/dist/bin", { recursive: true });
cpSync("LICENSE", "access/dist/LICENSE");
compile("tsconfig.build.json");
for (const file of ["schema.json", "late.json"]) cpSync(`plugin/${file}`, `dist/plugin/${file}`);
typesForRequire(".", JSON.parse(readFileSync("package.json", "utf8")).exports);

function compile(project) {
  const { status } = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", project], {
    // Standard output belongs to `npm pack --json`.
    stdio: ["inherit", process.stderr, "inherit"],
  });
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * Types for programs that are CommonJS modules. Node loads the modules by `require`; TypeScript with `module: node16`, which
 * stands for a Node that could not, takes them from declarations of CommonJS only.
 */
function typesForRequire(folder, exports) {
  for (const { import: module, require } of Object.values(exports)) {
    const source = `./${basename(module.default)}`;
    writeFileSync(
      join(folder, require.types),
      `// @ts-ignore: Node loads this module by require too\nexport * from "${source}";\n`,
    );
  }
}

/** The package.json with each source replaced by what it is compiled to. */
function published(file) {
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  const compiled = (source) => {
    const to = (ending) => source.replace(/\.ts$/, ending);
    return {
      import: { types: to(".d.ts"), default: to(".js") },
      require: { types: to(".d.cts"), default: to(".js") },
    };
  };
  const exports = Object.entries(manifest.exports).map(([path, source]) => [path, compiled(source)]);
  const { types, default: main } = Object.fromEntries(exports)["."].import;
  // `moduleResolution: node` reads no exports: it finds the entry points here.
  const typesVersions = {
    "*": Object.fromEntries(
      exports.map(([path, entry]) => [path.slice(2), [entry.import.types]]).filter(([path]) => path),
    ),
  };
  return { ...manifest, main, types, typesVersions, exports: Object.fromEntries(exports) };
}

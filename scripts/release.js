import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

// `node scripts/release.js v1.2.3 [--dry-run]`: publishes both packages with provenance, after checking that tag, packages
// and CHANGELOG name one version. With --dry-run npm shows what it would publish.
const [tag = "", ...flags] = process.argv.slice(2);
const version = tag.replace(/^v/, "");
const isDryRun = flags.includes("--dry-run");

const read = (file) => JSON.parse(readFileSync(file, "utf8"));
const [root, analysis] = [read("package.json"), read("access/package.json")];
const problems = [
  ...(root.version === version ? [] : [`package.json has version ${root.version}, the tag says ${version}.`]),
  ...(analysis.version === version
    ? []
    : [`access/package.json has version ${analysis.version}, the tag says ${version}.`]),
  ...(root.dependencies[analysis.name] === version
    ? []
    : [`package.json asks for ${analysis.name} ${root.dependencies[analysis.name]}, not ${version}.`]),
];
const notes = notesOf(version);
if (notes === undefined) problems.push(`CHANGELOG.md has no section "## ${version}".`);
if (problems.length > 0) {
  process.stderr.write(`${problems.join("\n")}\n`);
  process.exit(1);
}
writeFileSync("release-notes.md", notes);
// Provenance ties a package to the repository that built it, which is known only where it is built.
const repository = process.env.GITHUB_REPOSITORY;
if (repository) {
  const url = `repository.url=git+https://github.com/${repository}.git`;
  run(["pkg", "set", "repository.type=git", url, "--workspaces=false"], "npm");
  run(["pkg", "set", "repository.type=git", url, "repository.directory=access", "--workspace", analysis.name], "npm");
}
run(["scripts/build.js"], process.execPath);
// The analysis first: the components depend on it.
for (const folder of ["./access/dist", "."]) {
  run(["publish", folder, "--access", "public", ...(isDryRun ? ["--dry-run"] : ["--provenance"])], "npm");
}

/** The text under the version's heading in CHANGELOG.md. */
function notesOf(wanted) {
  const sections = readFileSync("CHANGELOG.md", "utf8").split(/^## /m);
  return sections.find((section) => section.split("\n")[0]?.trim() === wanted);
}

function run(args, command) {
  const { status } = spawnSync(command, args, { stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) process.exit(status ?? 1);
}

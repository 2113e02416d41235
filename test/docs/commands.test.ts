import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { commands } from "../../cli/meshEgress.js";

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync("docs", { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md") && !path.startsWith("api/"))
    .map((path) => join("docs", path)),
];

/** Command lines of `mesh-egress` in a page, fenced or inline, without what a pipe or a comment adds. */
function commandLines(page: string): string[] {
  const text = readFileSync(page, "utf8").replaceAll("\\\n", " ");
  return [...text.matchAll(/npx mesh-egress ([^`\n|#>]+)/g)].map(([, line]) => String(line).trim());
}

/** What the command line does not know: the command, or an option of it. */
function unknown(program: Command, line: string): string[] {
  const words = line.replace(/"[^"]*"|'[^']*'/g, "TEXT").split(/\s+/);
  const command = program.commands.find((one) => one.name() === words[0]);
  if (!command) return [String(words[0])];
  const known = new Set(["--help", ...command.options.flatMap(({ short, long }) => [short, long])]);
  return words.filter((word) => /^--?[a-zA-Z]/.test(word)).filter((word) => !known.has(word.split("=")[0]));
}

describe("Commands in the documents", () => {
  for (const page of pages)
    it(`are commands and options that exist: ${page}`, () => {
      const program = commands();
      assert.deepEqual(
        commandLines(page).flatMap((line) => unknown(program, line).map((word) => `${word} in: ${line}`)),
        [],
      );
    });

  it("of the page about troubleshooting run", () => {
    assert.ok(commandLines("docs/troubleshooting.md").length >= 6);
  });
});

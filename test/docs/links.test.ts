import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const pages = [
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...["docs", "examples"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".md") && !path.includes("node_modules"))
      .map((path) => join(folder, path)),
  ),
];

/** Links and pictures of a page that lead to files of the project; what looks like one inside code is none. */
function linksOf(page: string): string[] {
  const prose = readFileSync(page, "utf8")
    .replace(/```[\s\S]*?```/g, "")
    .replace(/`[^`\n]*`/g, "code");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g), ...prose.matchAll(/^\[[^\]]+\]: (\S+)/gm)]
    .map(([, target]) => String(target))
    .filter((target) => !/^https?:/.test(target));
}

/** Anchors that headings give, and those written as `<a id>`. */
function anchorsOf(page: string): Set<string> {
  const text = readFileSync(page, "utf8");
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    String(title)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
  return new Set([...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => String(id))]);
}

function isDead(page: string, link: string): boolean {
  const [path, anchor] = link.split("#");
  const target = path ? join(dirname(page), path) : page;
  if (!existsSync(target)) return true;
  return anchor !== undefined && target.endsWith(".md") && !anchorsOf(target).has(anchor);
}

describe("Documents", () => {
  for (const page of pages)
    it(`${page} leads nowhere that does not exist`, () => {
      assert.deepEqual(
        linksOf(page).filter((link) => isDead(page, link)),
        [],
      );
    });
});

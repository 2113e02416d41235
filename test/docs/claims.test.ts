import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { nearest } from "mesh-access/nearest";
import { labLines } from "../../scripts/docs/lab.js";
import { trafficModeNames } from "../../settings/trafficModes.js";

/** Parts of a page that say what a mode does, and so must say what shows it. */
const claiming = ["What it protects against", "What it does not protect against", "Two forwarders", "Traps"];

/** A page's claims: list items, or paragraphs where there is no list. */
function claimsOf(text: string): string[] {
  const sections = text.split(/^## /m).filter((section) => claiming.some((title) => section.startsWith(`${title}\n`)));
  return sections
    .flatMap((section) => section.slice(section.indexOf("\n")).split(/\n(?=- )|\n{2,}/))
    .map((claim) => claim.trim())
    .filter((claim) => claim !== "" && !claim.startsWith("["));
}

/** What stands behind a claim: `<sup>[label][key]</sup>`. */
function referencesIn(claim: string): { label: string; key: string }[] {
  return [...claim.matchAll(/<sup>(.+?)<\/sup>/gs)].flatMap(([, group = ""]) =>
    [...group.matchAll(/\[([^\]]+)\]\[([^\]]+)\]/g)].map(([, label = "", key = ""]) => ({ label, key })),
  );
}

/** Where the references lead: `[key]: target "title of a test"`. */
function definitionsOf(text: string): Map<string, { target: string; title: string }> {
  const found = [...text.matchAll(/^\[([^\]]+)\]: (\S+)(?: "(.+)")?$/gm)];
  return new Map(found.map(([, key = "", target = "", title = ""]) => [key, { target, title }]));
}

const lines = labLines();

/** Why a reference to the lab's page shows nothing; undefined where it does. */
function faultInLab(label: string, anchor: string): string | undefined {
  const line = lines.find((one) => one.anchor === anchor);
  if (!line) {
    const near = nearest(
      anchor,
      lines.map((one) => one.anchor),
    );
    return `the lab has no observation ${anchor}; the nearest is ${near}`;
  }
  return line.name === label ? undefined : `"${label}" leads to an observation of ${line.name}`;
}

/** Why a reference to a test shows nothing. */
function faultInTest(page: string, target: string, title: string): string | undefined {
  const file = join(dirname(page), target);
  if (!existsSync(file)) return `there is no ${file}`;
  return title !== "" && readFileSync(file, "utf8").includes(title) ? undefined : `${file} has no test "${title}"`;
}

describe("What the pages of the traffic modes claim", () => {
  for (const mode of trafficModeNames) {
    const page = `docs/modes/${mode}.md`;
    const text = readFileSync(page, "utf8");
    const definitions = definitionsOf(text);

    it(`is followed in ${page} by what shows it`, () => {
      const claims = claimsOf(text);
      assert.ok(claims.length > 0);
      assert.deepEqual(
        claims.filter((claim) => referencesIn(claim).length === 0),
        [],
      );
    });

    it(`is shown in ${page} by observations the lab has, and tests there are`, () => {
      const faults = referencesIn(text).map(({ label, key }) => {
        const definition = definitions.get(key);
        if (!definition) return `[${key}] is defined nowhere`;
        const { target, title } = definition;
        const [file = "", anchor = ""] = target.split("#");
        return label === "test" ? faultInTest(page, file, title) : faultInLab(label, anchor);
      });
      assert.deepEqual(
        faults.filter((fault) => fault !== undefined),
        [],
      );
    });

    it(`has no reference in ${page} that nothing uses`, () => {
      const used = new Set(referencesIn(text).map(({ key }) => key));
      assert.deepEqual(
        [...definitions.keys()].filter((key) => !used.has(key)),
        [],
      );
    });
  }
});

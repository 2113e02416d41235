import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { readYaml } from "mesh-access/yaml";
import { loadSettings } from "../../settings/load.js";

const pages = readdirSync("docs/clouds");

/** Settings of each whole stack file that a page shows. */
function examples(page: string): Record<string, unknown>[] {
  const blocks = readFileSync(`docs/clouds/${page}`, "utf8").matchAll(/```yaml\n([^]*?)```/g);
  return [...blocks].flatMap(([, text = ""]) => {
    const { config } = readYaml(text).value as { config?: Record<string, unknown> };
    const own = Object.entries(config ?? {}).filter(([key]) => key.startsWith("mesh-egress:"));
    return own.length > 0
      ? [Object.fromEntries(own.map(([key, value]) => [key.replace("mesh-egress:", ""), value]))]
      : [];
  });
}

describe("The clouds' pages", () => {
  for (const page of pages)
    it(`show settings that are accepted: ${page}`, () => {
      assert.ok(examples(page).length > 0);
      for (const example of examples(page)) assert.doesNotThrow(() => loadSettings(example));
    });
});

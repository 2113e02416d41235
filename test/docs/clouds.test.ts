import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { readYaml } from "mesh-access/yaml";
import { planStack } from "../../plan/stack.js";
import { loadSettings } from "../../settings/load.js";
import { writeStack } from "../plan/stackFiles.js";

const pages = readdirSync("docs/clouds");

type Config = Record<string, unknown>;

const prefix = "mesh-egress:";

function ownKeys(config: Config = {}): Config {
  const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
}

/** Settings that a page shows: whole stack files, and keys of one. */
function examples(page: string): { whole: Config[]; parts: Config[] } {
  const blocks = readFileSync(`docs/clouds/${page}`, "utf8").matchAll(/```yaml\n([^]*?)```/g);
  const shown = [...blocks].map(([, text = ""]) => (readYaml(text).value ?? {}) as Config & { config?: Config });
  return {
    whole: shown.map(({ config }) => ownKeys(config)).filter((each) => Object.keys(each).length > 0),
    parts: shown.map(ownKeys).filter((each) => Object.keys(each).length > 0),
  };
}

/** Keys of a stack file that a page leaves out where it shows a few. */
const rest = { mesh: { kind: "istio" }, namespaces: [{ name: "shop" }] };

describe("The clouds' pages", () => {
  for (const page of pages) {
    it(`show settings that are accepted: ${page}`, () => {
      const { whole } = examples(page);
      assert.ok(whole.length > 0);
      for (const example of whole) assert.doesNotThrow(() => loadSettings(example));
    });

    it(`show databases that can be planned: ${page}`, async () => {
      for (const part of examples(page).parts) {
        if (!("databases" in part && "cluster" in part)) continue;
        const { resources } = await planStack(writeStack({ ...rest, ...part }));
        const isCreated = ({ type }: { type: string }) => /:(DatabaseInstance|Instance)$/.test(type);
        const { length } = (part["databases"] as Config[]).filter(({ provision }) => provision);
        assert.equal(resources.filter(isCreated).length, length);
      }
    });
  }
});

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { format, resolveConfig } from "prettier";
import { trafficModeNames } from "../settings/trafficModes.js";
import { alertNames } from "../settings/alerts.js";
import { accessModelBlocks } from "./docs/accessModel.js";
import { alertFacts, alertsTable, statisticsList } from "./docs/alerts.js";
import { apiReference } from "./docs/api.js";
import { costTable } from "./docs/cost.js";
import { labPage } from "./docs/lab.js";
import { withBlock } from "./docs/markdown.js";
import { messagesPage } from "./docs/messages.js";
import { modeFacts, modeResources, modesTable } from "./docs/modes.js";
import { labTable, readmeBlocks, sessionScreens } from "./docs/readme.js";
import { packageSchema } from "./docs/packageSchema.js";
import { sessionPicture } from "./docs/session.js";
import { settingsReference } from "./docs/settingsReference.js";
import { settingsJsonSchema, stackFileJsonSchema } from "./docs/settingsSchema.js";
import { settingsTypes, settingsTypesPath } from "./docs/settingsTypes.js";

/** Writes every generated document; with `--check` it writes nothing and fails when one is stale. */
const check = process.argv.includes("--check");

const written = (path: string) => readFileSync(path, "utf8");

/** Pages written by hand, with generated blocks in them. */
function modePages(): [string, string][] {
  const index = "docs/modes/README.md";
  const pages = trafficModeNames.map((mode): [string, string] => {
    const path = `docs/modes/${mode}.md`;
    return [path, withBlock(withBlock(written(path), "facts", modeFacts(mode)), "resources", modeResources(mode))];
  });
  return [[index, withBlock(written(index), "modes", modesTable())], ...pages];
}

/** The README's blocks. The lab's table stays as the last run left it. */
function readme(): Record<string, string> {
  const lab = check ? undefined : labTable();
  return { ...readmeBlocks(), cost: costTable(), ...(lab ? { lab } : {}) };
}

/** A page by hand, its blocks filled in and laid out as the formatter wants it. */
async function filled(path: string, blocks: Record<string, string>): Promise<string> {
  const text = Object.entries(blocks).reduce((page, [name, content]) => withBlock(page, name, content), written(path));
  return format(text, { ...(await resolveConfig(path)), parser: "markdown" });
}

/** The runbook pages of alerts, by hand but for what the rules say. */
async function alertPages(): Promise<[string, string][]> {
  const index = "docs/alerts/README.md";
  const pages = alertNames.map(async (name): Promise<[string, string]> => {
    const path = `docs/alerts/${name}.md`;
    return [path, await filled(path, { facts: alertFacts(name) })];
  });
  return [
    [index, await filled(index, { alerts: alertsTable(), statistics: statisticsList() })],
    ...(await Promise.all(pages)),
  ];
}

const api = Object.entries(await apiReference()).map(([path, text]) => [`docs/api/${path}`, text]);

// The package's schema is read from these types, so they come first.
const types = await settingsTypes(settingsJsonSchema());
if (!check) writeFileSync(settingsTypesPath, types);
const { schema, late } = packageSchema();

const documents: Record<string, string> = {
  "README.md": await filled("README.md", readme()),
  "docs/images/session.svg": sessionPicture(
    "Who reaches what, what a change does to it, and an assertion that the change breaks",
    sessionScreens(),
  ),
  "docs/access.md": await filled("docs/access.md", accessModelBlocks()),
  "docs/lab.md": labPage(),
  "docs/messages.md": messagesPage(),
  ...Object.fromEntries(api),
  ...Object.fromEntries(modePages()),
  ...Object.fromEntries(await alertPages()),
  [settingsTypesPath]: types,
  "docs/settings.md": settingsReference(settingsJsonSchema()),
  "plugin/schema.json": `${JSON.stringify(schema, null, 1)}\n`,
  "plugin/late.json": `${JSON.stringify(late, null, 1)}\n`,
  "docs/settings.schema.json": `${JSON.stringify(stackFileJsonSchema(), null, 1)}\n`,
};

const stale = Object.entries(documents).filter(([path, text]) => !existsSync(path) || written(path) !== text);
if (check && stale.length > 0) {
  process.stderr.write(`Stale: ${stale.map(([path]) => path).join(", ")}. Run: npm run docs\n`);
  process.exitCode = 1;
} else if (!check) {
  for (const [path, text] of stale) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  process.stderr.write(`${stale.length} of ${Object.keys(documents).length} documents written\n`);
}

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createColors } from "picocolors";
import { analyse, type Analysis, checkAssertions, diffReach, type KubernetesObject } from "mesh-access";
import { parseManifests } from "mesh-access/input";
import { accessTable, changesTable, checksTable } from "mesh-access/output";
import { optionsOfStack } from "../../components/judgement/stackOptions.js";
import { blueprintOf } from "../../components/blueprint.js";
import { loadSettings } from "../../settings/load.js";
import { SettingsError } from "../../settings/problem.js";
import { readStackFile } from "../../settings/stackFile.js";
import { table } from "./markdown.js";
import type { Screen } from "./session.js";

type Config = Record<string, unknown>;

const plain = createColors(false);
const fenced = (text: string, language = "") => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
const configOf = (stack: string): Config => readStackFile(`stacks/Pulumi.${stack}.yaml`).own;

function analysis(config: Config): Analysis {
  const settings = loadSettings(config);
  const manifests = blueprintOf(settings).manifests;
  return analyse(manifests, optionsOfStack(settings));
}

/** The generated parts of the README by name. */
export function readmeBlocks(): Record<string, string> {
  return {
    access: fenced(accessTable(analysis(configOf("rds")), plain)),
    stacks: stacksTable(),
    diff: fenced(changesTable(diffReach(analysis(configOf("local")).rows, analysis(opened()).rows), plain)),
    mistakes: mistakes(),
    recipe: fenced(accessTable(analyse(recipeOf("rds")), plain)),
  };
}

/** What the recorded session of the README shows: reach, what a change does to it, and assertions that hold and that fail. */
export function sessionScreens(): Screen[] {
  const colors = createColors(true);
  const [before, after] = [analysis(configOf("local")), analysis(opened())];
  const { assert } = loadSettings(configOf("local")).access;
  return [
    { command: "npx mesh-egress access --stack local", text: accessTable(before, colors, { width: 112 }) },
    {
      command: "npx mesh-egress diff stacks/Pulumi.local.yaml shop.yaml",
      text: changesTable(diffReach(before.rows, after.rows), colors),
    },
    {
      command: "npx mesh-egress check --config shop.yaml",
      text: checksTable(checkAssertions(assert, after.rows, after.targets), colors),
    },
  ];
}

/** A source document's recipe as it stands. */
function recipeOf(name: string): KubernetesObject[] {
  const file = `access/test/recipes/${name}.yaml`;
  return [...parseManifests(readFileSync(file, "utf8"), file).objects];
}

function stackNames(): string[] {
  return readdirSync("stacks").map((file) => file.split(".")[1] ?? file);
}

function stacksTable(): string {
  return table(
    ["Stack", "Cluster and mesh", "What it shows"],
    stackNames()
      .sort()
      .map((name) => {
        const { cluster, mesh } = loadSettings(configOf(name));
        return [`[\`${name}\`](stacks/Pulumi.${name}.yaml)`, `${cluster.cloud}, ${mesh.kind}`, headline(name)];
      }),
  );
}

/** The comment a stack file begins with, without what it says of its schema and secrets. */
function headline(stack: string): string {
  const lines = readFileSync(`stacks/Pulumi.${stack}.yaml`, "utf8").split("\n");
  const comment = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith("#")),
  );
  return comment
    .filter((line) => !/yaml-language-server|pulumi config set/.test(line))
    .map((line) => line.slice(2))
    .join(" ");
}

type Database = Record<string, unknown>;

function localWith(change: (databases: Database[]) => Database[]): Config {
  const config = configOf("local");
  return { ...config, databases: change(config["databases"] as Database[]) };
}

/** `local` with the change the README tells the reader to make. */
function opened(): Config {
  return localWith(([orders, stock]) => [
    { ...orders },
    { ...stock, trafficMode: "tcp-direct", clients: [{ namespace: "shop" }] },
  ]);
}

/** Three mistakes in `local`, and what is said of them. */
function mistakes(): string {
  const { observability: _, ...config } = localWith(([orders, stock]) => [
    { ...orders, host: "orders" },
    { ...stock, trafficMode: "tls-gateway" },
  ]);
  try {
    loadSettings({ ...config, observabilty: {} });
  } catch (error) {
    if (error instanceof SettingsError) return fenced(error.message);
    throw error;
  }
  throw new Error("The mistakes of the README are none any more. Write others");
}

interface LabReport {
  passed: number;
  failed: number;
  scenarios: { name: string; title: string; results: { passed: boolean }[] }[];
}

/** The last run of the lab on this machine; undefined where there was none, or only of some scenarios. */
export function labTable(): string | undefined {
  if (!existsSync("lab-report.json")) return undefined;
  const { passed, failed, scenarios } = JSON.parse(readFileSync("lab-report.json", "utf8")) as LabReport;
  const ran = scenarios.map(({ name }) => name);
  if (!stackNames().every((stack) => stack === "local" || ran.includes(stack))) return undefined;
  const rows = scenarios.map(({ name, title, results }) => [
    `\`${name}\``,
    title,
    `${results.filter((result) => result.passed).length} of ${results.length}`,
  ]);
  return `${table(["Scenario", "What it shows", "Passed"], rows)}\n${passed} passed, ${failed} failed.`;
}

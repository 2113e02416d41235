import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import prettier from "prettier";
import { againstIstioctl, type MutationsData } from "./mutations/mutationsPage.js";
import { recipesPage } from "./recipes/recipesPage.js";
import type { RecipesData } from "./recipes/recipesExperiment.js";
import type { LabReport } from "./report/labReport.js";

// `npx tsx lab/documents.ts [lab-report.json]`: writes the pages of the documentation that are made of what a run has shown.

const [file = "lab-report.json"] = process.argv.slice(2);
const report = JSON.parse(await readFile(file, "utf8")) as LabReport;
const dataOf = (name: string): unknown => report.scenarios.find((scenario) => scenario.name === name)?.data;

/** Writes a page if the run had what it is made of. */
async function page(name: string, text: string): Promise<void> {
  const path = fileURLToPath(new URL(`../docs/${name}.md`, import.meta.url));
  const config = await prettier.resolveConfig(path);
  await writeFile(path, await prettier.format(text, { ...config, parser: "markdown" }));
  console.log(`docs/${name}.md`);
}

const recipes = dataOf("recipes") as RecipesData | undefined;
const mutations = dataOf("mutations") as MutationsData | undefined;
if (recipes) await page("recipes", recipesPage(recipes));
if (mutations) await page("against-istioctl", againstIstioctl(mutations));
if (!recipes && !mutations) console.error(`${file} has neither: run npm run lab -- recipes mutations`);

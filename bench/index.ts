import { mkdtemp, rm, writeFile, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { execa } from "execa";
import { clientProgram } from "./lab/clientProgram.js";
import { partNames, type PartName, type PartReport } from "./figures.js";
import { measurePart } from "./measurePart.js";
import type { Part } from "./part.js";
import { accessPart } from "./parts/access.js";
import { planPart } from "./parts/plan.js";
import { writeReport } from "./reportFile.js";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Parts that need nothing but Node; the others run on the lab's own host. */
const here: Part[] = [planPart, accessPart];

const program = new Command("npm run bench --")
  .description("Measures what the project costs and how it grows; writes bench/report.json and docs/performance.md.")
  .argument("[part...]", `parts to measure: ${partNames.join(", ")} (default: all)`)
  .option(
    "--largest <size>",
    "for a first look: leave out sizes above this many databases, and take few turns",
    Number,
    Infinity,
  )
  .addHelpText("after", "\nsidecars, datapath and lifecycle run in the lab: they need Linux, root and Go.")
  .parse();

const unknown = program.args.filter((name) => !(partNames as readonly string[]).includes(name));
if (unknown.length > 0) program.error(`There is no part ${unknown.join(", ")}. Parts: ${partNames.join(", ")}.`);
const wanted = partNames.filter((name) => program.args.length === 0 || program.args.includes(name));

const { largest } = program.opts<{ largest: number }>();
const folder = await mkdtemp(join(tmpdir(), "mesh-egress-bench-"));
try {
  for (const part of here.filter(({ name }) => wanted.includes(name))) {
    await writeReport(root, { [part.name]: await measurePart(part, { root, folder, largest }) });
  }
  const inLab = wanted.filter((name) => !here.some((part) => part.name === name));
  if (inLab.length > 0) await writeReport(root, await measureInLab(inLab));
  console.error("written: bench/report.json, docs/performance.md");
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** The lab's host is entered by a process of its own, which hands its report over in a file. */
async function measureInLab(names: PartName[]): Promise<Partial<Record<PartName, PartReport>>> {
  const file = join(folder, "lab.json");
  await writeFile(file, "{}");
  const entry = fileURLToPath(new URL("inLab.ts", import.meta.url));
  const client = await clientProgram();
  const { exitCode } = await execa(
    process.execPath,
    ["--import", "tsx", entry, file, client, String(largest), ...names],
    {
      cwd: root,
      stdio: "inherit",
      reject: false,
    },
  );
  if (exitCode !== 0) process.exitCode = 1; // what did succeed is reported all the same
  return JSON.parse(await readFile(file, "utf8")) as Partial<Record<PartName, PartReport>>;
}

import { readFile, writeFile } from "node:fs/promises";
import { type LabHost, runInLabHost } from "../lab/host/labHost.js";
import { progressLine } from "../lab/servers/servers.js";
import type { PartName } from "./figures.js";

// Started by index.ts: the file that takes the report, the client program, the largest size, and the parts.
const [file = "", client = "", largest = "", ...names] = process.argv.slice(2);

await runInLabHost(run, (step) => console.error(progressLine(step)));

/** Loaded late: the process outside the lab host, which only waits, runs this file too. */
async function run(host: LabHost): Promise<number> {
  const { measureOnTestbed } = await import("./lab/measureOnTestbed.js");
  const chosen = { names: names as PartName[], largest: Number(largest) };
  const failed = await measureOnTestbed(host, client, chosen, async (name, report) => {
    const reports = JSON.parse(await readFile(file, "utf8")) as object;
    await writeFile(file, JSON.stringify({ ...reports, [name]: report }));
  });
  return failed.length > 0 ? 1 : 0;
}

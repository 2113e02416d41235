import type { LabHost } from "../../lab/host/labHost.js";
import { Budget } from "../budget.js";
import type { PartName, PartReport } from "../figures.js";
import { reported } from "../measurePart.js";
import { Testbed } from "./testbed.js";
import { datapathPart } from "./datapath.js";
import { lifecyclePart } from "./lifecycle.js";
import type { TestbedPart } from "./testbedPart.js";
import { sidecarsPart } from "./sidecars.js";
import { labVersions } from "./versions.js";

/** In this order: the last one leaves a thousand databases behind. */
const parts: TestbedPart[] = [datapathPart, lifecyclePart, sidecarsPart];

/** When only small sizes are asked for. */
const fewRepeats = 3;

/** Measures parts one after another on one cluster, and hands each report over as soon as it is there. Returns the parts that failed. */
export async function measureOnTestbed(
  host: LabHost,
  client: string,
  { names, largest }: { names: readonly PartName[]; largest: number },
  done: (name: PartName, report: PartReport) => Promise<void>,
): Promise<PartName[]> {
  const testbed = await Testbed.prepare(host, client, (line) => console.error(`lab: ${line}`));
  const failed: PartName[] = [];
  const versions = await labVersions();
  const repeats = (usual: number): number => (Number.isFinite(largest) ? Math.min(usual, fewRepeats) : usual);
  for (const part of parts.filter(({ name }) => names.includes(name))) {
    const tell = (line: string): void => console.error(`${part.name}: ${line}`);
    try {
      const budget = new Budget(part);
      await done(
        part.name,
        await reported(part, () => part.run(testbed, { largest, tell, budget, repeats }), versions),
      );
    } catch (error) {
      failed.push(part.name);
      tell(`failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return failed;
}

import type { LabHost } from "../../lab/host/index.js";
import type { PartName, PartReport } from "../figures.js";
import { reported } from "../measurePart.js";
import { Bed } from "./bed.js";
import { datapathPart } from "./datapath.js";
import { lifecyclePart } from "./lifecycle.js";
import type { BedPart } from "./bedPart.js";
import { sidecarsPart } from "./sidecars.js";

const parts: BedPart[] = [sidecarsPart, datapathPart, lifecyclePart];

/** Measures parts one after another on one cluster, and hands each report over as soon as it is there. */
export async function measureOnBed(
  host: LabHost,
  client: string,
  names: readonly PartName[],
  done: (name: PartName, report: PartReport) => Promise<void>,
): Promise<void> {
  const bed = await Bed.prepare(host, client, (line) => console.error(`lab: ${line}`));
  for (const part of parts.filter(({ name }) => names.includes(name))) {
    const tell = (line: string): void => console.error(`${part.name}: ${line}`);
    await done(part.name, await reported(part, () => part.run(bed, tell)));
  }
}

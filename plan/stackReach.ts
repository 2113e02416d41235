import pc from "picocolors";
import type { Settings } from "../settings/schema.js";
import { analyse, checkAssertions, describePair, type KubernetesObject, type Row } from "mesh-access";
import { checksTable, reach } from "mesh-access/output";
import { optionsOfStack } from "./stackOptions.js";

/** A promise of the stack's `access.assert` that its manifests break. Thrown before anything is registered. */
export class BrokenPromiseError extends Error {
  constructor(readonly report: string) {
    super(`The stack breaks promises under access.assert; nothing was applied.\n${report}`);
    this.name = "BrokenPromiseError";
  }
}

/** Who reaches what, by pair: a value per line of a preview's output diff. A pair that is not there reaches nothing. */
export type Reach = Record<string, string>;

/**
 * Judges a stack by its manifests.
 *
 * @throws {@link BrokenPromiseError} with the evidence of every promise that does not hold.
 */
export function reachOfStack(objects: readonly KubernetesObject[], settings: Settings): Reach {
  const analysis = analyse(objects, optionsOfStack(settings));
  const results = checkAssertions(settings.access.assert, analysis.rows, analysis.targets);
  if (results.some(({ ok }) => !ok)) throw new BrokenPromiseError(checksTable(results, pc.createColors(false)));
  const pairs: [string, string][] = [];
  for (const row of analysis.rows) if (reachesAnything(row)) pairs.push([describePair(row), reach(row)]);
  return Object.fromEntries(pairs);
}

/** Pairs that are shut on both ways are left out: there are as many as workloads times databases. */
function reachesAnything({ mesh, around }: Row): boolean {
  return mesh.verdict !== "blocked" || mesh.exposes !== null || around.verdict !== "blocked";
}

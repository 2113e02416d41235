import type { PageBypass, PageData, PageMesh, PageWorkload } from "../pageTypes.js";

/** The page's data, and what everything on it reads of it. */
export const data = JSON.parse(element("data").textContent ?? "") as PageData;

/** An element that the page has. */
export function element<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found as E;
}

/** Text as it may stand in HTML, in an attribute too. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const unpacked = new Map<string, Uint32Array>();

/** Places of answers from their runs: `a*n` is n times the same, `a~n` counts up n times, in base 36. */
function unpack(runs: string): Uint32Array {
  const known = unpacked.get(runs);
  if (known) return known;
  const row = new Uint32Array(data.targets.length);
  let at = 0;
  for (const run of runs.split(" ")) {
    const [first = "", length = "1"] = run.split(/[*~]/);
    const start = parseInt(first, 36);
    const step = run.includes("~") ? 1 : 0;
    for (let index = 0; index < parseInt(length, 36); index++) row[at++] = start + index * step;
  }
  unpacked.set(runs, row);
  return row;
}

/** The answer of one pair. */
export interface Answer {
  mesh: PageMesh;
  bypass: PageBypass;
}

export function answerOf(workload: number, target: number): Answer {
  const [meshRuns = "", bypassRuns = ""] = data.callers[callersOf(workload)] ?? [];
  const mesh = data.mesh[unpack(meshRuns)[target] ?? -1];
  const bypass = data.bypass[unpack(bypassRuns)[target] ?? -1];
  if (!mesh || !bypass) throw new Error(`The page has no answer for pair ${workload}, ${target}.`);
  return { mesh, bypass };
}

/** Workloads with one number get the same answer from every target. */
export function callersOf(workload: number): number {
  return workloadAt(workload)[4];
}

export function workloadAt(place: number): PageWorkload {
  return data.workloads[place] ?? ["", "", "", "", 0];
}

export function targetAt(place: number): PageData["targets"][number] {
  return data.targets[place] ?? ["", 0, ""];
}

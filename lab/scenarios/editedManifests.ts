import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A copy of a folder of manifests in which a user has edited one file. */
export function editedManifests(folder: string, file: string, edit: (text: string) => string): string {
  const copy = mkdtempSync(join(tmpdir(), "edited-manifests-"));
  cpSync(folder, copy, { recursive: true });
  const before = readFileSync(join(copy, file), "utf8");
  const after = edit(before);
  if (after === before) throw new Error(`${folder}/${file} has nothing of what the scenario wants to edit.`);
  writeFileSync(join(copy, file), after);
  return copy;
}

import { loadSettings } from "../settings/load.js";
import { secretNames } from "../settings/secrets.js";
import { readStackFile } from "../settings/stackFile.js";
import { type StackOption, stackFile } from "./stackOption.js";

/** Checks a stack's settings without loading anything that could create a resource. */
export function validate(options: StackOption): void {
  const file = stackFile(options);
  const { own } = readStackFile(file);
  secretNames(own["secrets"]);
  const { databases, namespaces, workloads } = loadSettings(own);
  process.stdout.write(
    `${file} is fine: ${namespaces.length} namespaces, ${databases.length} databases, ${workloads.length} workloads.\n`,
  );
}

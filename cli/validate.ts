import { count } from "mesh-access/output";
import { loadSettings } from "../settings/load.js";
import { secretNames } from "../settings/secrets.js";
import { projectRoot, readStackFile } from "../settings/stackFile.js";
import { type StackOption, stackFile } from "./stackOption.js";

/** Checks a stack's settings without loading anything that could create a resource. */
export function validate(options: StackOption): void {
  const file = stackFile(options);
  const { own } = readStackFile(file);
  secretNames(own["secrets"]);
  const { databases, namespaces, workloads } = loadSettings(own, projectRoot(file));
  const counts = { namespace: namespaces, database: databases, workload: workloads };
  const told = Object.entries(counts).map(([noun, list]) => count(list.length, noun));
  process.stdout.write(`${file} is fine: ${told.join(", ")}.\n`);
}

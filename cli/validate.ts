import { statSync } from "node:fs";
import { count } from "mesh-access/output";
import { problemData, SettingsError } from "../settings/problem.js";
import { loadStackFile } from "../settings/stackFile.js";
import { print } from "mesh-access/cli";
import { type StackOption, stackFile } from "./stackOption.js";

/** Checks a stack's settings without loading anything that could create a resource. */
export async function validate(options: StackOption & { output: "text" | "json" }): Promise<void> {
  const file = stackFile(options);
  announce(file);
  if (options.output === "text") {
    const { databases, namespaces, workloads } = loadStackFile(file).settings;
    const counts = { namespace: namespaces, database: databases, workload: workloads };
    const counted = Object.entries(counts).map(([noun, list]) => count(list.length, noun));
    return print(`${file} is valid: ${counted.join(", ")}.`);
  }
  const problems = problemsOf(file);
  if (problems.length > 0) process.exitCode = 1;
  return print(JSON.stringify({ file, valid: problems.length === 0, problems }, null, 2));
}

/** A file of this size takes a while, and silence looks like a fault. */
const longBytes = 2 ** 20;

function announce(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > longBytes) process.stderr.write(`Checking ${file}, ${Math.round(size / longBytes)} MiB ...\n`);
}

function problemsOf(file: string) {
  try {
    loadStackFile(file);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems.map(problemData);
  }
}

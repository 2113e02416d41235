import pc from "picocolors";
import { type Evidence, type KubernetesObject, namespaceOf, type Problem, type Source, textOf } from "mesh-access";
import { count } from "mesh-access/output";
import type { Input } from "./input.js";

/** Exit code of a command that worked, on an input in which something is wrong. */
export const somethingWrong = 1;

/** Nobody reads further, and a wrong path can make thousands. */
const shownProblems = 100;

/** Says on the error output what the answers assume, what is wrong with the input and what was left out; answers stay clean for machines. */
export function reportInput({
  problems,
  ignored,
  assumption,
}: Pick<Input, "problems" | "ignored" | "assumption">): void {
  if (assumption) process.stderr.write(`${assumption}\n`);
  for (const problem of problems.slice(0, shownProblems)) process.stderr.write(`${problemLine(problem)}\n`);
  const more = problems.length - shownProblems;
  if (more > 0) process.stderr.write(`… and ${count(more, "more problem")}\n`);
  const left = [...ignored].map(([kind, number]) => `${number} ${kind}`);
  if (left.length) process.stderr.write(`${pc.dim(`not read: ${left.join(", ")}`)}\n`);
  const errors = problems.filter(({ severity }) => severity === "error").length;
  if (errors === 0) return;
  process.stderr.write(`${pc.red(count(errors, "error"))} in the input; everything else was analysed.\n`);
  process.exitCode = somethingWrong;
}

function problemLine(problem: Problem): string {
  const { severity, source } = problem;
  const where = source ? `${source.file}:${source.line}: ` : "";
  return `${severity === "error" ? pc.red("error") : pc.yellow("warning")} ${where}${textOf(problem)}`;
}

/** Finds the file and line of an object that evidence names. */
export function sourcesOf(objects: readonly KubernetesObject[]): (evidence: Evidence) => Source | undefined {
  const sources = new Map(
    objects.map((object) => [`${object.kind} ${namespaceOf(object)}/${object.metadata.name}`, object.source]),
  );
  return ({ kind, namespace, name }) => sources.get(`${kind} ${namespace}/${name}`);
}

/** The same, as `file:line`. */
export function placesOf(objects: readonly KubernetesObject[]): (evidence: Evidence) => string | undefined {
  const sourceOf = sourcesOf(objects);
  return (evidence) => {
    const source = sourceOf(evidence);
    return source && `${source.file}:${source.line}`;
  };
}

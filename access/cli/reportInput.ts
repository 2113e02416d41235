import pc from "picocolors";
import { textOf } from "../messages/index.js";
import type { Problem } from "../model/model.js";
import { assumedOf } from "../output/about.js";
import { count } from "../output/words.js";
import type { Input } from "./input.js";

/** Exit code of a command that answered, on an input in which something is wrong. */
export const somethingWrong = 1;

/** A wrong path can make thousands. */
const shownProblems = 100;

/**
 * Writes to the standard error what the answers assume, what is wrong with the input and what was left out, so that the
 * standard output stays clean for machines.
 */
export function reportInput({ analysis, about }: Pick<Input, "analysis" | "about">): void {
  const { problems, ignored } = analysis;
  for (const text of assumedOf(about, analysis)) process.stderr.write(`${pc.cyan("assumed")} ${text}\n`);
  reportProblems(problems);
  const left = [...ignored].map(([kind, number]) => `${number} ${kind}`);
  if (left.length > 0) process.stderr.write(`${pc.dim(`not read: ${left.join(", ")}`)}\n`);
}

/** Writes problems to the standard error; an error among them makes the command exit with 1. */
export function reportProblems(problems: readonly Problem[]): void {
  for (const problem of problems.slice(0, shownProblems)) process.stderr.write(`${problemLine(problem)}\n`);
  const more = problems.length - shownProblems;
  if (more > 0) process.stderr.write(`… and ${count(more, "more problem")}\n`);
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

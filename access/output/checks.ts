import { textOf } from "../messages/index.js";
import type { AssertionResult, Evidence, Row } from "../model/model.js";
import { steps, type WhereOf } from "./explanation.js";
import type { Colors } from "./table.js";
import { count } from "./words.js";

/** Results of promises as a terminal shows them, with the evidence of each that is broken. */
export function checksTable(
  results: readonly AssertionResult[],
  colors: Colors,
  whereOf: WhereOf = () => undefined,
): string {
  const lines = results.flatMap((result, index) => [
    `${result.ok ? colors.green("✔") : colors.red("✖")} ${titleOf(result, index)} ${colors.dim(`(${count(result.covered, "pair")})`)}`,
    ...result.failures.flatMap((failure) => [
      `    ${colors.red(textOf(failure))}`,
      ...(failure.row ? steps(chainOf(failure.row), colors, whereOf).map((line) => `    ${line}`) : []),
    ]),
    ...untold(result).map((text) => `    ${colors.dim(`… and ${text}`)}`),
  ]);
  const failed = results.filter((result) => !result.ok).length;
  const total = count(results.length, "promise");
  return [...lines, "", failed ? colors.red(`${failed} of ${total} broken`) : colors.green(`${total} kept`)].join("\n");
}

/** Everything that decides a pair, the mesh first. */
export function chainOf({ mesh, around }: Pick<Row, "mesh" | "around">): Evidence[] {
  return [...mesh.because, ...around.because];
}

/** How many pairs break a promise beyond those told with their evidence; empty when all are. */
export function untold({ broken, failures }: Pick<AssertionResult, "broken" | "failures">): string[] {
  const more = broken - new Set(failures.flatMap(({ row }) => row ?? [])).size;
  return more > 0 ? [count(more, "more pair")] : [];
}

/** A promise by its name, or by what it says. */
export function titleOf({ assertion }: Pick<AssertionResult, "assertion">, index: number): string {
  if (assertion.name) return assertion.name;
  const { from, to, except, ...expectations } = assertion;
  const side = (pattern: object | "*") => (pattern === "*" ? "*" : Object.values(pattern).join("/"));
  const expected = Object.entries(expectations).map(([key, value]) => `${key} ${[value].flat().join(" or ")}`);
  const but = except?.length ? ` but ${except.map(side).join(", ")}` : "";
  return `promise ${index + 1}: ${side(from)}${but} -> ${side(to)}: ${expected.join(", ")}`;
}

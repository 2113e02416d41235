import { objectName } from "../model/objectName.js";
import { textOf } from "../messages/index.js";
import type { AssertionFailure, AssertionResult, Evidence, Row } from "../model/model.js";
import { describePair } from "../assertions.js";
import { placeText, type SourceOf } from "./places.js";
import type { Colors } from "./colors.js";
import { count } from "./words.js";

/** Results of assertions as a terminal shows them: one entry for each cause, with its place. */
export function checksTable(
  results: readonly AssertionResult[],
  colors: Colors,
  sourceOf: SourceOf = () => undefined,
): string {
  const lines = results.flatMap((result, index) => [
    `${result.ok ? colors.green("✔") : colors.red("✖")} ${titleOf(result, index)} ${colors.dim(`(${coverage(result)})`)}`,
    ...result.failures.flatMap((failure) => failureLines(failure, colors, sourceOf)),
  ]);
  const failed = results.filter((result) => !result.ok).length;
  const total = count(results.length, "assertion");
  return [...lines, "", failed ? colors.red(`${failed} of ${total} failed`) : colors.green(`${total} passed`)].join(
    "\n",
  );
}

function failureLines(failure: AssertionFailure, colors: Colors, sourceOf: SourceOf): string[] {
  const { cause } = failure;
  const place = cause && placeText(sourceOf(cause));
  return [
    `    ${colors.red(textOf(failure))}`,
    ...(cause
      ? [`      ${colors.cyan(objectName(cause))}${place ? colors.dim(`  ${place}`) : ""}`, `      ${textOf(cause)}`]
      : []),
    ...(failure.pairs > 0 ? [`      ${colors.dim(pairsText(failure))}`] : []),
  ];
}

/** How many pairs, and the first of them: `364 pairs, such as other/web -> orders.example.com:3306`. */
export function pairsText({ pairs, examples }: Pick<AssertionFailure, "pairs" | "examples">): string {
  const named = examples.map(describePair).join(", ");
  return pairs === 1 ? named : `${count(pairs, "pair")}${pairs > examples.length ? ", such as" : ":"} ${named}`;
}

/** How many pairs an assertion matches, and how many of them fail. */
export function coverage({ covered, broken }: Pick<AssertionResult, "covered" | "broken">): string {
  return broken === 0 ? count(covered, "pair") : `${broken.toLocaleString("en")} of ${count(covered, "pair")} fail`;
}

/** Everything that decides a pair, the mesh first. */
export function chainOf({ mesh, bypass }: Pick<Row, "mesh" | "bypass">): Evidence[] {
  return [...mesh.because, ...bypass.because];
}

/** An assertion by its name, or by what it states. */
export function titleOf({ assertion }: Pick<AssertionResult, "assertion">, index: number): string {
  if (assertion.name) return assertion.name;
  const { from, to, except, ...expectations } = assertion;
  const side = (pattern: object | "*") => (pattern === "*" ? "*" : Object.values(pattern).join("/"));
  const expected = Object.entries(expectations).map(([key, value]) => `${key} ${[value].flat().join(" or ")}`);
  const but = except?.length ? ` except ${except.map(side).join(", ")}` : "";
  return `assertion ${index + 1}: ${side(from)}${but} -> ${side(to)}: ${expected.join(", ")}`;
}

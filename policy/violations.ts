import { type AnalysisOptions, type Assertion, checkAssertions, describePair, reachOf, textOf } from "mesh-access";
import { assertionsSchema } from "mesh-access/assertionSchema";
import type { ProgramResource } from "mesh-access/input";

/** Settings of the policy, under `reach` in the configuration of the pack. */
export interface ReachConfig {
  /** Access assertions. @default none: nothing is checked */
  assert?: unknown[];
  /** What manifests do not say of the mesh. @default Istio's own defaults */
  mesh?: AnalysisOptions["mesh"];
}

/**
 * What a program's resources break. Where something that could decide is not known, an assertion does not count as passed.
 */
export function violations(resources: Iterable<ProgramResource>, { assert = [], mesh }: ReachConfig): string[] {
  const parsed = assertionsSchema.safeParse(assert);
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => `reach.assert.${path.join(".")}: ${message}`);
  if (parsed.data.length === 0) return [];
  const { analysis, unread } = reachOf(resources, { mesh });
  const { rows, targets } = analysis;
  const failed = checkAssertions(parsed.data as Assertion[], rows, targets).flatMap(({ assertion, failures }, index) =>
    failures.map((failure) => {
      const [example] = failure.examples;
      const pair = example
        ? ` (${describePair(example)}${failure.pairs > 1 ? ` and ${failure.pairs - 1} more` : ""})`
        : "";
      return `${assertion.name ?? `assertion ${index + 1}`}: ${textOf(failure)}${pair}`;
    }),
  );
  return [...failed, ...unread.map(({ name, reason }) => `The assertions are not checked against ${name}: ${reason}.`)];
}

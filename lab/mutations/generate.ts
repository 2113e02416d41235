import type { Manifest } from "../../components/manifest.js";
import { deltaOf } from "../mesh/delta.js";
import { Draft } from "./draft.js";
import { meshOperators, networkOperators } from "./operators/allOperators.js";
import type { Operator } from "./operators/operator.js";
import { Random } from "./random.js";

/** A configuration that differs from the base in a few places. */
export interface Mutation {
  readonly number: number;
  /** What was changed, for people. */
  readonly steps: readonly string[];
  readonly manifests: readonly Manifest[];
}

/** Every third mutation has a second change on top: what two changes do together is what models get wrong. */
const secondChange = 1 / 3;

/** An endless line of mutations, the same for the same seed. */
export function* mutations(
  base: readonly Manifest[],
  seed: number,
  groups: "mesh" | "network",
): Generator<Mutation, never> {
  const random = new Random(seed);
  const operators = groups === "mesh" ? meshOperators : networkOperators;
  for (let number = 1; ; number++) {
    const draft = new Draft(base);
    apply(operators, draft, random);
    if (random.chance(secondChange))
      apply(groups === "mesh" ? operators : [...operators, ...meshOperators], draft, random);
    const { apply: applied, remove } = deltaOf(base, draft.manifests);
    if (applied.length + remove.length > 0) yield { number, steps: draft.steps, manifests: draft.manifests };
  }
}

/** A group first, then one of its operators, so that every group is seen about as often. */
function apply(groups: readonly (readonly Operator[])[], draft: Draft, random: Random): void {
  random.pick(random.pick(groups))(draft, random);
}

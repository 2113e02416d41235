import assert from "node:assert/strict";
import { steps } from "../../recipes/points.js";
import { scenarios } from "../../scenarios/allScenarios.js";
import { observationsOf } from "../../scenarios/observations.js";

describe("What is looked at in the documents' recipes", () => {
  const names = new Set(
    scenarios.flatMap((scenario) =>
      observationsOf(scenario).flatMap(({ observations }) =>
        observations.map(({ observation }) => `${scenario.name} ${observation}`),
      ),
    ),
  );

  it("is compared with observations of this project's own output that the lab has", () => {
    const compared = steps.flatMap(({ points, handshakes = [] }) =>
      [...points, ...handshakes].map(({ ours }) => ours.split(":")[0] ?? ""),
    );
    assert.deepEqual(
      compared.filter((name) => !names.has(name)),
      [],
    );
  });
});

import assert from "node:assert/strict";
import { all, chosen } from "../../scenarios/choice.js";

describe("The scenarios of a run", () => {
  it("are all but those on demand, unless they are named", () => {
    const names = chosen([]).map(({ name }) => name);
    assert.deepEqual(
      all.map(({ name }) => name).filter((name) => !names.includes(name)),
      ["clouds"],
    );
    assert.deepEqual(
      chosen(["clouds", "rds"]).map(({ name }) => name),
      ["rds", "clouds"],
    );
  });

  it("are refused by name, with the nearest one", () => {
    assert.throws(() => chosen(["clods"]), /no scenario "clods". Did you mean clouds\?/);
  });
});

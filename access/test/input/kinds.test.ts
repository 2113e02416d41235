import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { readKinds } from "../../input/kinds.js";

/** The analysis' own sources, without the list of kinds. */
function sources(): string {
  const folder = new URL("../../", import.meta.url);
  const files = ["istio", "model", "network"].flatMap((room) =>
    readdirSync(new URL(`${room}/`, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => new URL(`${room}/${file}`, folder)),
  );
  return files.map((file) => readFileSync(file, "utf8")).join("\n");
}

describe("the kinds that are read", () => {
  it("are each used by something", () => {
    const text = sources();
    const unused = [...readKinds].filter((key) => {
      const kind = key.slice(key.indexOf("/") + 1);
      return !text.includes(`"${key}"`) && !text.includes(`"${kind}"`);
    });
    assert.deepEqual(unused, []);
  });
});

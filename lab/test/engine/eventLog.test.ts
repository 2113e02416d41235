import assert from "node:assert/strict";
import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withEvents } from "../../engine/eventLog.js";

describe("the engine's event log", () => {
  it("is read whole and in order while it is written, also when a line comes in parts", async () => {
    const folder = await mkdtemp(join(tmpdir(), "events-"));
    const path = join(folder, "log");
    const seen: number[] = [];
    await withEvents(
      path,
      ({ sequence }) => seen.push(sequence),
      async () => {
        const filler = "é".repeat(300_000); // longer than one read, and cut within a character
        await appendFile(path, `{"sequence":1,"filler":"${filler}"}\n{"sequ`);
        await new Promise((resolve) => setTimeout(resolve, 150));
        await appendFile(path, `ence":2}\n{"sequence":3}\n`);
      },
    );
    await rm(folder, { recursive: true });
    assert.deepEqual(seen, [1, 2, 3]);
  });
});

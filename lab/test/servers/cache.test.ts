import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder, fillOnce, removeAbandoned } from "../../servers/cache.js";

describe("the lab's cache", () => {
  let cache: string;
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), "cache-"));
  });
  afterEach(() => rmSync(cache, { recursive: true }));

  it("lies where LAB_CACHE says, else under the user's cache folder", () => {
    assert.equal(cacheFolder({ LAB_CACHE: "/elsewhere" }), "/elsewhere/lab");
    assert.match(cacheFolder({}), /\.cache\/pulumi-mesh-egress\/lab$/);
  });

  it("keeps nothing of a build that failed", async () => {
    const failing = fillOnce(join(cache, "server"), async (folder) => {
      writeFileSync(join(folder, "half"), "");
      throw new Error("no more disk");
    });
    await assert.rejects(failing, /no more disk/);
    assert.deepEqual(readdirSync(cache), []);
  });

  it("keeps the build that was first when two ran at once", async () => {
    const target = join(cache, "server");
    const build = (name: string) => fillOnce(target, async (folder) => writeFileSync(join(folder, name), ""));
    await Promise.all([build("same"), build("same")]);
    assert.deepEqual(readdirSync(cache), ["server"]);
    assert.ok(existsSync(join(target, "same")));
  });

  it("drops what an interrupted build left, and leaves a running one alone", async () => {
    const beyondAnyPid = 2 ** 22 + 1;
    const [dead, alive] = [`server.partial-${beyondAnyPid}-a`, `server.partial-${process.pid}-b`];
    for (const name of [dead, alive]) mkdirSync(join(cache, name));
    await removeAbandoned(cache);
    assert.deepEqual(readdirSync(cache), [alive]);
  });
});

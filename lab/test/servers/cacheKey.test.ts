import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { goCacheKey } from "../../servers/cacheKey.js";
import { sourceFolder } from "../../servers/goPrograms.js";
import { goGroups, type GoGroup } from "../../servers/pins.js";

describe("the cache key of a lab server", () => {
  const group: GoGroup = goGroups[0];
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pins-"));
    cpSync(sourceFolder(group), folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("stays the same for the same pins, wherever they lie", () => {
    assert.equal(goCacheKey(group, folder), goCacheKey(group, sourceFolder(group)));
  });

  it("changes with a version", () => {
    const before = goCacheKey(group, folder);
    const pins = readFileSync(join(folder, "go.mod"), "utf8");
    writeFileSync(join(folder, "go.mod"), pins.replace("v1.35.4", "v1.35.5"));
    assert.notEqual(goCacheKey(group, folder), before);
  });

  it("changes with the programs, the linker's settings and the files taken along", () => {
    const keys = [
      group,
      { ...group, programs: { kubectl: "k8s.io/kubernetes/cmd/kubectl" } },
      { ...group, linkerSettings: ["-X main.version=1"] },
      { ...group, assets: { module: "k8s.io/kubernetes", paths: { api: "api" } } },
    ].map((changed) => goCacheKey(changed, folder));
    assert.equal(new Set(keys).size, keys.length);
  });

  it("does not change when the first build completes the checksums", () => {
    const before = goCacheKey(group, folder);
    writeFileSync(join(folder, "go.sum"), "");
    assert.equal(goCacheKey(group, folder), before);
  });
});

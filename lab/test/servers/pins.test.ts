import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { locateServers } from "../../servers/index.js";
import { sourceFolder } from "../../servers/goPrograms.js";
import { envoyWheel, goGroups, type GoGroup, postgresPackage } from "../../servers/pins.js";

describe("the lab's pins", () => {
  for (const group of goGroups as readonly GoGroup[]) {
    it(`commit module versions and checksums of ${group.name}`, () => {
      for (const file of ["go.mod", "go.sum"]) assert.ok(existsSync(join(sourceFolder(group), file)), file);
    });

    it(`build every program of ${group.name} from a module that its go.mod pins`, () => {
      const pins = readFileSync(join(sourceFolder(group), "go.mod"), "utf8");
      const required = [...pins.matchAll(/^(?:require\s+|\s+)([\w./-]+)\s+v/gm)].map((match) => match[1]);
      for (const goPackage of Object.values(group.programs).filter((path) => path !== ".")) {
        assert.ok(
          required.some((module) => module && (goPackage === module || goPackage.startsWith(`${module}/`))),
          `${goPackage} is in none of ${required.join(", ")}`,
        );
      }
    });
  }

  it("name one exact version of Envoy", () => assert.match(envoyWheel.version, /^\d+\.\d+\.\d+$/));

  it("name one exact version of PostgreSQL", () =>
    assert.match(postgresPackage.version, /^\d+\.\d+\.\d+(-beta\.\d+)?$/));

  it("give every program one path inside the cache", () => {
    const paths = Object.values(locateServers("/cache").programs);
    assert.equal(new Set(paths).size, paths.length);
    for (const path of paths) assert.ok(path.startsWith("/cache/"), path);
  });
});

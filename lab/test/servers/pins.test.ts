import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { locateServers } from "../../servers/servers.js";
import { sourceFolder } from "../../servers/goPrograms.js";
import { envoyWheel, goGroups, type GoGroup, istioVersion, postgresPackage } from "../../servers/pins.js";

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

  it("name a program of the lab's own after its module, as Go does", () => {
    for (const group of goGroups as readonly GoGroup[]) {
      const own = Object.entries(group.programs).filter(([, goPackage]) => goPackage === ".");
      const module = /^module (\S+)$/m.exec(readFileSync(join(sourceFolder(group), "go.mod"), "utf8"))?.[1];
      for (const [program] of own) assert.equal(program, module?.split("/").at(-1));
    }
  });

  it("give Istio's charts the version of the API that the pinned module is built with", () => {
    const istio = goGroups.find(({ name }) => name === "istio") as GoGroup;
    const pins = readFileSync(join(sourceFolder(istio), "go.mod"), "utf8");
    assert.match(pins, new RegExp(`istio.io/api v${istioVersion}$`, "m"));
  });

  it("name one exact version of Envoy", () => assert.match(envoyWheel.version, /^\d+\.\d+\.\d+$/));

  it("name one exact version of PostgreSQL", () =>
    assert.match(postgresPackage.version, /^\d+\.\d+\.\d+(-beta\.\d+)?$/));

  it("give every program one path inside the cache", () => {
    const paths = Object.values(locateServers("/cache").programs);
    assert.equal(new Set(paths).size, paths.length);
    for (const path of paths) assert.ok(path.startsWith("/cache/"), path);
  });
});

import assert from "node:assert/strict";
import { outsideNames } from "../../../lab/outside/index.js";
import { matrix, wildcards } from "../../../lab/scenarios/modesMatrix.js";
import { trafficModeNames, whyNot } from "../../../settings/trafficModes.js";

describe("the matrix of traffic modes", () => {
  it("has every mode", () => {
    const covered = new Set([...matrix, ...wildcards].map(({ mode }) => mode));
    assert.deepEqual([...covered].sort(), [...trafficModeNames].sort());
  });

  it("has every database protocol a mode can carry, and none it cannot", () => {
    for (const mode of trafficModeNames.filter((name) => !name.startsWith("tls-wildcard"))) {
      for (const protocol of ["mysql", "postgres", "mongo", "redis", "tls"] as const) {
        const isThere = matrix.some((entry) => entry.mode === mode && entry.protocol === protocol);
        assert.equal(isThere, whyNot(mode, protocol) === undefined, `${mode} ${protocol}`);
      }
    }
  });

  it("knows an address for every host", () => {
    for (const { host } of matrix) assert.ok(outsideNames()[host], host);
  });

  it("gives databases that need a gateway port of their own different ones", () => {
    const ports = matrix.flatMap(({ gatewayPort }) => gatewayPort ?? []);
    assert.equal(new Set(ports).size, ports.length);
  });
});

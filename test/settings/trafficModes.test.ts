import assert from "node:assert/strict";
import fc from "fast-check";
import { protocols, safestMode, trafficModeNames, trafficModes, whyNot } from "../../settings/trafficModes.js";

const mode = fc.constantFrom(...trafficModeNames);
const protocol = fc.constantFrom(...protocols);

describe("Traffic modes", () => {
  it("name for every protocol a safest mode that can carry it, encrypted and with identity", () => {
    fc.assert(
      fc.property(protocol, (spoken) => {
        const best = safestMode(spoken);
        assert.equal(whyNot(best, spoken), undefined);
        assert.ok(trafficModes[best].identity && trafficModes[best].encryptsHop);
      }),
    );
  });

  it("say why whenever they cannot carry a protocol", () => {
    fc.assert(
      fc.property(mode, protocol, (name, spoken) => {
        const why = whyNot(name, spoken);
        assert.ok(why === undefined || why.length > 20);
      }),
    );
  });

  it("never route by SNI what has none", () => {
    for (const name of trafficModeNames)
      for (const spoken of ["mysql", "postgres", "tcp"] as const)
        assert.equal(
          whyNot(name, spoken) === undefined,
          trafficModes[name].wire === "tcp" && !(name === "tls-origination" && spoken !== "tcp"),
        );
  });

  it("know an identity only where the hop is mutual TLS", () => {
    for (const facts of Object.values(trafficModes)) assert.equal(facts.identity, facts.encryptsHop);
  });
});

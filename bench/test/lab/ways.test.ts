import assert from "node:assert/strict";
import { testbedConfig } from "../../lab/testbed.js";
import { settingsRace } from "../../lab/gatewayVariants.js";
import { mongoDatabases, plainRace, tlsRace } from "../../lab/ways.js";
import { blueprintOf } from "../../../components/blueprint.js";
import { loadSettings } from "../../../settings/load.js";

describe("the ways that the benchmark compares", () => {
  it("have a stack whose settings are right, with either policy of callers", () => {
    for (const callersPolicy of ["perDatabase", "shared"])
      assert.ok(blueprintOf(loadSettings(testbedConfig({ gateway: { callersPolicy } }))).manifests.length > 0);
    const hosts = blueprintOf(loadSettings(testbedConfig({ databases: mongoDatabases })))
      .manifests.filter(({ kind }) => kind === "ServiceEntry")
      .map(({ metadata }) => metadata.name);
    for (const mode of ["tcp-gateway-mtls", "tls-gateway-mtls", "tls-origination"])
      assert.ok(hosts.includes(`mongo-${mode}`));
  });

  it("lead to every database their works speak to, and no two by the same address", () => {
    for (const { works, ways, baseline } of [plainRace, tlsRace, settingsRace]) {
      assert.ok(ways.includes(baseline));
      for (const { protocol } of works) {
        const addresses = ways
          .filter(({ hasSidecar }) => hasSidecar)
          .map((way) => way.addresses[protocol]?.({ password: "p", caFile: "ca" }));
        assert.ok(!addresses.includes(undefined), `a way has no address for ${protocol}`);
        assert.equal(new Set(addresses).size, addresses.length, addresses.join(" "));
      }
    }
  });
});

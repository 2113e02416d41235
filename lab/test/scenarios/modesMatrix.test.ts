import assert from "node:assert/strict";
import { kafkaListeners, outsideNames } from "../../outside/outside.js";
import { modesScenario } from "../../scenarios/modes.js";
import { matrix, wildcards } from "../../scenarios/modesMatrix.js";
import { onLabCluster } from "../../scenarios/onLabCluster.js";
import { loadSettings } from "../../../settings/load.js";
import { protocols, trafficModeNames, trafficModes, whyNot } from "../../../settings/trafficModes.js";

describe("the matrix of traffic modes", () => {
  it("has every mode", () => {
    const covered = new Set([...matrix, ...wildcards].map(({ mode }) => mode));
    assert.deepEqual([...covered].sort(), [...trafficModeNames].sort());
  });

  it("has every database protocol a mode can carry, and none it cannot", () => {
    for (const mode of trafficModeNames.filter((name) => !name.startsWith("tls-wildcard"))) {
      for (const protocol of protocols.filter((name) => name !== "tcp")) {
        const isThere = matrix.some((entry) => entry.mode === mode && entry.protocol === protocol);
        const negotiatesDirectly = trafficModes[mode].wire === "tls";
        assert.equal(isThere, whyNot(mode, protocol, negotiatesDirectly) === undefined, `${mode} ${protocol}`);
      }
    }
  });

  it("knows an address for every host", () => {
    for (const { host, brokers } of matrix)
      for (const name of [host, ...brokers]) assert.ok(outsideNames()[name], name);
    for (const { host } of wildcards) assert.ok(outsideNames()[host.replace("*", "one")], host);
  });

  it("puts Postgres and Kafka into a wildcard group of each forwarder", () => {
    const names = wildcards.map(({ name }) => name);
    for (const group of ["sni-proxy", "envoy", "direct"])
      for (const protocol of ["postgres", "kafka"]) assert.ok(names.includes(`wildcard-${group}-${protocol}`));
  });

  it("gives every Kafka database brokers of its own, except where one gateway port leads to one of them", () => {
    for (const { mode, host, brokers, facts } of matrix.filter(({ protocol }) => protocol === "kafka")) {
      assert.deepEqual(brokers, facts.needsOwnPort ? [] : [`b1.${host}`, `b2.${host}`], mode);
    }
    const ports = Object.values(kafkaListeners).map(({ port }) => port);
    assert.equal(new Set(ports).size, ports.length);
  });

  it("is accepted by the settings as it stands", () => {
    assert.doesNotThrow(() => loadSettings(onLabCluster(modesScenario.config()).config));
  });

  it("gives databases that need a gateway port of their own different ones", () => {
    const ports = matrix.flatMap(({ gatewayPort }) => gatewayPort ?? []);
    assert.equal(new Set(ports).size, ports.length);
  });
});

import assert from "node:assert/strict";
import { optionsOfStack } from "../../components/judgement/stackOptions.js";
import { loadSettings } from "../../settings/load.js";

describe("What a stack's settings tell the analysis", () => {
  const brokers = ["b1.kafka.example.com", "b2.kafka.example.com"];
  const events = {
    name: "events",
    host: "kafka.example.com",
    protocol: "kafka",
    brokers,
    clients: [{ namespace: "shop" }],
  };
  const { databases } = optionsOfStack(
    loadSettings({
      cluster: { cloud: "existing" },
      mesh: { kind: "istio" },
      namespaces: [{ name: "shop" }],
      databases: [{ ...events, trafficMode: "tls-gateway-mtls" }],
    }),
  );

  it("holds a cluster's brokers under the cluster's name, so that what is promised of it holds for each", () => {
    assert.deepEqual(
      databases?.map(({ name, host }) => `${name} ${host}`),
      ["events kafka.example.com", "events b1.kafka.example.com", "events b2.kafka.example.com"],
    );
  });

  it("says of every broker how its clients speak", () => {
    for (const { tls, protocol, port } of databases ?? [])
      assert.deepEqual([tls, protocol, port], [true, "kafka", 9092]);
  });
});

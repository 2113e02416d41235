import assert from "node:assert/strict";
import { chartRepository } from "../../mesh/chartRepository.js";
import { onLabCluster } from "../../scenarios/onLabCluster.js";
import { scenarios } from "../../scenarios/allScenarios.js";
import { loadSettings } from "../../../settings/load.js";

describe("the seam between a stack and the lab", () => {
  it("replaces a cloud's cluster and its mesh, and says so", () => {
    const { config, replaced } = onLabCluster({
      cluster: { cloud: "ack", region: "cn-hangzhou" },
      mesh: { kind: "asm", edition: "ultimate", outboundTrafficPolicy: "ALLOW_ANY" },
    });
    assert.equal((config["cluster"] as { cloud: string }).cloud, "existing");
    assert.deepEqual(config["mesh"], {
      kind: "istio",
      outboundTrafficPolicy: "ALLOW_ANY",
      repository: chartRepository,
    });
    assert.deepEqual(replaced, [
      "cluster.cloud ack: the lab's own cluster",
      "mesh.repository: the same charts, which the lab serves",
      "mesh.kind asm: Istio from its charts",
    ]);
  });

  it("leaves everything else as the stack file has it", () => {
    const databases = [{ name: "rds", host: "rds.example.com", protocol: "mysql" }];
    const namespaces = [{ name: "shop" }];
    const given = { cluster: { cloud: "existing" }, mesh: { kind: "istio", version: "1.31.1" }, databases, namespaces };
    const { config, replaced } = onLabCluster(given);
    const fitted = { ...given, cluster: config["cluster"], mesh: { ...given.mesh, repository: chartRepository } };
    assert.deepEqual(config, fitted);
    assert.deepEqual(replaced, ["mesh.repository: the same charts, which the lab serves"]);
  });

  it("takes away what only a cloud can provision", () => {
    const database = { name: "rds", host: "rds.example.com", provision: { service: "rds" } };
    const { config, replaced } = onLabCluster({ cluster: {}, mesh: { kind: "istio" }, databases: [database] });
    assert.deepEqual(config["databases"], [{ name: "rds", host: "rds.example.com" }]);
    assert.ok(replaced.includes("databases rds.provision: a server outside the cluster"));
  });

  it("creates an ingress gateway where a managed mesh would bring one, and moves its flows with it", () => {
    const { config } = onLabCluster({
      cluster: { cloud: "ack" },
      mesh: { kind: "asm" },
      namespaces: [{ name: "shop" }],
      ingress: { gateway: { namespace: "istio-system" }, hosts: [] },
      network: { flows: [{ name: "in", from: { namespace: "istio-system", labels: { istio: "ingressgateway" } } }] },
    });
    const { flows } = config["network"] as { flows: { from: { namespace: string } }[] };
    assert.equal(flows[0]?.from.namespace, "istio-ingress");
    assert.deepEqual(
      (config["namespaces"] as { name: string }[]).map(({ name }) => name),
      ["shop", "istio-ingress"],
    );
  });

  for (const scenario of scenarios) {
    it(`makes valid settings of the stack ${scenario.name}, with the lab's charts, in every step and with its one change`, () => {
      const fitted = () => onLabCluster(scenario.config()).config;
      const steps = scenario.steps.map((step) => (step.config ? step.config(fitted()) : fitted()));
      for (const config of [...steps, scenario.change.config(fitted())]) {
        loadSettings(config);
        assert.equal((config["mesh"] as { repository: string }).repository, chartRepository);
      }
    });
  }
});

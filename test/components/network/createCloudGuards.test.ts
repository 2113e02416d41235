import assert from "node:assert/strict";
import { createCluster } from "../../../components/cluster/createCluster.js";
import { createCloudGuards } from "../../../components/network/createCloudGuards.js";
import { loadSettings } from "../../../settings/load.js";
import { ackSettings } from "../../settings/ackSettings.js";
import { alibabaCloud } from "../alibabaCloud.js";
import { recordStack } from "../recordedStack.js";

const clusters = {
  gke: { cloud: "gke", project: "example-project", region: "europe-west3" },
  ack: ackSettings,
  existing: { cloud: "existing" },
};

async function guards(cloud: keyof typeof clusters, network: object = {}): Promise<string[]> {
  const settings = loadSettings({
    cluster: clusters[cloud],
    mesh: { kind: "istio" },
    namespaces: [{ name: "demo" }],
    databases: [{ name: "db", host: "db.example.com", protocol: "mysql", clients: [{ namespace: "demo" }] }],
    network,
  });
  const cluster = await createCluster(settings.cluster, settings.network);
  const guard = await createCloudGuards(settings);
  const { registered } = await recordStack(() => guard("stack", cluster("stack-cluster", {}, {}), {}), alibabaCloud);
  return registered.map(({ name }) => name);
}

describe("Guards around a cluster", () => {
  it("are a firewall on GKE, whose flow logs the cluster makes", async () => {
    const names = await guards("gke");
    assert.ok(names.includes("stack-firewall-any-3306-gateway"));
    assert.ok(!names.includes("stack-flow-logs"));
  });

  it("are security group rules and a flow log on ACK", async () => {
    const names = await guards("ack");
    assert.ok(names.includes("stack-firewall-any-3306-gateway"));
    assert.ok(names.includes("stack-flow-logs-log"));
    assert.ok(!(await guards("ack", { flowLogs: { enabled: false } })).includes("stack-flow-logs-log"));
  });

  it("leave a cluster that somebody else runs alone", async () => {
    assert.deepEqual(
      (await guards("existing")).filter((name) => !name.startsWith("stack-cluster")),
      [],
    );
  });
});

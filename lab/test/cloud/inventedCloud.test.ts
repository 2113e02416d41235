import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InventedCloud } from "../../cloud/inventedCloud.js";

const urn = (type: string) => `urn:pulumi:lab::mesh-egress::mesh-egress:index:Platform$${type}::platform-one`;
const instance = urn("alicloud:rds/instance:Instance");

describe("The cloud the lab invents", () => {
  let folder = "";
  let cloud: InventedCloud;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "cloud-"));
    const authority = join(folder, "ca.crt");
    await writeFile(authority, "certificate");
    const kubeconfig = {
      clusters: [{ name: "lab", cluster: { server: "https://10.0.0.1:6443", "certificate-authority": authority } }],
      contexts: [{ name: "lab", context: { cluster: "lab", user: "admin" } }],
      "current-context": "lab",
    };
    cloud = new InventedCloud(JSON.stringify(kubeconfig));
  });
  after(() => rm(folder, { recursive: true }));

  it("makes a resource with its inputs and what others read of it, the same for the same URN", async () => {
    const created = await cloud.create(instance, { engine: "MySQL" });
    assert.deepEqual(created, await cloud.create(instance, { engine: "MySQL" }));
    assert.deepEqual(created.outs, {
      connectionString: `${created.id}.mysql.rds.aliyuncs.com`,
      port: "3306",
      engine: "MySQL",
    });
  });

  it("sees a change where an input changes, and only there", async () => {
    const { id, outs } = await cloud.create(instance, { engine: "MySQL" });
    assert.deepEqual(await cloud.diff(id, instance, outs, { engine: "MySQL" }), { changes: false });
    assert.deepEqual(await cloud.diff(id, instance, outs, { engine: "PostgreSQL" }), { changes: true });
    assert.deepEqual(await cloud.diff(id, instance, outs, {}), { changes: true });
  });

  it("leads a cluster of Google Cloud to the lab's API server", async () => {
    const { outs } = await cloud.create(urn("gcp:container/cluster:Cluster"), {});
    assert.deepEqual(outs, {
      endpoint: "10.0.0.1:6443",
      masterAuth: { clusterCaCertificate: Buffer.from("certificate").toString("base64") },
    });
  });

  it("leads a cluster and a mesh of Alibaba Cloud to the lab's API server", async () => {
    const { outs } = await cloud.create(urn("alicloud:cs/managedKubernetes:ManagedKubernetes"), {});
    const server = "https://10.0.0.1:6443";
    assert.deepEqual(outs, { connections: { apiServerInternet: server, apiServerIntranet: server } });
    const { outputs } = await cloud.invoke("alicloud:servicemesh/getServiceMeshes:getServiceMeshes", { ids: ["one"] });
    const [mesh] = outputs?.meshes as { endpoints: object[] }[];
    assert.deepEqual(mesh?.endpoints, [{ publicApiServerEndpoint: server, intranetApiServerEndpoint: server }]);
  });

  it("refuses a function that it has no answer for", async () => {
    await assert.rejects(cloud.invoke("gcp:compute/getZones:getZones", {}), /no function gcp:compute\/getZones/);
  });
});

import assert from "node:assert/strict";
import { ProxyConfig } from "@kubernetes-models/istio/networking.istio.io/v1beta1";
import * as pulumi from "@pulumi/pulumi";
import { AlibabaServiceMesh, type AlibabaServiceMeshArgs } from "../../../components/mesh/asm.js";
import { dnsCaptureConfig } from "../../../components/mesh/dnsCaptureConfig.js";
import { readYaml } from "mesh-access/yaml";
import { addresses, alibabaCloud } from "../alibabaCloud.js";
import { recordStack, valueOf } from "../recordedStack.js";

const args: AlibabaServiceMeshArgs = {
  vpcId: "vpc-1",
  vswitchId: "vsw-1",
  controlPlaneCidr: "10.0.0.0/24",
  clusterIds: ["cluster-1"],
  clusterReady: [],
};

const create = (changed: Partial<AlibabaServiceMeshArgs> = {}) =>
  recordStack(() => new AlibabaServiceMesh("mesh", { ...args, ...changed }), alibabaCloud);

describe("AlibabaServiceMesh", () => {
  it("keeps the kubeconfig of the mesh's own API server secret, which the cloud's SDK does not", async () => {
    const { made } = await create();
    assert.equal(await pulumi.isSecret(made.kubeconfig), true);
  });

  it("blocks hosts that nobody registered, and answers inside the VPC only", async () => {
    const { inputs } = (await create()).one("mesh-instance");
    assert.equal((inputs.meshConfig as { outboundTrafficPolicy: string }).outboundTrafficPolicy, "REGISTRY_ONLY");
    assert.deepEqual(inputs.loadBalancer, { apiServerPublicEip: false });
  });

  it("dials the endpoint that is open, whichever address the cloud hands out", async () => {
    const dialled = async (endpoint?: "private" | "public") => {
      const { made } = await create({ endpoint });
      assert.equal(await pulumi.isSecret(made.kubeconfig), true);
      const { clusters } = readYaml(await valueOf(made.kubeconfig)).value as {
        clusters: { cluster: Record<string, string> }[];
      };
      assert.equal(clusters[0]?.cluster["certificate-authority-data"], "authority");
      return clusters[0]?.cluster["server"];
    };
    assert.equal(await dialled(), addresses.mesh.intranetApiServerEndpoint);
    assert.equal(await dialled("private"), addresses.mesh.intranetApiServerEndpoint);
    assert.equal(await dialled("public"), addresses.mesh.publicApiServerEndpoint);
    const { inputs } = (await create({ endpoint: "public" })).one("mesh-instance");
    assert.deepEqual(inputs.loadBalancer, { apiServerPublicEip: true });
  });

  it("uses its CNI plug-in only where asked to", async () => {
    const injector = async (changed: Partial<AlibabaServiceMeshArgs>) =>
      ((await create(changed)).one("mesh-instance").inputs.meshConfig as { sidecarInjector: object }).sidecarInjector;
    assert.deepEqual(await injector({}), { enableNamespacesByDefault: false });
    assert.deepEqual(await injector({ cni: true }), {
      enableNamespacesByDefault: false,
      initCniConfiguration: { enabled: true },
    });
  });

  it("names its switch as one string, as the cloud's API wants it", async () => {
    const { inputs } = (await create()).one("mesh-instance");
    assert.deepEqual(inputs.network, { vpcId: "vpc-1", vswitcheList: "vsw-1" });
  });

  it("switches DNS capture on in the mesh's API server", async () => {
    const { made, one } = await create();
    assert.deepEqual(
      made.manifests.map(({ kind }) => kind),
      ["ProxyConfig"],
    );
    assert.doesNotThrow(() => new ProxyConfig(dnsCaptureConfig() as never).validate());
    assert.equal(one("mesh-dns-capture").parent, "mesh");
    assert.deepEqual((await create({ dnsCapture: false })).made.manifests, []);
  });

  it("sends traces to the cloud's own service only when asked to", async () => {
    const traces = async (changed: Partial<AlibabaServiceMeshArgs>) =>
      ((await create(changed)).one("mesh-instance").inputs.meshConfig as { tracing: boolean }).tracing;
    assert.deepEqual([await traces({}), await traces({ tracing: true })], [false, true]);
  });

  it("tells where proxies find the control plane, which no label can select", async () => {
    const { made } = await create();
    assert.equal(made.facts.controlPlane, undefined);
    assert.deepEqual(made.facts.remoteControlPlane, { ranges: ["10.0.0.0/24"], ports: [15012] });
  });
});

import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import { CloudServiceMesh, type CloudServiceMeshArgs } from "../../../components/mesh/cloudServiceMesh.js";
import { recordStack } from "../recordedStack.js";

const create = (changed: Partial<CloudServiceMeshArgs> = {}) =>
  recordStack(
    () =>
      new CloudServiceMesh("mesh", {
        provider: new k8s.Provider("cluster"),
        project: "example-project",
        membership: { id: "prod", location: "europe-west3" },
        clusterReady: [],
        ...changed,
      }),
  );

describe("CloudServiceMesh", () => {
  it("switches on the fleet's feature before the cluster's membership in it", async () => {
    const { one } = await create();
    assert.deepEqual(one("mesh-feature").inputs, {
      project: "example-project",
      name: "servicemesh",
      location: "global",
    });
    assert.deepEqual(one("mesh-membership").dependsOn, ["mesh-feature"]);
    assert.deepEqual(one("mesh-membership").inputs.mesh, { management: "MANAGEMENT_AUTOMATIC" });
  });

  it("uses the feature a fleet has already, of which there can be one only", async () => {
    const { ofType } = await create({ fleetFeature: "adopt" });
    assert.deepEqual(ofType("gcp:gkehub/feature:Feature"), []);
  });

  it("blocks hosts that nobody registered and lets sidecars answer DNS, in the channel's ConfigMap", async () => {
    const { one } = await create({ channel: "managed-rapid" });
    const { metadata, data } = one("mesh-options").inputs as { metadata: { name: string }; data: { mesh: string } };
    assert.equal(metadata.name, "istio-asm-managed-rapid");
    const mesh = JSON.parse(data.mesh);
    assert.deepEqual(mesh.outboundTrafficPolicy, { mode: "REGISTRY_ONLY" });
    assert.deepEqual(mesh.defaultConfig.proxyMetadata, { ISTIO_META_DNS_CAPTURE: "true" });
  });

  it("patches what Google makes sooner or later, rather than create it", async () => {
    const { registered } = await create();
    assert.deepEqual(
      registered.map(({ type }) => type).filter((type) => type.startsWith("kubernetes:")),
      ["kubernetes:core/v1:NamespacePatch", "kubernetes:core/v1:ConfigMapPatch"],
    );
  });

  it("injects by the channel's revision, under the fleet's trust domain", async () => {
    const { facts } = (await create({ channel: "managed-stable" })).made;
    assert.deepEqual(facts.injectionLabels, { "istio.io/rev": "asm-managed-stable" });
    assert.equal(facts.trustDomain, "example-project.svc.id.goog");
  });
});

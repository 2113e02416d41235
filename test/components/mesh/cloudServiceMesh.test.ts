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

  const options = async (changed: Partial<CloudServiceMeshArgs> = {}) => {
    const { one, made } = await create(changed);
    const { metadata, data } = one("mesh-options").inputs as { metadata: { name: string }; data: { mesh: string } };
    return { name: metadata.name, mesh: JSON.parse(data.mesh), facts: made.facts };
  };

  it("writes its options where the control plane reads them, whatever the channel", async () => {
    for (const releaseChannel of ["RAPID", "REGULAR", "STABLE"] as const) {
      const { name, mesh } = await options({ releaseChannel });
      assert.equal(name, "istio-asm-managed-rapid");
      assert.deepEqual(mesh.outboundTrafficPolicy, { mode: "REGISTRY_ONLY" });
      assert.equal(mesh.accessLogFile, "/dev/stdout");
    }
  });

  it("lets sidecars answer DNS in the Rapid channel, and counts on it nowhere else", async () => {
    const rapid = await options({ releaseChannel: "RAPID" });
    assert.deepEqual(rapid.mesh.defaultConfig.proxyMetadata, { ISTIO_META_DNS_CAPTURE: "true" });
    assert.equal(rapid.facts.dnsCapture, true);
    for (const changed of [
      {},
      { releaseChannel: "STABLE" as const },
      { releaseChannel: "RAPID" as const, dnsCapture: false },
    ]) {
      const { mesh, facts } = await options(changed);
      assert.equal(mesh.defaultConfig.proxyMetadata, undefined);
      assert.equal(facts.dnsCapture, false);
    }
    await assert.rejects(create({ dnsCapture: true }), /in the Rapid channel only/);
  });

  it("patches what Google makes sooner or later, rather than create it", async () => {
    const { registered } = await create();
    assert.deepEqual(
      registered.map(({ type }) => type).filter((type) => type.startsWith("kubernetes:")),
      ["kubernetes:core/v1:NamespacePatch", "kubernetes:core/v1:ConfigMapPatch"],
    );
  });

  it("injects by the label that fits every channel, under the fleet's trust domain", async () => {
    for (const releaseChannel of ["RAPID", "STABLE"] as const) {
      const { facts } = (await create({ releaseChannel })).made;
      assert.deepEqual(facts.injectionLabels, { "istio-injection": "enabled" });
      assert.equal(facts.trustDomain, "example-project.svc.id.goog");
    }
  });
});

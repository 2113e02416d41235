import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import type { MeshFacts } from "../../../components/mesh/mesh.js";
import { MeshNamespace, meshNamespaceManifests } from "../../../components/namespace/meshNamespace.js";
import { assertFollowsSchema } from "../crdSchemas.js";
import { recordStack } from "../recordedStack.js";

const mesh: MeshFacts = {
  kind: "istio",
  rootNamespace: "istio-system",
  trustDomain: "cluster.local",
  injectionLabels: { "istio-injection": "enabled" },
  injectionAnnotations: {},
  dnsCapture: true,
  scopeGateways: true,
};

describe("MeshNamespace", () => {
  it("switches injection on with the labels and annotations of the mesh", () => {
    const annotated = { ...mesh, injectionAnnotations: { "mesh.cloud.google.com/proxy": '{"managed":"true"}' } };
    const [namespace] = meshNamespaceManifests({ namespace: "demo", mesh: annotated });
    assert.equal(namespace?.metadata.labels?.["istio-injection"], "enabled");
    assert.equal(namespace?.metadata.annotations?.["mesh.cloud.google.com/proxy"], '{"managed":"true"}');
  });

  it("says so when pods shall have no sidecar", () => {
    const [namespace] = meshNamespaceManifests({ namespace: "demo", mesh, injection: false });
    assert.equal(namespace?.metadata.labels?.["istio-injection"], "disabled");
  });

  it("enforces the baseline level wherever the mesh's pods pass it", () => {
    const level = (args: object) =>
      meshNamespaceManifests({ namespace: "demo", mesh, ...args })[0]?.metadata.labels?.[
        "pod-security.kubernetes.io/enforce"
      ];
    assert.equal(level({}), "privileged", "istio-init asks for NET_ADMIN");
    assert.equal(level({ cni: true }), "baseline");
    assert.equal(level({ injection: false }), "baseline");
    assert.equal(level({ mesh: { ...mesh, kind: "cloud-service-mesh" } }), "baseline");
    assert.equal(level({ podSecurity: "restricted" }), "restricted");
  });

  it("lets nobody's further labels switch off injection or the Pod Security level", () => {
    const labels = { "istio-injection": "disabled", "pod-security.kubernetes.io/enforce": "privileged", team: "a" };
    const [namespace] = meshNamespaceManifests({ namespace: "demo", mesh, cni: true, labels });
    assert.equal(namespace?.metadata.labels?.["istio-injection"], "enabled");
    assert.equal(namespace?.metadata.labels?.["pod-security.kubernetes.io/enforce"], "baseline");
    assert.equal(namespace?.metadata.labels?.team, "a");
  });

  it("renders objects the API server accepts, with a quota of what pods request", () => {
    const manifests = meshNamespaceManifests({ namespace: "demo", mesh, quota: { pods: 10, cpu: "8" } });
    manifests.forEach(assertFollowsSchema);
    assert.deepEqual(manifests[1], {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "quota", namespace: "demo" },
      spec: { hard: { pods: "10", "requests.cpu": "8" } },
    });
  });

  it("labels a namespace that exists without taking it over", async () => {
    const { registered } = await recordStack(
      () => new MeshNamespace("demo", { namespace: "demo", mesh, management: "adopt" }),
    );
    assert.deepEqual(
      registered.map(({ type }) => type),
      ["mesh-egress:index:MeshNamespace", "kubernetes:core/v1:NamespacePatch"],
    );
  });

  it("stands in the mesh's API server too, where that is another", async () => {
    const { ofType } = await recordStack(() => {
      const meshProvider = new k8s.Provider("mesh", {});
      return new MeshNamespace("demo", { namespace: "demo", mesh, meshProvider, quota: { pods: 5 } });
    });
    assert.deepEqual(
      ofType("kubernetes:core/v1:Namespace").map(({ name }) => name),
      ["demo-namespace-demo", "demo-namespace-demo-mesh"],
    );
    const [quota] = ofType("kubernetes:core/v1:ResourceQuota");
    assert.ok(quota?.dependsOn.includes("demo-namespace-demo"));
  });
});

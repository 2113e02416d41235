import assert from "node:assert/strict";
import { meshSchema } from "../../settings/mesh.js";

describe("Settings of the mesh", () => {
  for (const kind of ["istio", "asm", "cloud-service-mesh"] as const)
    it(`block hosts that nobody registered, capture DNS and log connections by default: ${kind}`, () => {
      const { outboundTrafficPolicy, dnsCapture, accessLog } = meshSchema.parse({ kind });
      assert.deepEqual([outboundTrafficPolicy, dnsCapture, accessLog], ["REGISTRY_ONLY", true, true]);
    });

  it("know only the meshes there are components for", () => {
    assert.equal(meshSchema.safeParse({ kind: "linkerd" }).success, false);
  });

  it("take a collector by its whole name only: by a shorter one the control plane finds none, and says so to nobody", () => {
    const service = (name: string) => meshSchema.safeParse({ kind: "istio", tracing: { service: name } });
    assert.equal(service("otel.observability.svc.cluster.local").success, true);
    for (const name of ["otel", "otel.observability.svc"]) assert.equal(service(name).success, false, name);
  });

  it("refuse keys of another mesh, which would be read by nobody", () => {
    assert.equal(meshSchema.safeParse({ kind: "asm", revision: "canary" }).success, false);
    assert.equal(meshSchema.safeParse({ kind: "istio", edition: "enterprise" }).success, false);
  });
});

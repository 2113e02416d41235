import assert from "node:assert/strict";
import { trafficProtectionManifests } from "../../../components/network/trafficProtection.js";
import { assertFollowsSchema } from "../crdSchemas.js";

describe("TrafficProtection", () => {
  it("limits connections and requests, and leaves out failing pods", () => {
    const [rule] = trafficProtectionManifests({ service: "api", namespace: "shop", maxConnections: 50 });
    assert.ok(rule);
    assertFollowsSchema(rule);
    const { spec } = rule as unknown as {
      spec: { host: string; trafficPolicy: { connectionPool: { tcp: object }; outlierDetection: object } };
    };
    assert.equal(spec.host, "api.shop.svc.cluster.local");
    assert.deepEqual(spec.trafficPolicy.connectionPool.tcp, { maxConnections: 50, connectTimeout: "10s" });
    assert.ok("consecutive5xxErrors" in spec.trafficPolicy.outlierDetection);
  });
});

import assert from "node:assert/strict";
import { analyse } from "../../analyse.js";
import { parseManifests } from "../../input/parse.js";
import type { Capture, Target } from "../../model/model.js";
import { interception } from "../../network/interception.js";

const target = { host: "db.example.com", port: 3306, addresses: ["198.51.100.7"] } as unknown as Target;
const place = { kind: "Deployment", namespace: "shop", name: "web", field: "" };
const answer = (settings: Record<string, string>, addresses = target.addresses) => {
  const capture: Capture = Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, { value, place }]),
  );
  return interception({ capture }, target, addresses).intercepted;
};

describe("what goes through the sidecar", () => {
  it("is everything, unless annotations say otherwise", () => {
    assert.equal(answer({}), true);
    assert.equal(answer({}, []), true);
    assert.equal(answer({ includeOutboundIPRanges: "*" }), true);
  });

  it("is not what the port excludes, whatever the addresses include", () => {
    assert.equal(answer({ excludeOutboundPorts: "5432, 3306", includeOutboundPorts: "*" }), false);
    assert.equal(answer({ excludeOutboundPorts: "5432" }), true);
    assert.equal(answer({ excludeOutboundPorts: "" }), true);
  });

  it("is not what the address excludes, and unknown when the address is", () => {
    assert.equal(answer({ excludeOutboundIPRanges: "198.51.100.0/24" }), false);
    assert.equal(answer({ excludeOutboundIPRanges: "203.0.113.0/24" }), true);
    assert.equal(answer({ excludeOutboundIPRanges: "203.0.113.0/24" }, []), "unknown");
    assert.equal(answer({ excludeOutboundIPRanges: "0.0.0.0/0" }, []), false);
  });

  it("is only what is included, by port or by address", () => {
    assert.equal(answer({ includeOutboundIPRanges: "10.0.0.0/8" }), false);
    assert.equal(answer({ includeOutboundIPRanges: "" }), false);
    assert.equal(answer({ includeOutboundIPRanges: "10.0.0.0/8", includeOutboundPorts: "3306" }), true);
    assert.equal(answer({ includeOutboundIPRanges: "10.0.0.0/8,198.51.100.7/32" }), true);
  });

  it("decides the mesh path: a port kept from the sidecar goes straight, registry or not", () => {
    const manifests = `apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data: {mesh: "outboundTrafficPolicy: {mode: REGISTRY_ONLY}"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    metadata:
      labels: {app: web}
      annotations: {traffic.sidecar.istio.io/excludeOutboundPorts: "3306"}
    spec: {containers: [{name: web, image: web}]}
`;
    const databases = [3306, 5432].map((port) => ({ host: "db.example.com", port }));
    const { rows } = analyse(parseManifests(manifests, "f").objects, { databases });
    const [excluded, other] = [...rows];
    assert.equal(excluded?.mesh.verdict, "direct");
    assert.match(
      excluded?.mesh.because[0]?.field ?? "",
      /annotations\["traffic\.sidecar\.istio\.io\/excludeOutboundPorts"\]/,
    );
    assert.equal(other?.mesh.verdict, "blocked");
  });
});

import assert from "node:assert/strict";
import type { MeshFacts } from "../../../components/mesh/mesh.js";
import { globalIsolationArgs, networkIsolationArgs } from "../../../components/network/networkFromSettings.js";
import { mutualTlsSchema } from "../../../settings/mutualTls.js";
import { namespacesSchema } from "../../../settings/namespaces.js";
import { isolatedNamespaces, networkProblems, networkSchema } from "../../../settings/network.js";

const mesh: MeshFacts = {
  kind: "asm",
  rootNamespace: "istio-system",
  trustDomain: "cluster.local",
  injectionLabels: {},
  injectionAnnotations: {},
  dnsCapture: true,
  scopeGateways: false,
  remoteControlPlane: { ranges: ["10.0.0.0/8"], ports: [15012] },
};
const serviceCidr = "10.96.0.0/20";
const gateway = {
  name: "egressgateway",
  namespace: "istio-system",
  selector: { istio: "egressgateway" },
  host: "egressgateway.istio-system.svc.cluster.local",
  serviceAccount: "egressgateway",
  sharedPort: 15443,
  callersPolicy: "perDatabase" as const,
};

describe("Network settings", () => {
  it("isolate the namespaces that the stack creates, and one that exists only when it is listed", () => {
    const namespaces = namespacesSchema.parse([
      { name: "a" },
      { name: "b", management: "adopt" },
      { name: "c", management: "use" },
    ]);
    const isolated = (isolation: object) =>
      isolatedNamespaces({ network: networkSchema.parse({ isolation }), namespaces });
    assert.deepEqual(isolated({}), ["a"]);
    assert.deepEqual(isolated({ namespaces: ["b"] }), ["b"]);
    assert.deepEqual(isolated({ enabled: false }), []);
  });

  it("reach a control plane outside the cluster by address, the settings' own first", () => {
    const context = { mesh, serviceCidr, isolated: ["a"], gatewayClients: [] };
    const ranges = (settings: object) => networkIsolationArgs(networkSchema.parse(settings), context).controlPlane;
    assert.deepEqual(ranges({}), { ranges: ["10.0.0.0/8"], ports: [15012] });
    assert.deepEqual(ranges({ isolation: { controlPlaneRanges: ["10.1.0.0/16"] } }), {
      ranges: ["10.1.0.0/16"],
      ports: [15012],
    });
  });

  it("open every address that DNS may be answered at, unless they name some", () => {
    const ranges = (isolation: object, services = serviceCidr) =>
      networkIsolationArgs(networkSchema.parse({ isolation }), {
        mesh,
        serviceCidr: services,
        isolated: ["a"],
        gatewayClients: [],
      }).dns?.ranges;
    const cache = ["169.254.20.10/32", "169.254.169.254/32"];
    assert.deepEqual(ranges({}), ["10.96.0.10/32", ...cache]);
    assert.deepEqual(ranges({}, "172.21.0.0/20"), ["172.21.0.10/32", ...cache]);
    assert.deepEqual(ranges({}, "10.0.0.16/29"), cache);
    assert.deepEqual(ranges({ dns: { ranges: ["10.0.0.2/32"] } }), ["10.0.0.2/32"]);
  });

  it("know the metadata service that no opened range may reach: Alibaba Cloud's on ACK, and none elsewhere", () => {
    const ranges = (cloud?: "gke" | "ack" | "existing") =>
      networkIsolationArgs(networkSchema.parse({}), { mesh, serviceCidr, isolated: [], gatewayClients: [], cloud })
        .metadataRanges;
    assert.deepEqual(ranges("ack"), ["100.100.100.200/32"]);
    for (const cloud of ["gke", "existing", undefined] as const) assert.deepEqual(ranges(cloud), []);
  });

  it("deny no pod of the root namespace but the gateway's, and spare that namespace in the global policy", () => {
    const settings = networkSchema.parse({});
    const args = networkIsolationArgs(settings, { mesh, serviceCidr, isolated: ["a"], gateway, gatewayClients: ["a"] });
    assert.equal(args.gateway?.ownNamespace, false);
    assert.deepEqual(globalIsolationArgs(settings, { mesh, serviceCidr, policyEngine: "calico" }).exceptNamespaces, [
      "istio-system",
    ]);
  });

  it("are refused when flows collide by name, join nothing isolated, or a service would get two traffic policies", () => {
    const flow = { name: "x", from: { namespace: "p" }, to: { namespace: "q" } };
    const network = networkSchema.parse({
      flows: [flow, flow],
      protection: [{ service: "api", namespace: "a" }],
    });
    const mutualTls = mutualTlsSchema.parse({
      workloads: [{ name: "api", namespace: "a", labels: { app: "api" }, services: ["api"] }],
    });
    const paths = networkProblems(network, { isolated: ["a"], mutualTls }).map(({ path }) => path);
    assert.deepEqual(paths, ["network.flows[1]", "network.flows[0]", "network.flows[1]", "network.protection[0]"]);
  });
});

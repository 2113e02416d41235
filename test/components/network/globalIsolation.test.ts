import assert from "node:assert/strict";
import { globalIsolationManifests, type GlobalIsolationArgs } from "../../../components/network/globalIsolation.js";

interface Rule {
  action: string;
  protocol?: string;
  destination: { nets?: string[]; ports?: number[]; selector?: string; namespaceSelector?: string };
}
interface Policy {
  metadata: { name: string };
  spec: { order: number; namespaceSelector: string; types: string[]; ingress?: Rule[]; egress: Rule[] };
}

function policies(args: Partial<GlobalIsolationArgs> = {}): { ban: Policy; fallback: Policy } {
  const [ban, fallback] = globalIsolationManifests({ policyEngine: "calico", ...args }) as unknown as Policy[];
  assert.ok(ban && fallback);
  return { ban, fallback };
}

describe("GlobalIsolation", () => {
  it("denies both directions wherever a namespace says nothing, after the namespaces' own policies had their say", () => {
    const { fallback } = policies();
    assert.deepEqual(fallback.spec.types, ["Ingress", "Egress"]);
    assert.equal(fallback.spec.ingress, undefined);
    const namespacesOwnOrder = 1000;
    assert.ok(fallback.spec.order > namespacesOwnOrder);
  });

  it("leaves DNS open there, and the control plane for sidecars", () => {
    const { fallback } = policies({
      controlPlane: { namespace: "istio-system", podLabels: { app: "istiod" }, ports: [15012] },
    });
    assert.deepEqual(
      fallback.spec.egress.map(({ protocol, destination }) => [protocol, destination.selector, destination.ports]),
      [
        ["UDP", 'k8s-app == "kube-dns"', [53]],
        ["TCP", 'k8s-app == "kube-dns"', [53]],
        ["TCP", 'app == "istiod"', [15012]],
      ],
    );
  });

  it("leaves traces their way out, and in where the collector's namespace says nothing", () => {
    const { fallback } = policies({ traceCollector: { namespace: "observability", ports: [4317] } });
    const collector = { namespaceSelector: 'kubernetes.io/metadata.name == "observability"', ports: [4317] };
    assert.deepEqual(fallback.spec.ingress, [{ action: "Allow", protocol: "TCP", destination: collector }]);
    assert.deepEqual(fallback.spec.egress.at(-1)?.destination, collector);
  });

  it("denies the metadata address before any namespace's policy can allow it", () => {
    const { ban } = policies();
    const namespacesOwnOrder = 1000;
    assert.ok(ban.spec.order < namespacesOwnOrder);
    assert.deepEqual(ban.spec.egress, [{ action: "Deny", destination: { nets: ["169.254.169.254/32"] } }]);
  });

  it("cuts off neither Kubernetes nor the mesh's control plane", () => {
    const { fallback } = policies({ exceptNamespaces: ["istio-system"] });
    for (const namespace of ["kube-system", "calico-system", "istio-system"])
      assert.ok(fallback.spec.namespaceSelector.includes(`"${namespace}"`), namespace);
  });

  it("is refused where nothing but Calico would read it, with what to use instead", () => {
    assert.doesNotThrow(() => policies({ policyEngine: "terway", calicoInstalled: true }));
    assert.throws(() => policies({ policyEngine: "dataplane-v2" }), /only Calico does\. Use network\.isolation/);
  });
});

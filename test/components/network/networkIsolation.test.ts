import assert from "node:assert/strict";
import type { INetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import { networkIsolationManifests, type NetworkIsolationArgs } from "../../../components/network/networkIsolation.js";
import { assertFollowsSchema } from "../crdSchemas.js";

const gateway = {
  namespace: "istio-egress",
  selector: { istio: "egressgateway" },
  sharedPort: 15443,
  clients: ["shop"],
};
const controlPlane = { namespace: "istio-system", podLabels: { app: "istiod" }, ports: [15012] };
const flow = {
  name: "ui-to-catalog",
  from: { namespace: "ui", labels: { app: "ui" } },
  to: { namespace: "catalog", labels: { app: "catalog" } },
  ports: [8080],
};

function policies(args: NetworkIsolationArgs): Map<string, INetworkPolicy> {
  const manifests = networkIsolationManifests(args);
  return new Map(manifests.map((m) => [`${m.metadata.namespace}/${m.metadata.name}`, m as INetworkPolicy]));
}

describe("NetworkIsolation", () => {
  it("denies every pod of a namespace both directions", () => {
    assert.deepEqual(policies({ namespaces: ["shop"] }).get("shop/default-deny")?.spec, {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
    });
  });

  it("lets pods out to DNS over UDP and TCP, wherever a cluster answers it, and to nothing else of kube-system", () => {
    const [rule, ...others] = policies({ namespaces: ["shop"] }).get("shop/allow-dns")?.spec?.egress ?? [];
    assert.deepEqual(others, []);
    const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } };
    assert.deepEqual(rule?.to, [
      { namespaceSelector, podSelector: { matchLabels: { "k8s-app": "kube-dns" } } },
      { namespaceSelector, podSelector: { matchLabels: { "k8s-app": "node-local-dns" } } },
      { ipBlock: { cidr: "169.254.20.10/32" } },
      { ipBlock: { cidr: "169.254.169.254/32" } },
    ]);
    assert.deepEqual(rule?.ports, [
      { protocol: "UDP", port: 53 },
      { protocol: "TCP", port: 53 },
    ]);
  });

  it("reaches a control plane by its pods, or by range when it is outside the cluster", () => {
    const inside = policies({ namespaces: ["shop"], controlPlane }).get("shop/allow-control-plane");
    assert.deepEqual(inside?.spec?.egress?.[0]?.to?.[0]?.podSelector, { matchLabels: { app: "istiod" } });
    const outside = { ranges: ["10.1.0.0/16"], ports: [15012] };
    const rule = policies({ namespaces: ["shop"], controlPlane: outside }).get("shop/allow-control-plane");
    assert.deepEqual(rule?.spec?.egress?.[0], {
      to: [{ ipBlock: { cidr: "10.1.0.0/16" } }],
      ports: [{ protocol: "TCP", port: 15012 }],
    });
  });

  it("opens the gateway's shared port to its clients' namespaces and to nobody else", () => {
    const all = policies({ namespaces: ["shop", "unlisted"], gateway });
    const into = [...all.values()].filter(
      ({ metadata, spec }) => metadata?.namespace === "istio-egress" && spec?.ingress !== undefined,
    );
    assert.deepEqual(
      into.map(({ spec }) => spec?.ingress),
      [
        [
          {
            from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shop" } } }],
            ports: [{ protocol: "TCP", port: 15443 }],
          },
        ],
      ],
    );
    assert.ok(all.has("shop/flow-gateway-shop-egress"));
    assert.ok(![...all.keys()].some((key) => key.startsWith("unlisted/flow-")));
  });

  it("opens the collector of traces to every namespace but the gateway's, on both sides where both are isolated", () => {
    const traceCollector = { namespace: "observability", ports: [4317] };
    const opened = (namespaces: string[]) =>
      [...policies({ namespaces, gateway, traceCollector }).keys()].filter((name) => name.includes("flow-traces-"));
    assert.deepEqual(opened(["shop", "ui"]), ["shop/flow-traces-shop-egress", "ui/flow-traces-ui-egress"]);
    assert.deepEqual(opened(["shop", "observability"]), [
      "shop/flow-traces-shop-egress",
      "observability/flow-traces-shop-ingress",
    ]);
    const rule = policies({ namespaces: ["shop"], traceCollector }).get("shop/flow-traces-shop-egress");
    assert.deepEqual(rule?.spec?.egress, [
      {
        to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "observability" } } }],
        ports: [{ protocol: "TCP", port: 4317 }],
      },
    ]);
  });

  it("denies whatever else runs beside the gateway, unless the gateway shares the namespace", () => {
    const own = policies({ namespaces: [], gateway }).get("istio-egress/default-deny");
    assert.deepEqual(own?.spec?.podSelector, {});
    const shared = policies({ namespaces: [], gateway: { ...gateway, ownNamespace: false } });
    assert.deepEqual(shared.get("istio-egress/default-deny")?.spec?.podSelector, {
      matchLabels: { istio: "egressgateway" },
    });
  });

  it("writes both sides of a flow", () => {
    const all = policies({ namespaces: ["ui", "catalog"], flows: [flow] });
    const egress = all.get("ui/flow-ui-to-catalog-egress")?.spec;
    const ingress = all.get("catalog/flow-ui-to-catalog-ingress")?.spec;
    assert.deepEqual(egress?.podSelector, { matchLabels: { app: "ui" } });
    assert.deepEqual(egress?.egress?.[0]?.to?.[0]?.podSelector, { matchLabels: { app: "catalog" } });
    assert.deepEqual(ingress?.podSelector, { matchLabels: { app: "catalog" } });
    assert.deepEqual(ingress?.ingress?.[0]?.ports, [{ protocol: "TCP", port: 8080 }]);
  });

  it("closes nothing in a namespace that is not isolated", () => {
    const all = policies({ namespaces: ["catalog"], flows: [flow] });
    assert.ok(![...all.keys()].some((key) => key.startsWith("ui/")));
    assert.throws(() => policies({ namespaces: [], flows: [flow] }), /neither of which is isolated/);
  });

  it("lets pods of one namespace talk only where that is asked for", () => {
    const all = policies({ namespaces: ["free", "closed"], insideNamespace: ["free"] });
    assert.ok(all.has("free/allow-inside-ingress") && all.has("free/allow-inside-egress"));
    assert.ok(!all.has("closed/allow-inside-ingress") && !all.has("closed/allow-inside-egress"));
  });

  it("never writes an empty list, which Kubernetes reads as everybody", () => {
    const door = { name: "lb", namespace: "ui" };
    assert.throws(() => policies({ namespaces: ["ui"], openIngress: [{ ...door, ranges: [] }] }), /every address/);
    assert.throws(() => policies({ namespaces: ["ui"], openIngress: [{ ...door, ports: [] }] }), /every port/);
  });

  it("changes no policy that is there when a namespace, a client or a flow is put first", () => {
    const before = policies({ namespaces: ["shop", "ui", "catalog"], gateway, flows: [flow] });
    const after = policies({
      namespaces: ["new", "shop", "ui", "catalog"],
      gateway: { ...gateway, clients: ["new", "shop"] },
      flows: [{ ...flow, name: "first" }, flow],
    });
    for (const [key, policy] of before) assert.deepEqual(after.get(key), policy, key);
    assert.ok(after.size > before.size);
  });

  it("opens the scraper's own side too, where its namespace is isolated", () => {
    const metricsFrom = { namespace: "monitoring", labels: { app: "prometheus" } };
    const ways = (namespaces: string[]) =>
      networkIsolationManifests({ namespaces, gateway, controlPlane, metricsFrom })
        .filter(({ metadata: { name } }) => name.startsWith("allow-scraping-"))
        .map(({ metadata, spec }) => [`${metadata.namespace}/${metadata.name}`, spec] as const);
    assert.deepEqual(ways(["ui"]), []);
    const found = new Map(ways(["ui", "monitoring"]));
    assert.ok(found.has("monitoring/allow-scraping-ui"));
    assert.deepEqual(found.get(`monitoring/allow-scraping-${gateway.namespace}`), {
      podSelector: { matchLabels: metricsFrom.labels },
      policyTypes: ["Egress"],
      egress: [
        {
          to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": gateway.namespace } } }],
          ports: [15020, 15090].map((port) => ({ protocol: "TCP", port })),
        },
      ],
    });
  });

  it("renders objects the API server accepts", () => {
    networkIsolationManifests({
      namespaces: ["ui", "catalog"],
      gateway,
      controlPlane,
      flows: [flow],
      openIngress: [{ name: "lb", namespace: "ui", ports: [8080] }],
      openEgress: [{ name: "api", namespace: "ui", ranges: ["192.0.2.0/24"], ports: [443] }],
      metricsFrom: { namespace: "monitoring" },
    }).forEach(assertFollowsSchema);
  });

  it("keeps the metadata service out of every range that is opened, but one that names it", () => {
    const metadata = "100.100.100.200/32";
    const door = (ranges?: string[], metadataRanges?: string[]) => {
      const manifests = networkIsolationManifests({
        namespaces: ["shop"],
        openEgress: [{ name: "out", namespace: "shop", ranges }],
        ...(metadataRanges ? { metadataRanges } : {}),
      });
      const { spec } = manifests.find(({ metadata: { name } }) => name === "open-out") as { spec?: unknown };
      return (spec as { egress: { to?: object[] }[] }).egress[0]?.to;
    };
    assert.equal(door(), undefined);
    assert.deepEqual(door(undefined, [metadata]), [
      { ipBlock: { cidr: "0.0.0.0/0", except: [metadata] } },
      { namespaceSelector: {} },
    ]);
    assert.deepEqual(door(["100.64.0.0/10", "203.0.113.0/24", metadata], [metadata]), [
      { ipBlock: { cidr: "100.64.0.0/10", except: [metadata] } },
      { ipBlock: { cidr: "203.0.113.0/24" } },
      { ipBlock: { cidr: metadata } },
    ]);
  });
});

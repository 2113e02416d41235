import assert from "node:assert/strict";
import { analyse, type KubernetesObject } from "mesh-access";
import { globalIsolationManifests, type GlobalIsolationArgs } from "../../../components/network/globalIsolation.js";

const deployment = (namespace: string) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "app", namespace },
  spec: {
    selector: { matchLabels: { app: "app" } },
    template: { metadata: { labels: { app: "app" } }, spec: { containers: [{ name: "c", image: "c" }] } },
  },
});

interface Rule {
  action: string;
  protocol?: string;
  destination: {
    nets?: string[];
    ports?: number[];
    notPorts?: number[];
    selector?: string;
    namespaceSelector?: string;
  };
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
      fallback.spec.egress.map(({ protocol, destination }) => [
        protocol,
        destination.selector ?? destination.nets,
        destination.ports,
      ]),
      [
        ["UDP", 'k8s-app == "kube-dns"', [53]],
        ["TCP", 'k8s-app == "kube-dns"', [53]],
        ["UDP", 'k8s-app == "node-local-dns"', [53]],
        ["TCP", 'k8s-app == "node-local-dns"', [53]],
        ["UDP", ["169.254.20.10/32", "169.254.169.254/32"], [53]],
        ["TCP", ["169.254.20.10/32", "169.254.169.254/32"], [53]],
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

  it("denies the cloud's metadata service before any namespace's policy can allow it, and no DNS", () => {
    const namespacesOwnOrder = 1000;
    const denied = (args: Partial<GlobalIsolationArgs>) => {
      const { order, egress } = policies(args).ban.spec;
      assert.ok(order < namespacesOwnOrder);
      return egress.map(({ action, protocol, destination }) => [
        action,
        protocol,
        destination.nets,
        destination.notPorts,
      ]);
    };
    for (const [cloud, nets, ports] of [
      ["gke", ["169.254.169.254/32"], [53, 80, 988]],
      ["ack", ["100.100.100.200/32"], [53]],
      ["existing", ["100.100.100.200/32", "169.254.169.254/32"], [53]],
    ] as const)
      assert.deepEqual(denied({ cloud }), [
        ["Deny", "UDP", nets, ports],
        ["Deny", "TCP", nets, ports],
      ]);
    assert.deepEqual(denied({ deniedRanges: ["192.0.2.0/24"], exceptPorts: [] }), [
      ["Deny", undefined, ["192.0.2.0/24"], undefined],
    ]);
  });

  it("cuts off neither Kubernetes nor the mesh's control plane", () => {
    const { fallback } = policies({ exceptNamespaces: ["istio-system"] });
    for (const namespace of ["kube-system", "calico-system", "istio-system"])
      assert.ok(fallback.spec.namespaceSelector.includes(`"${namespace}"`), namespace);
  });

  it("leaves alone what the cloud runs in the cluster", () => {
    const { ban, fallback } = policies();
    for (const namespace of ["gmp-system", "gke-managed-system"])
      for (const { spec } of [ban, fallback]) assert.ok(spec.namespaceSelector.includes(`"${namespace}"`), namespace);
  });

  it("is refused where nothing would enforce it, with what to use instead", () => {
    assert.throws(() => policies({ policyEngine: "none" }), /nothing enforces .* is none\. Use network\.isolation/);
    assert.throws(
      () => policies({ policyEngine: "terway" }),
      /globalIsolation\.enabled: .*need the add-on Poseidon\. Install it .* set poseidonInstalled/,
    );
    assert.doesNotThrow(() => policies({ policyEngine: "none", calicoInstalled: true }));
    assert.throws(
      () => policies({ policyEngine: "terway", calicoInstalled: true }),
      /globalIsolation\.calicoInstalled: true does not make Calico's policies hold on Terway/,
    );
    assert.throws(
      () => policies({ poseidonInstalled: true }),
      /poseidonInstalled: true is an add-on of ACK for Terway/,
    );
    assert.throws(
      () => policies({ policyEngine: "terway", poseidonInstalled: true, deniedRanges: ["10.0.0.0/8"] }),
      /globalIsolation\.deniedRanges: .*cannot be denied on ACK/,
    );
  });
});

describe("GlobalIsolation on Terway", () => {
  interface AckPolicy {
    apiVersion: string;
    kind: string;
    metadata: { name: string; namespace?: string };
    spec: {
      podSelector?: object;
      namespaceSelector: { matchExpressions?: { key: string; operator: string; values: string[] }[] };
      policyTypes: string[];
      ingress: { from: object[]; ports: object[] }[];
      egress: { to: object[]; ports: { port: number; protocol: string }[] }[];
    };
  }
  const ackPolicies = (args: Partial<GlobalIsolationArgs> = {}) =>
    globalIsolationManifests({
      policyEngine: "terway",
      poseidonInstalled: true,
      cloud: "ack",
      exceptNamespaces: ["istio-system"],
      ...args,
    }) as unknown as AckPolicy[];

  it("denies both directions in each namespace but the system's, and never holds for nodes", () => {
    const [policy] = ackPolicies();
    assert.ok(policy);
    assert.deepEqual([policy.apiVersion, policy.kind], ["network.alibabacloud.com/v1beta2", "GlobalNetworkPolicy"]);
    assert.equal(policy.metadata.namespace, undefined);
    const { namespaceSelector, policyTypes, ingress } = policy.spec;
    assert.deepEqual([policyTypes, ingress], [["Ingress", "Egress"], []]);
    const [except] = namespaceSelector.matchExpressions ?? [];
    assert.deepEqual([except?.key, except?.operator], ["kubernetes.io/metadata.name", "NotIn"]);
    for (const namespace of ["kube-system", "istio-system", "arms-prom"])
      assert.ok(except?.values.includes(namespace), namespace);
  });

  it("leaves DNS open, caches on the nodes included, the control plane by address, and traces both ways", () => {
    const [policy, traces] = ackPolicies({
      controlPlane: { ranges: ["10.0.0.0/24"], ports: [15012] },
      traceCollector: { namespace: "observability", ports: [4317] },
    });
    assert.deepEqual(
      policy?.spec.egress.map(({ ports }) => ports.map(({ port, protocol }) => `${protocol} ${port}`)),
      [["UDP 53", "TCP 53"], ["TCP 15012"], ["TCP 4317"]],
    );
    const [dns, controlPlane] = policy?.spec.egress ?? [];
    assert.ok(dns?.to.some((peer) => JSON.stringify(peer) === '{"ipBlock":{"cidr":"169.254.20.10/32"}}'));
    assert.deepEqual(controlPlane?.to, [{ ipBlock: { cidr: "10.0.0.0/24" } }]);
    assert.deepEqual(
      traces?.spec.ingress.map(({ from }) => from),
      [[{ namespaceSelector: {} }]],
    );
  });

  it("stays within the add-on's limits", () => {
    for (const { spec } of ackPolicies({ controlPlane: { ranges: ["10.0.0.0/24"], ports: [15012] } }))
      for (const rules of [spec.ingress, spec.egress]) {
        assert.ok(rules.length < 20);
        for (const { ports } of rules) assert.ok(ports.length < 10);
      }
  });

  it("leaves open to the analysis what no published semantics decide, and decides nothing for others", () => {
    const entry = {
      apiVersion: "networking.istio.io/v1",
      kind: "ServiceEntry",
      metadata: { name: "db", namespace: "lobby" },
      spec: {
        hosts: ["db.example.com"],
        location: "MESH_EXTERNAL",
        resolution: "STATIC",
        endpoints: [{ address: "198.51.100.7" }],
        ports: [{ name: "tcp", number: 5432, protocol: "TCP" }],
      },
    };
    const namespaces = ["lobby", "kube-system"];
    const objects = [
      ...namespaces.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels: {} } })),
      ...namespaces.map(deployment),
      entry,
      ...(ackPolicies() as unknown as KubernetesObject[]),
    ];
    const { rows } = analyse(objects as KubernetesObject[], { policyEngine: "terway" });
    const bypass = Object.fromEntries([...rows].map(({ from, bypass }) => [from.namespace, bypass.verdict]));
    assert.equal(bypass["lobby"], "unknown");
    assert.equal(bypass["kube-system"], "open");
  });
});

describe("GlobalIsolation on Dataplane V2", () => {
  const client = (namespace: string) => [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: {} } },
    deployment(namespace),
  ];
  const allow = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "out", namespace: "shop" },
    spec: { podSelector: {}, policyTypes: ["Egress"], egress: [{ to: [{ ipBlock: { cidr: "203.0.113.0/24" } }] }] },
  };
  /** Whether the pods of each namespace reach a database by its address, sidecar or not. */
  const reach = (args: Partial<GlobalIsolationArgs>, more: object[] = []) => {
    const objects = [
      ...["shop", "tools", "gmp-system"].flatMap(client),
      ...globalIsolationManifests({ policyEngine: "dataplane-v2", ...args }),
      ...more,
    ] as KubernetesObject[];
    const databases = [{ name: "db", host: "db.example.com", port: 5432, addresses: ["203.0.113.7"] }];
    const { rows } = analyse(objects, { databases, policyEngine: "dataplane-v2" });
    return Object.fromEntries([...rows].map(({ from, bypass }) => [from.namespace, bypass.verdict]));
  };

  it("denies what nothing allows in namespaces without a policy, and leaves the system's alone", () => {
    assert.deepEqual(reach({}), { shop: "blocked", tools: "blocked", "gmp-system": "open" });
  });

  it("adds to what a namespace allows itself", () => {
    assert.deepEqual(reach({}, [allow]), { shop: "open", tools: "blocked", "gmp-system": "open" });
  });

  it("bans ranges that no namespace can open again", () => {
    const banned = reach({ deniedRanges: ["203.0.113.0/24"] }, [allow]);
    assert.deepEqual([banned["shop"], banned["tools"]], ["blocked", "blocked"]);
  });

  it("bans no metadata address by default, which is also that of Cloud DNS and of Workload Identity", () => {
    const kinds = (args: Partial<GlobalIsolationArgs>) =>
      globalIsolationManifests({ policyEngine: "dataplane-v2", cloud: "gke", ...args }).map(
        ({ kind, metadata }) => `${kind} ${metadata.name}`,
      );
    const cilium = "CiliumClusterwideNetworkPolicy";
    assert.deepEqual(kinds({}), [`${cilium} default-deny`]);
    const traceCollector = { namespace: "observability", ports: [4317] };
    assert.deepEqual(kinds({ traceCollector, deniedRanges: ["192.0.2.0/24"] }), [
      `${cilium} deny-ranges`,
      `${cilium} default-deny`,
      `${cilium} allow-traces`,
    ]);
  });

  it("leaves DNS open wherever the cluster answers it", () => {
    const [policy] = globalIsolationManifests({ policyEngine: "dataplane-v2" });
    const { egress } = policy?.spec as { egress: { toEndpoints?: { matchLabels: object }[]; toCIDR?: string[] }[] };
    const dns = "k8s:io.kubernetes.pod.namespace";
    assert.deepEqual(
      egress.map(({ toEndpoints, toCIDR }) => toEndpoints?.[0]?.matchLabels ?? toCIDR),
      [
        { [dns]: "kube-system", "k8s-app": "kube-dns" },
        { [dns]: "kube-system", "k8s-app": "node-local-dns" },
        ["169.254.20.10/32", "169.254.169.254/32"],
      ],
    );
  });
});

import assert from "node:assert/strict";
import type { IEnvoyFilter } from "@kubernetes-models/istio/networking.istio.io/v1alpha3";
import type {
  IDestinationRule,
  IGateway,
  IServiceEntry,
  IVirtualService,
} from "@kubernetes-models/istio/networking.istio.io/v1";
import type { IAuthorizationPolicy } from "@kubernetes-models/istio/security.istio.io/v1";
import type { IService } from "kubernetes-models/v1";
import type { Manifest } from "../../../components/manifest.js";
import { trafficModeNames, trafficModes } from "../../../settings/trafficModes.js";
import { assertFollowsSchema } from "../crdSchemas.js";
import { gateway, manifestsIn, ofKind } from "./paths.js";

const audience = ["billing", "istio-egress", "shop"];

for (const mode of trafficModeNames)
  describe(`Traffic mode ${mode}`, () => {
    const manifests = manifestsIn(mode);
    const facts = trafficModes[mode];
    const servers = ofKind<IGateway>(manifests, "Gateway").flatMap(({ spec }) => spec?.servers ?? []);
    const policies = ofKind<IAuthorizationPolicy>(manifests, "AuthorizationPolicy");

    it("renders objects the API server accepts", () => {
      manifests.forEach(assertFollowsSchema);
    });

    it("exports nothing wider than to the clients and the gateway", () => {
      for (const { kind, metadata, spec } of [
        ...ofKind<IServiceEntry>(manifests, "ServiceEntry"),
        ...ofKind<IVirtualService>(manifests, "VirtualService"),
        ...ofKind<IDestinationRule>(manifests, "DestinationRule"),
      ]) {
        const exported = spec?.exportTo ?? ["*"];
        assert.ok(exported.length > 0, `${kind} ${metadata?.name} is exported to all`);
        for (const namespace of exported) assert.ok([...audience, "."].includes(namespace), `${kind} ${namespace}`);
      }
    });

    it("registers the host as an external service that never answers for a whole port by itself", () => {
      const [entry] = ofKind<IServiceEntry>(manifests, "ServiceEntry");
      assert.equal(entry?.spec?.location, "MESH_EXTERNAL");
      assert.equal(entry?.spec?.resolution, facts.wildcard ? "NONE" : "DNS");
      assert.deepEqual(entry?.spec?.exportTo, audience);
    });

    it("has no two objects of one kind, namespace and name", () => {
      const keys = manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace} ${metadata.name}`);
      assert.equal(new Set(keys).size, keys.length);
    });

    it(facts.throughGateway ? "opens one server on the gateway" : "leaves the gateway alone", () => {
      assert.equal(servers.length, facts.throughGateway ? 1 : 0);
      assert.equal(policies.length, facts.throughGateway ? 1 : 0);
    });

    if (facts.throughGateway) {
      it("lets the gateway's policy speak of the gateway's pods only, and of one port", () => {
        const [policy] = policies;
        assert.deepEqual(policy?.spec?.selector?.matchLabels, gateway.selector);
        assert.equal(policy?.spec?.action, "ALLOW");
        for (const rule of policy?.spec?.rules ?? []) assert.equal(rule.to?.[0]?.operation?.ports?.length, 1);
      });

      it("routes each leg by what its proxy can read", () => {
        const [service] = ofKind<IVirtualService>(manifests, "VirtualService");
        const meshLeg = service?.spec?.[facts.wire];
        assert.ok(meshLeg?.some(({ match }) => match?.[0]?.gateways?.includes("mesh")));
        const passesTls = servers[0]?.tls?.mode === "PASSTHROUGH";
        const gatewayLeg = service?.spec?.[passesTls ? "tls" : "tcp"];
        assert.ok(gatewayLeg?.some(({ match }) => match?.[0]?.gateways?.some((name) => name !== "mesh")));
      });
    }

    if (facts.identity)
      it("refuses unauthorized clients in the handshake and by policy, both by service account", () => {
        assert.equal(servers[0]?.tls?.mode, "ISTIO_MUTUAL");
        assert.deepEqual(servers[0]?.tls?.subjectAltNames, [
          "spiffe://cluster.local/ns/billing/sa/orders",
          "spiffe://cluster.local/ns/shop/sa/orders",
        ]);
        const [rule] = policies[0]?.spec?.rules ?? [];
        assert.deepEqual(
          rule?.from?.map(({ source }) => source?.principals),
          [["cluster.local/ns/shop/sa/orders"], ["cluster.local/ns/billing/sa/orders"]],
        );
        assert.deepEqual(rule?.when, [{ key: "connection.sni", values: [sniOf(servers[0])] }]);
      });

    if (facts.encryptsHop)
      it("gives each client namespace a rule of its own for the hop, with the SNI the server listens for", () => {
        const hops = ofKind<IDestinationRule>(manifests, "DestinationRule").filter(
          ({ spec }) => spec?.host === gateway.host,
        );
        assert.deepEqual(hops.map(({ metadata }) => metadata?.namespace).sort(), ["billing", "shop"]);
        for (const { spec } of hops) {
          assert.deepEqual(spec?.exportTo, ["."]);
          assert.deepEqual(spec?.subsets?.[0]?.trafficPolicy?.tls, { mode: "ISTIO_MUTUAL", sni: sniOf(servers[0]) });
        }
      });
  });

describe("A gateway with one policy for all callers it knows", () => {
  const shared = { ...gateway, callersPolicy: "shared" as const };
  const policiesOf = (manifests: Manifest[]) => ofKind<IAuthorizationPolicy>(manifests, "AuthorizationPolicy");

  for (const mode of trafficModeNames.filter((name) => trafficModes[name].identity))
    it(`leaves the decision to the handshake in ${mode}, and a new database touches no other's chain`, () => {
      const manifests = manifestsIn(mode, {}, shared);
      assert.deepEqual(policiesOf(manifests), []);
      const [server] = ofKind<IGateway>(manifests, "Gateway").flatMap(({ spec }) => spec?.servers ?? []);
      assert.equal(server?.tls?.subjectAltNames?.length, 2);
    });

  it("still lets those pass whom it cannot know, by port and SNI alone", () => {
    assert.equal(policiesOf(manifestsIn("tls-gateway", {}, shared)).length, 1);
    assert.equal(policiesOf(manifestsIn("tcp-gateway", {}, shared)).length, 1);
  });

  it("admits nobody to a port of one database: that keeps a policy of its own, for whole namespaces too", () => {
    const [policy] = policiesOf(
      manifestsIn("tcp-gateway-mtls", { gatewayPort: 13306, clients: [{ namespace: "shop" }] }, shared),
    );
    assert.deepEqual(policy?.spec?.rules?.[0]?.to, [{ operation: { ports: ["13306"] } }]);
  });
});

describe("A gateway with a list of clients in each filter chain", () => {
  const inChain = { ...gateway, callersPolicy: "filterChain" as const };
  const listOf = (manifests: Manifest[]) =>
    ofKind<IEnvoyFilter>(manifests, "EnvoyFilter").flatMap(({ spec }) =>
      (spec?.configPatches ?? []).filter(({ applyTo }) => applyTo === "NETWORK_FILTER"),
    );

  for (const mode of trafficModeNames.filter((name) => trafficModes[name].identity))
    it(`adds the list to the database's own chain in ${mode}, and writes no policy that every chain would carry`, () => {
      const manifests = manifestsIn(mode, {}, inChain);
      assert.deepEqual(ofKind(manifests, "AuthorizationPolicy"), []);
      const [server] = ofKind<IGateway>(manifests, "Gateway").flatMap(({ spec }) => spec?.servers ?? []);
      const lists = listOf(manifests);
      assert.equal(lists.length, 1);
      assert.deepEqual(lists[0]?.match, {
        context: "GATEWAY",
        listener: { portNumber: server?.port?.number, filterChain: { sni: sniOf(server) } },
      });
      assert.equal(lists[0]?.patch?.operation, "INSERT_FIRST");
    });

  it("names accounts whole and namespaces by prefix, with the slash that ends the namespace's name", () => {
    const clients = [{ namespace: "shop", serviceAccounts: ["orders"] }, { namespace: "billing" }];
    const text = JSON.stringify(listOf(manifestsIn("tcp-gateway-mtls", { clients }, inChain)));
    assert.match(text, /\{"exact":"spiffe:\/\/cluster\.local\/ns\/shop\/sa\/orders"\}/);
    assert.match(text, /\{"prefix":"spiffe:\/\/cluster\.local\/ns\/billing\/sa\/"\}/);
  });

  it("keeps a policy by port and server name for clients without a certificate", () => {
    for (const mode of ["tls-gateway", "tcp-gateway"] as const) {
      assert.equal(ofKind(manifestsIn(mode, {}, inChain), "AuthorizationPolicy").length, 1);
      assert.deepEqual(listOf(manifestsIn(mode, {}, inChain)), []);
    }
  });
});

/** The name a server answers to, without the namespace whose VirtualServices may bind to it. */
function sniOf(server: { hosts?: string[] } | undefined): string | undefined {
  return server?.hosts?.[0]?.replace("./", "");
}

describe("A client that is a whole namespace", () => {
  const manifests = manifestsIn("tcp-gateway-mtls", { clients: [{ namespace: "shop" }] });

  it("is distinguished by policy only, because the handshake knows no namespaces", () => {
    const [server] = ofKind<IGateway>(manifests, "Gateway").flatMap(({ spec }) => spec?.servers ?? []);
    assert.equal(server?.tls?.subjectAltNames, undefined);
    const [policy] = ofKind<IAuthorizationPolicy>(manifests, "AuthorizationPolicy");
    assert.deepEqual(policy?.spec?.rules?.[0]?.from, [{ source: { namespaces: ["shop"] } }]);
  });
});

describe("A port of its own", () => {
  const manifests = manifestsIn("tcp-gateway-mtls", { gatewayPort: 13306 });

  it("comes with a Service of its own, so that the gateway's Service never changes", () => {
    const [service] = ofKind<IService>(manifests, "Service");
    assert.equal(service?.metadata?.name, "egressgateway-orders");
    assert.deepEqual(service?.spec?.selector, gateway.selector);
    assert.deepEqual(
      service?.spec?.ports?.map(({ port }) => port),
      [13306],
    );
    const hops = ofKind<IDestinationRule>(manifests, "DestinationRule").map(({ spec }) => spec?.host);
    assert.ok(hops.includes("egressgateway-orders.istio-egress.svc.cluster.local"));
    assert.ok(!hops.includes(gateway.host));
  });
});

describe("TLS that the gateway opens", () => {
  it("checks the database's name, and keeps its credential in the gateway's namespace", () => {
    const manifests = manifestsIn("tls-origination", { tls: { caCredential: "orders-ca" } });
    const rule = ofKind<IDestinationRule>(manifests, "DestinationRule").find(
      ({ spec }) => spec?.host === "orders.db.example.com",
    );
    assert.equal(rule?.metadata?.namespace, gateway.namespace);
    assert.deepEqual(rule?.spec?.exportTo, [gateway.namespace]);
    assert.deepEqual(rule?.spec?.trafficPolicy?.tls, {
      mode: "SIMPLE",
      credentialName: "orders-ca",
      sni: "orders.db.example.com",
      subjectAltNames: ["orders.db.example.com"],
    });
  });
});

describe("The listener that forwards a wildcard's connections", () => {
  const manifests = manifestsIn("tls-wildcard", { via: "envoy", limits: { connectTimeout: "1500ms" } });
  const [filter] = ofKind<IEnvoyFilter>(manifests, "EnvoyFilter");
  const added = (applyTo: string) =>
    filter?.spec?.configPatches?.filter((patch) => patch.applyTo === applyTo).map(({ patch }) => patch) ?? [];
  interface Listener {
    address: object;
    listener_filters: { name: string }[];
    filter_chains: { filter_chain_match: object; filters: { typed_config: Record<string, unknown> }[] }[];
  }
  const [listener] = added("LISTENER").map((patch) => patch?.value as unknown as Listener);
  const forwarder = ofKind<IServiceEntry>(manifests, "ServiceEntry").find(
    ({ metadata }) => metadata?.name === "orders-forwarder",
  )?.spec;

  it("takes names of the group only, which it reads from the inner handshake", () => {
    const [chain, ...others] = listener?.filter_chains ?? [];
    assert.deepEqual(others, []);
    assert.deepEqual(chain?.filter_chain_match, { server_names: ["*.db.example.com"] });
    assert.deepEqual(
      listener?.listener_filters.map(({ name }) => name),
      ["envoy.filters.listener.tls_inspector"],
    );
  });

  it("listens on the loopback address and port that the gateway's route leads to, and nowhere else", () => {
    const [port] = forwarder?.ports ?? [];
    assert.deepEqual(listener?.address, { socket_address: { address: "127.0.0.1", port_value: port?.number } });
    assert.deepEqual(forwarder?.endpoints, [{ address: "127.0.0.1" }]);
    assert.deepEqual(forwarder?.exportTo, ["."]);
    const [route] = ofKind<IVirtualService>(manifests, "VirtualService");
    const onward = route?.spec?.tcp?.flatMap(({ route: to }) => to?.map(({ destination }) => destination) ?? []);
    assert.deepEqual(onward, [{ host: forwarder?.hosts[0], port: { number: port?.number } }]);
  });

  it("connects to the name that was asked for, on the database's port, within the time allowed", () => {
    const [forward] = listener?.filter_chains[0]?.filters ?? [];
    const [port] = ofKind<IServiceEntry>(manifests, "ServiceEntry")[0]?.spec?.ports ?? [];
    assert.equal(forward?.typed_config["port_value"], port?.number);
    const [cluster] = added("CLUSTER").map((patch) => patch?.value as unknown as Record<string, unknown>);
    assert.equal(cluster?.["connect_timeout"], "1.5s");
    assert.equal(listener?.filter_chains[0]?.filters[1]?.typed_config["cluster"], cluster?.["name"]);
  });

  it("is added to the gateway's pods, and changes nothing that exists", () => {
    assert.deepEqual(filter?.spec?.workloadSelector, { labels: gateway.selector });
    for (const { patch, match } of filter?.spec?.configPatches ?? []) {
      assert.equal(patch?.operation, "ADD");
      assert.deepEqual(match, { context: "GATEWAY" });
    }
  });
});

describe("A mode that carries no identity", () => {
  const serverOf = (manifests: Manifest[]) => ofKind<IGateway>(manifests, "Gateway")[0]?.spec?.servers?.[0];
  const hopsOf = (manifests: Manifest[]) =>
    ofKind<IDestinationRule>(manifests, "DestinationRule").flatMap(({ spec }) => spec?.subsets ?? []);
  const rulesOf = (manifests: Manifest[]) =>
    ofKind<IAuthorizationPolicy>(manifests, "AuthorizationPolicy").flatMap(({ spec }) => spec?.rules ?? []);

  it("is distinguished by its port alone in tcp-gateway, and nothing on the hop is encrypted", () => {
    const manifests = manifestsIn("tcp-gateway");
    assert.deepEqual(serverOf(manifests), {
      port: { number: 15500, name: "tcp-orders", protocol: "TCP" },
      hosts: ["./orders.db.example.com"],
    });
    assert.deepEqual(rulesOf(manifests), [{ to: [{ operation: { ports: ["15500"] } }] }]);
    assert.deepEqual(
      hopsOf(manifests).map(({ trafficPolicy }) => trafficPolicy?.tls),
      [{ mode: "DISABLE" }, { mode: "DISABLE" }],
    );
  });

  it("passes the application's TLS on by its server name in tls-gateway, and wraps it in nothing", () => {
    const manifests = manifestsIn("tls-gateway");
    const sni = "orders.db.example.com";
    assert.deepEqual(serverOf(manifests), {
      port: { number: 15443, name: "tls-orders", protocol: "TLS" },
      hosts: [`./${sni}`],
      tls: { mode: "PASSTHROUGH" },
    });
    assert.deepEqual(rulesOf(manifests), [
      { to: [{ operation: { ports: ["15443"] } }], when: [{ key: "connection.sni", values: [sni] }] },
    ]);
    assert.deepEqual(
      hopsOf(manifests).map(({ trafficPolicy }) => trafficPolicy?.tls),
      [{ mode: "DISABLE" }, { mode: "DISABLE" }],
    );
  });
});

describe("The list of clients in a filter chain", () => {
  it("is for the gateway's pods only", () => {
    const inChain = { ...gateway, callersPolicy: "filterChain" as const };
    const [list] = ofKind<IEnvoyFilter>(manifestsIn("tcp-gateway-mtls", {}, inChain), "EnvoyFilter");
    assert.deepEqual(list?.spec?.workloadSelector, { labels: gateway.selector });
  });
});

describe("Limits", () => {
  it("hold on both hops, and the database's hop alone ends a silent connection", () => {
    const limits = { maxConnections: 7, connectTimeout: "3s", idleTimeout: "20m" };
    const rules = ofKind<IDestinationRule>(manifestsIn("tcp-gateway-mtls", { limits }), "DestinationRule");
    const [database, hop] = [
      rules.find(({ spec }) => spec?.host === "orders.db.example.com")?.spec?.trafficPolicy?.connectionPool?.tcp,
      rules.find(({ spec }) => spec?.host === gateway.host)?.spec,
    ];
    assert.equal(database?.maxConnections, 7);
    assert.equal(database?.idleTimeout, "20m");
    assert.equal(hop?.trafficPolicy?.connectionPool?.tcp?.idleTimeout, "0s");
    assert.equal(database?.connectTimeout, "3s");
    assert.equal(hop?.subsets?.[0]?.trafficPolicy?.connectionPool?.tcp?.maxConnections, 7);
  });
});

describe("The hop to the gateway", () => {
  const [hop] = ofKind<IDestinationRule>(manifestsIn("tcp-gateway-mtls", {}), "DestinationRule").filter(
    ({ spec }) => spec?.host === gateway.host,
  );
  const policy = hop?.spec?.subsets?.[0]?.trafficPolicy;

  it("gives a gateway pod that does not answer up within seconds, and passes it over from then on", () => {
    assert.equal(policy?.connectionPool?.tcp?.connectTimeout, "2s");
    assert.equal(policy?.outlierDetection?.consecutiveLocalOriginFailures, 1);
  });

  it("never passes over the only pod there is, nor more than half of them", () => {
    assert.equal(policy?.outlierDetection?.maxEjectionPercent, 50);
    assert.ok((policy?.outlierDetection?.minHealthPercent ?? 0) > 0);
  });

  it("leads to the pods of every zone", () => {
    assert.equal(policy?.loadBalancer?.localityLbSetting?.enabled, false);
  });
});

describe("A cluster that hands out brokers", () => {
  it("gets a way to each, named after the broker and not after its place", () => {
    const named = (brokers: string[]) =>
      manifestsIn("tcp-gateway-mtls", { protocol: "kafka", brokers })
        .map(({ kind, metadata }) => `${kind} ${metadata.namespace} ${metadata.name}`)
        .sort();
    const brokers = ["b1.kafka.example.com", "b2.kafka.example.com"];
    assert.deepEqual(named(brokers), named([...brokers].reverse()));
    assert.ok(named(brokers).includes("ServiceEntry istio-egress orders-b2-kafka-example-com"));
  });

  it("keeps long names apart, and within what istiod takes as a subset's", () => {
    const cluster = "broker-of-a-cluster-with-a-long-name.region-far-away.kafka.cloud.example.com";
    const brokers = [`${cluster.replace("broker", "broker-1")}`, `${cluster.replace("cloud", "cloud-2")}`, cluster];
    const hops = ofKind<IDestinationRule>(
      manifestsIn("tcp-gateway-mtls", { protocol: "kafka", brokers }),
      "DestinationRule",
    );
    const subsets = hops.flatMap(({ spec }) => spec?.subsets?.map(({ name }) => name) ?? []);
    assert.equal(new Set(subsets).size, brokers.length + 1);
    for (const name of subsets) assert.match(name, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  });
});

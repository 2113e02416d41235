import assert from "node:assert/strict";
import { analyse } from "../../analyse.js";
import { message } from "../../messages/index.js";
import type { KubernetesObject } from "../../model/model.js";
import { prepareBypass } from "../../network/bypass.js";
import { Network } from "../../network/networkModel.js";
import { said } from "../said.js";
import { app, bypass, database, namespace, policy, workload, worldOf } from "./networkScene.js";

const calico = (kind: string, name: string, spec: object, inNamespace?: string) => ({
  apiVersion: "crd.projectcalico.org/v1",
  kind,
  metadata: { name, namespace: inNamespace },
  spec,
});

const egress = (rules: object[], podSelector: object = {}) =>
  policy("out", { podSelector, policyTypes: ["Egress"], egress: rules });

describe("the way round the sidecar", () => {
  it("is open when no policy selects the pods", () => {
    const { verdict, because } = bypass([egress([], { matchLabels: { app: "other" } })]);
    assert.equal(verdict, "open");
    assert.equal(said(because[0]), "no policy limits what these pods may connect to");
  });

  it("is blocked by a default deny, which is named", () => {
    const { verdict, because } = bypass([egress([])]);
    assert.equal(verdict, "blocked");
    assert.deepEqual(because[0], {
      kind: "NetworkPolicy",
      namespace: "shop",
      name: "out",
      field: "spec.egress",
      ...message("allows-nothing"),
    });
  });

  it("is blocked when the only rules allow the gateway and DNS", () => {
    const gateway = {
      to: [
        {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "istio-egress" } },
          podSelector: { matchLabels: { istio: "egressgateway" } },
        },
      ],
      ports: [{ port: 15443 }],
    };
    const dns = { to: [{ namespaceSelector: {} }], ports: [{ port: 53, protocol: "UDP" }] };
    assert.equal(bypass([egress([gateway, dns])]).verdict, "blocked");
  });

  it("is not touched by a policy without egress rules that names no types", () => {
    assert.equal(bypass([policy("in", { podSelector: {} })]).verdict, "open");
    assert.equal(bypass([policy("out", { podSelector: {}, egress: [{ ports: [{ port: 53 }] }] })]).verdict, "blocked");
    assert.equal(bypass([policy("in", { podSelector: {}, policyTypes: ["Ingress"], egress: [{}] })]).verdict, "open");
  });

  it("is open when a rule names no peer, no port, or neither", () => {
    assert.equal(bypass([egress([{}])]).verdict, "open");
    assert.equal(bypass([egress([{ to: [], ports: [] }])]).verdict, "open");
    assert.equal(bypass([egress([{ ports: [{ port: 3306 }] }])]).verdict, "open");
    assert.equal(bypass([egress([{ ports: [{ port: 3307 }] }])]).verdict, "blocked");
  });

  it("heeds protocol, range and name of a port", () => {
    const ports = (...list: object[]) => bypass([egress([{ ports: list }])]).verdict;
    assert.equal(ports({ port: 3306, protocol: "UDP" }), "blocked");
    assert.equal(ports({ protocol: "TCP" }), "open");
    assert.equal(ports({ port: 3300, endPort: 3306 }), "open");
    assert.equal(ports({ port: 3300, endPort: 3305 }), "blocked");
    assert.equal(ports({ port: "mysql" }), "blocked", "a name means nothing outside the cluster");
  });

  it("heeds address blocks and their exceptions", () => {
    const block = (cidr: string, except?: string[], addresses = database.addresses) =>
      bypass([egress([{ to: [{ ipBlock: { cidr, except } }] }])], { addresses }).verdict;
    assert.equal(block("198.51.100.0/24"), "open");
    assert.equal(block("198.51.100.0/24", ["198.51.100.0/29"]), "blocked");
    assert.equal(block("203.0.113.0/24"), "blocked");
    assert.equal(block("2001:db8::/32", [], ["2001:db8::7"]), "open");
    assert.equal(block("2001:db8::/32"), "blocked");
    assert.equal(block("203.0.113.0/24", [], ["198.51.100.7", "203.0.113.9"]), "open", "one address is enough");
  });

  it("is unknown, never blocked, when a block may or may not hold an address that is not known", () => {
    const block = (cidr: string, except?: string[]) =>
      bypass([egress([{ to: [{ ipBlock: { cidr, except } }] }])], { addresses: [] });
    assert.equal(block("0.0.0.0/0").verdict, "open");
    assert.equal(block("0.0.0.0/0", ["10.0.0.0/8"]).verdict, "unknown");
    const { verdict, because } = block("10.0.0.0/8");
    assert.equal(verdict, "unknown");
    assert.match(said(because[0]), /allows every port to 10\.0\.0\.0\/8, if it matches: an address is not known/);
    assert.equal(block("${address:rds}").verdict, "unknown");
  });

  it("does not mistake pods for addresses outside", () => {
    assert.equal(
      bypass([egress([{ to: [{ podSelector: {} }] }, { to: [{ namespaceSelector: {} }] }])]).verdict,
      "blocked",
    );
  });

  it("selects pods by every kind of expression", () => {
    const selects = (key: string, operator: string, values?: string[]) =>
      bypass([egress([], { matchExpressions: [{ key, operator, values }] })]).verdict === "blocked";
    assert.ok(selects("app", "In", ["web", "x"]));
    assert.ok(!selects("app", "NotIn", ["web"]));
    assert.ok(selects("tier", "NotIn", ["web"]), "a missing label is in no list");
    assert.ok(selects("app", "Exists"));
    assert.ok(selects("tier", "DoesNotExist"));
  });

  it("lets what several policies allow add up", () => {
    const deny = policy("deny", { podSelector: {}, policyTypes: ["Egress"] });
    assert.equal(bypass([deny, egress([{}], { matchLabels: { app: "web" } })]).verdict, "open");
  });

  describe("to a database inside the cluster", () => {
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "mysql", namespace: "data" },
      spec: { selector: { app: "mysql" }, ports: [{ port: 3306, targetPort: "sql" }], clusterIP: "10.96.0.9" },
    };
    const mysql = app("mysql", "data", { ports: [{ name: "sql", containerPort: 13306 }] });
    const inside = (...objects: unknown[]) =>
      bypass([namespace("data", { team: "data" }), service, mysql, ...objects], {
        host: "mysql.data.svc.cluster.local",
      }).verdict;

    it("depends on both sides, and on the pods' own port", () => {
      const toData = { to: [{ namespaceSelector: { matchLabels: { team: "data" } } }] };
      assert.equal(inside(), "open");
      assert.equal(inside(egress([{ ...toData, ports: [{ port: 13306 }] }])), "open");
      assert.equal(inside(egress([{ ...toData, ports: [{ port: 3306 }] }])), "blocked");
      assert.equal(inside(egress([{ ...toData, ports: [{ port: "sql" }] }])), "open");
      const fromWeb = { from: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: "web" } } }] };
      const fromOwn = { from: [{ podSelector: {} }] };
      assert.equal(inside(policy("in", { podSelector: {}, ingress: [fromWeb] }, "data")), "open");
      assert.equal(inside(policy("in", { podSelector: {}, ingress: [fromOwn] }, "data")), "blocked");
    });

    it("is found by the Service's address too", () => {
      const deny = policy("in", { podSelector: {} }, "data");
      const objects = [namespace("data"), service, mysql, deny];
      assert.equal(bypass(objects, { host: "db", addresses: ["10.96.0.9"] }).verdict, "blocked");
    });

    it("is blocked by a Service without the port", () => {
      const verdict = bypass([service, mysql], { host: "mysql.data.svc.cluster.local", port: 3307 });
      assert.match(said(verdict.because[0]), /has no port 3307/);
      assert.equal(verdict.verdict, "blocked");
    });

    it("is unknown when a namespace is chosen by labels that the input does not hold", () => {
      const world = worldOf(
        namespace("shop"),
        app("web"),
        service,
        mysql,
        egress([{ to: [{ namespaceSelector: { matchLabels: { team: "data" } } }] }]),
      );
      const verdict = prepareBypass(world)(workload(world, "web"))({
        ...database,
        host: "mysql.data.svc.cluster.local",
      });
      assert.equal(verdict.verdict, "unknown");
      assert.match(said(verdict.because[0]), /the labels of namespace data are not in the input/);
    });
  });

  it("is blocked by a service of the mesh whose own sidecar refuses plaintext", () => {
    const bypass = (mode: string) => {
      const objects = [
        namespace("shop", { "istio-injection": "enabled" }),
        app("web"),
        app("api"),
        {
          apiVersion: "v1",
          kind: "Service",
          metadata: { name: "api", namespace: "shop" },
          spec: { selector: { app: "api" }, ports: [{ port: 80, name: "http" }] },
        },
        {
          apiVersion: "security.istio.io/v1",
          kind: "PeerAuthentication",
          metadata: { name: "default", namespace: "shop" },
          spec: { mtls: { mode } },
        },
      ];
      const row = [...analyse(objects as KubernetesObject[], { services: true }).rows].find(
        ({ from }) => from.workload === "web",
      );
      return `${row?.bypass.verdict} by ${row?.bypass.because.at(-1)?.kind}`;
    };
    assert.equal(bypass("STRICT"), "blocked by PeerAuthentication");
    assert.equal(bypass("PERMISSIVE"), "open by NetworkPolicy");
  });

  it("is blocked by the database's own list when it does not admit the workloads' addresses", () => {
    const list = (allowList: string[], clientAddresses?: string[]) =>
      bypass([], { allowList }, { clientAddresses }).verdict;
    assert.equal(list(["10.9.0.0/24"], ["10.0.0.0/16"]), "blocked");
    assert.equal(list(["10.0.0.0/8"], ["10.0.0.0/16"]), "open");
    assert.equal(list(["10.0.9.0/24"], ["10.0.0.0/16"]), "unknown");
    assert.equal(list(["10.9.0.0/24"]), "unknown");
    assert.equal(list(["0.0.0.0/0"]), "open");
    assert.equal(list([]), "blocked");
    assert.equal(bypass([egress([])], { allowList: ["0.0.0.0/0"] }).because[0]?.kind, "NetworkPolicy");
  });

  it("names a few of many rules that may decide, and says how many more there are", () => {
    const rules = Array.from({ length: 9 }, (_, index) =>
      policy(`allow-${index}`, {
        podSelector: {},
        policyTypes: ["Egress"],
        egress: [{ to: [{ ipBlock: { cidr: "198.51.0.0/16" } }] }],
      }),
    );
    const { verdict, because } = bypass(rules, { addresses: [] });
    assert.equal(verdict, "unknown");
    assert.equal(because.length, 8);
    assert.match(said(because[3]), /\(and 5 more rules\)$/);
    assert.match(said(because[7]), /\(and 5 more policies\)$/);
  });

  describe("under policies of Calico", () => {
    const everywhere = (name: string, spec: object) =>
      calico("GlobalNetworkPolicy", name, { types: ["Egress"], ...spec });

    it("obeys the first rule that matches, policies in their order", () => {
      const allow = everywhere("allow", {
        order: 10,
        egress: [{ action: "Allow", destination: { nets: ["198.51.100.0/24"] } }],
      });
      const deny = everywhere("deny", { order: 20, egress: [{ action: "Deny" }] });
      assert.equal(bypass([allow, deny]).verdict, "open");
      const first = bypass([{ ...deny, spec: { ...deny.spec, order: 5 } }, allow]);
      assert.equal(first.verdict, "blocked");
      assert.deepEqual([first.because[0]?.name, first.because[0]?.field], ["deny", "spec.egress[0]"]);
    });

    it("puts the policies of Kubernetes at order 1000", () => {
      const allow = (order: number) => everywhere("allow", { order, egress: [{ action: "Allow" }] });
      const deny = (order?: number) => everywhere("deny", { order, egress: [{ action: "Deny" }] });
      assert.equal(bypass([deny(999), egress([{}])]).verdict, "blocked");
      assert.equal(bypass([deny(1001), egress([{}])]).verdict, "open");
      assert.equal(bypass([deny(), egress([{}])]).verdict, "open", "no order is last");
      assert.equal(bypass([allow(2000), egress([])]).verdict, "open", "no rule of Kubernetes denies by itself");
    });

    it("cuts off what no rule allows, and frees what a rule passes on", () => {
      assert.equal(bypass([everywhere("some", { egress: [{ action: "Allow", protocol: "UDP" }] })]).verdict, "blocked");
      assert.equal(bypass([everywhere("pass", { egress: [{ action: "Pass" }] })]).verdict, "open");
      assert.equal(bypass([everywhere("log", { egress: [{ action: "Log" }, { action: "Allow" }] })]).verdict, "open");
    });

    it("hands what a passing tier does not decide to the next", () => {
      const tier = (defaultAction: string) => calico("Tier", "platform", { order: 10, defaultAction });
      const udpOnly = everywhere("udp", { tier: "platform", egress: [{ action: "Allow", protocol: "UDP" }] });
      assert.equal(bypass([tier("Deny"), udpOnly]).verdict, "blocked");
      assert.equal(bypass([tier("Pass"), udpOnly]).verdict, "open");
      assert.equal(bypass([tier("Pass"), udpOnly, egress([])]).verdict, "blocked");
    });

    it("selects endpoints by labels, namespace and service account", () => {
      const selected = (spec: object, objects: unknown[] = []) =>
        bypass([everywhere("deny", spec), ...objects]).verdict === "blocked";
      assert.ok(selected({ selector: "app == 'web'" }));
      assert.ok(!selected({ selector: "app != 'web'" }));
      assert.ok(selected({ selector: "app in {'a', \"web\"} && !has(tier)" }));
      assert.ok(selected({ selector: "has(tier) || (app starts with 'w' && app ends with 'b')" }));
      assert.ok(selected({ selector: "projectcalico.org/namespace == 'shop'" }));
      assert.ok(!selected({ namespaceSelector: "kubernetes.io/metadata.name not in {'shop'}" }));
      assert.ok(selected({ namespaceSelector: "has(kubernetes.io/metadata.name)" }));
      const account = {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: "default", namespace: "shop", labels: { tier: "web" } },
      };
      assert.ok(selected({ serviceAccountSelector: "tier == 'web'" }, [account]));
    });

    it("takes missing types as the stored form or the API does", () => {
      const rules = { egress: [{ action: "Deny" }] };
      const stored = calico("GlobalNetworkPolicy", "p", rules);
      assert.equal(bypass([stored]).verdict, "blocked");
      const onlyIngress = { ingress: [{ action: "Allow" }] };
      assert.equal(bypass([calico("GlobalNetworkPolicy", "p", onlyIngress)]).verdict, "blocked");
      const ofApi = { ...calico("GlobalNetworkPolicy", "p", onlyIngress), apiVersion: "projectcalico.org/v3" };
      assert.equal(bypass([ofApi]).verdict, "open");
    });

    it("limits a namespaced policy to its namespace, as selector and as peer", () => {
      const deny = (inNamespace: string) =>
        calico("NetworkPolicy", "p", { types: ["Egress"], egress: [{ action: "Deny" }] }, inNamespace);
      assert.equal(bypass([deny("shop")]).verdict, "blocked");
      assert.equal(bypass([deny("other")]).verdict, "open");
    });

    it("knows networks by negation, ports and named sets", () => {
      const rule = (destination: object, more: object = {}) =>
        bypass([
          everywhere("p", { egress: [{ action: "Allow", protocol: "TCP", destination, ...more }] }),
          calico("GlobalNetworkSet", "databases", { nets: ["198.51.100.0/28"] }),
          {
            ...calico("GlobalNetworkSet", "labelled", { nets: ["198.51.100.0/28"] }),
            metadata: { name: "labelled", labels: { role: "db" } },
          },
        ]).verdict;
      assert.equal(rule({ notNets: ["198.51.100.0/24"] }), "blocked");
      assert.equal(rule({ ports: ["3300:3310"] }), "open");
      assert.equal(rule({ ports: [3306], notPorts: [3306] }), "blocked");
      assert.equal(rule({ selector: "role == 'db'" }), "open");
      assert.equal(rule({ notSelector: "role == 'db'" }), "blocked");
      assert.equal(rule({}, { protocol: 6 }), "open");
      assert.equal(rule({}, { http: { methods: ["GET"] } }), "unknown", "what is not modelled is not guessed");
    });
  });

  it("gives workloads that no policy distinguishes one function", () => {
    const world = worldOf(namespace("shop"), app("a"), app("b"), app("c"), egress([], { matchLabels: { app: "c" } }));
    const decide = prepareBypass(world, {});
    assert.equal(decide(workload(world, "a")), decide(workload(world, "b")));
    assert.notEqual(decide(workload(world, "a")), decide(workload(world, "c")));
  });
});

describe("who can talk inside the cluster", () => {
  const shop = () => {
    const labels = (app: string) => ({ "app.kubernetes.io/name": app });
    const catalogIn = policy(
      "allow-ui-ingress",
      {
        podSelector: { matchLabels: { app: "catalog" } },
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: [
              {
                namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ui" } },
                podSelector: { matchLabels: labels("ui") },
              },
            ],
          },
        ],
      },
      "catalog",
    );
    const mysqlIn = policy(
      "allow-catalog-ingress",
      {
        podSelector: { matchLabels: { app: "catalog-mysql" } },
        ingress: [{ from: [{ podSelector: { matchLabels: { app: "catalog" } } }], ports: [{ port: 3306 }] }],
      },
      "catalog",
    );
    return worldOf(
      ...["ui", "catalog", "orders"].map((name) => namespace(name)),
      app("ui", "ui", { labels: labels("ui") }),
      app("orders", "orders"),
      app("catalog", "catalog"),
      app("catalog-mysql", "catalog"),
      catalogIn,
      mysqlIn,
    );
  };

  it("lets ui reach catalog and catalog its database, and orders neither", () => {
    const world = shop();
    const talk = (from: string, to: string, port: number) =>
      new Network(world, {}).betweenPods(workload(world, from), workload(world, to), port);
    assert.equal(talk("ui", "catalog", 8080).verdict, "open");
    assert.equal(talk("catalog", "catalog-mysql", 3306).verdict, "open");
    const orders = talk("orders", "catalog", 8080);
    assert.equal(orders.verdict, "blocked");
    assert.equal(
      `${orders.because[0]?.kind} ${orders.because[0]?.namespace}/${orders.because[0]?.name}`,
      "NetworkPolicy catalog/allow-ui-ingress",
    );
    assert.equal(talk("orders", "catalog-mysql", 3306).verdict, "blocked");
    assert.equal(talk("ui", "catalog-mysql", 3306).verdict, "blocked");
  });
});

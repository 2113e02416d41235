import { said } from "../said.js";
import assert from "node:assert/strict";
import { analyse } from "../../analyse.js";
import { change, decidedBy, first, read, recipe, rowOf, verdictOf, without } from "./meshScene.js";

const database = "rm-1.mysql.rds.example.com";
const client = "demo-server/k8s-mysql";
const unlisted = "demo-other/batch";

interface Policy {
  action: string;
}

const denied = recipe("rds");
const allowed = change(denied, "AuthorizationPolicy", "rds", (spec: Policy) => (spec.action = "ALLOW"));

describe("the vendor's recipe for a database behind an egress gateway", () => {
  it("sends the client through the gateway, encrypted to it and known there", () => {
    assert.equal(verdictOf(allowed, client, database), "gateway mutual-tls,own-tls-unknown known");
  });

  it("lets another namespace past the gateway, because the entry is visible to it and the route is not", () => {
    assert.equal(verdictOf(allowed, unlisted, database), "direct own-tls-unknown");
    const fields = rowOf(allowed, unlisted, database).mesh.because.map(({ kind, field }) => `${kind} ${field}`);
    assert.ok(fields.includes("ServiceEntry spec.exportTo"), fields.join("; "));
    assert.ok(fields.includes("VirtualService spec.exportTo"), fields.join("; "));
  });

  it("shows a denied client the handshake packet, because the policy decides at the first byte", () => {
    assert.equal(verdictOf(denied, client, database), "blocked handshake");
    assert.equal(decidedBy(denied, client, database), "AuthorizationPolicy istio-system/rds spec.rules[0]");
  });

  it("shows nothing to a client that the handshake refuses", () => {
    const named = change(allowed, "Gateway", "istio-egressgateway", (spec: GatewaySpec) => {
      first(spec.servers).tls = {
        mode: "ISTIO_MUTUAL",
        subjectAltNames: ["spiffe://cluster.local/ns/demo-server/sa/other"],
      };
    });
    assert.equal(verdictOf(named, client, database), "blocked");
  });

  it("takes any address on the port to the one database", () => {
    const other = { host: "other.mysql.example.com", port: 3306 };
    assert.equal(
      verdictOf(allowed, client, other.host, { databases: [other] }),
      "misrouted mutual-tls,own-tls-unknown known",
    );
    assert.equal(verdictOf(allowed, unlisted, other.host, { databases: [other] }), "misrouted own-tls-unknown");
    const finding = analyse(allowed).findings.find(({ id }) => id === "port-swallowed");
    assert.match(
      said(finding),
      /captures all outbound traffic on port 3306 .* is routed to rm-1\.mysql\.rds\.example\.com/,
    );
  });

  it("ends where an older entry of any namespace says, at the gateway too", () => {
    const older = read(`
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: duplicate, namespace: demo-other, creationTimestamp: "2026-01-01T00:00:00Z" }
spec:
  hosts: [${database}]
  location: MESH_EXTERNAL
  resolution: STATIC
  ports: [{ number: 3306, name: tcp, protocol: TCP }]
  endpoints: [{ address: 203.0.113.99 }]
`);
    const options = { databases: [{ host: database, port: 3306, addresses: ["203.0.113.10"] }] };
    assert.equal(verdictOf(allowed, client, database, options), "gateway mutual-tls,own-tls-unknown known");
    assert.equal(
      verdictOf([...allowed, ...older], client, database, options),
      "misrouted mutual-tls,own-tls-unknown known",
    );
    const same = change(older, "ServiceEntry", "duplicate", (spec: { endpoints: { address: string }[] }) => {
      first(spec.endpoints).address = "203.0.113.10";
    });
    assert.equal(
      verdictOf([...allowed, ...same], client, database, options),
      "gateway mutual-tls,own-tls-unknown known",
    );
  });

  it("finds the way round the sidecar open", () => {
    assert.equal(rowOf(allowed, client, database).bypass.verdict, "open");
    assert.equal(analyse(allowed).summary.bypassable, 1);
  });

  it("is refused everywhere before the entry exists", () => {
    const bare = without(allowed, "ServiceEntry", "demo-server-rds");
    const options = { databases: [{ host: database, port: 3306 }] };
    assert.equal(verdictOf(bare, client, database, options), "blocked");
    assert.equal(decidedBy(bare, client, database, options), "ConfigMap istio-system/istio data.mesh");
  });

  it("refuses other namespaces once the entry is exported to the client's and the gateway's namespace only", () => {
    const scoped = change(allowed, "ServiceEntry", "demo-server-rds", (spec: { exportTo: string[] }) => {
      spec.exportTo = [".", "istio-system"];
    });
    assert.equal(verdictOf(scoped, client, database), "gateway mutual-tls,own-tls-unknown known");
    assert.equal(verdictOf(scoped, unlisted, database), "blocked");
  });

  it("passes unregistered hosts under ALLOW_ANY", () => {
    const bare = without(allowed, "ServiceEntry", "demo-server-rds");
    const options = {
      databases: [{ host: database, port: 3306 }],
      mesh: { outboundTrafficPolicy: "ALLOW_ANY" as const },
    };
    assert.equal(verdictOf(bare, client, database, options), "direct own-tls-unknown");
  });
});

interface GatewaySpec {
  selector: Record<string, string>;
  servers: {
    port: { number: number; protocol: string };
    hosts: string[];
    tls?: { mode: string; subjectAltNames?: string[] };
  }[];
}

interface VirtualServiceSpec {
  exportTo?: string[];
  tcp: {
    match: { port?: number; gateways?: string[]; sourceLabels?: Record<string, string> }[];
    route: { destination: { host: string; subset?: string; port: { number: number } } }[];
  }[];
  tls?: VirtualServiceSpec["tcp"];
}

interface DestinationRuleSpec {
  subsets: {
    name: string;
    trafficPolicy: { portLevelSettings: { port: { number: number }; tls: Record<string, string> }[] };
  }[];
}

describe("the vendor's recipe, broken in one place", () => {
  const gateway = (edit: (spec: GatewaySpec) => void) => change(allowed, "Gateway", "istio-egressgateway", edit);
  const route = (edit: (spec: VirtualServiceSpec) => void) =>
    change(allowed, "VirtualService", "demo-server-through-egress-gateway", edit);
  const rule = (edit: (spec: DestinationRuleSpec) => void) =>
    change(allowed, "DestinationRule", "demo-server-egress-gateway", edit);

  it("is blocked without a subset for the hop", () => {
    const broken = rule((spec) => (first(spec.subsets).name = "another"));
    assert.equal(verdictOf(broken, client, database), "blocked");
    assert.match(decidedBy(broken, client, database), /^DestinationRule .* spec\.subsets$/);
  });

  it("is blocked when the gateway has no server for the SNI", () => {
    const broken = gateway((spec) => (first(spec.servers).hosts = ["another.example.com"]));
    assert.equal(verdictOf(broken, client, database), "blocked");
  });

  it("is blocked when the hop's SNI is the cluster's name and the server has a host of its own", () => {
    const named = gateway((spec) => (first(spec.servers).hosts = [database]));
    assert.equal(verdictOf(named, client, database), "gateway mutual-tls,own-tls-unknown known");
    const broken = change(named, "DestinationRule", "demo-server-egress-gateway", (spec: DestinationRuleSpec) => {
      delete first(first(spec.subsets).trafficPolicy.portLevelSettings).tls.sni;
    });
    assert.equal(verdictOf(broken, client, database), "blocked");
  });

  it("is blocked when the hop has no TLS and the server wants the mesh's", () => {
    const broken = rule(
      (spec) => (first(first(spec.subsets).trafficPolicy.portLevelSettings).tls = { mode: "DISABLE" }),
    );
    assert.equal(verdictOf(broken, client, database), "blocked");
  });

  it("is blocked when the server has no TLS and the hop brings the mesh's", () => {
    const broken = gateway((spec) => {
      delete first(spec.servers).tls;
      first(spec.servers).port.protocol = "TCP";
    });
    assert.equal(verdictOf(broken, client, database), "blocked");
  });

  it("is blocked when a terminating server finds only a tls route", () => {
    const broken = route((spec) => (spec.tls = spec.tcp.splice(1, 1)));
    assert.equal(verdictOf(broken, client, database), "blocked");
  });

  it("is blocked when no pods carry the labels the Gateway selects", () => {
    const broken = gateway((spec) => (spec.selector = { istio: "another" }));
    assert.equal(verdictOf(broken, client, database), "blocked");
  });

  it("is blocked when the gateway does not see the route", () => {
    const broken = route((spec) => (spec.exportTo = ["."]));
    assert.equal(verdictOf(broken, client, database), "blocked");
  });

  it("goes straight to the database when the route's port is another", () => {
    const broken = route((spec) => (first(first(spec.tcp).match).port = 3307));
    assert.equal(verdictOf(broken, client, database), "direct own-tls-unknown");
  });

  it("goes straight to the database when the route is for other labels", () => {
    const broken = route((spec) => (first(first(spec.tcp).match).sourceLabels = { name: "another" }));
    assert.equal(verdictOf(broken, client, database), "direct own-tls-unknown");
  });

  it("follows a namespace's own rule over everyone else's", () => {
    const shadow = read(`
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: all-local, namespace: demo-server }
spec: { host: "*.local", trafficPolicy: { tls: { mode: DISABLE } } }
`);
    // The exact host is more specific than the wildcard, so the wildcard alone shadows nothing here.
    assert.equal(verdictOf([...allowed, ...shadow], client, database), "gateway mutual-tls,own-tls-unknown known");
    const alone = without([...allowed, ...shadow], "DestinationRule", "demo-server-egress-gateway");
    assert.equal(verdictOf(alone, client, database), "blocked");
  });

  it("never merges rules whose exports differ", () => {
    const second = read(`
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: a-first, namespace: demo-server }
spec: { host: istio-egressgateway.istio-system.svc.cluster.local, exportTo: ["."], subsets: [{ name: other }] }
`);
    // The rule without a selector that istiod lists last is the one a proxy takes.
    assert.equal(verdictOf([...second, ...allowed], client, database), "gateway mutual-tls,own-tls-unknown known");
    const later = change(
      [...second, ...allowed],
      "DestinationRule",
      "a-first",
      (_, object) => (object.metadata.name = "z-last"),
    );
    assert.equal(verdictOf(later, client, database), "blocked");
  });

  it("waits for ever when the entry says TLS and the server speaks first", () => {
    const broken = change(allowed, "ServiceEntry", "demo-server-rds", (spec: { ports: { protocol: string }[] }) => {
      first(spec.ports).protocol = "TLS";
    });
    const options = { databases: [{ host: database, port: 3306, protocol: "mysql" }] };
    assert.equal(verdictOf(broken, client, database, options), "blocked");
    assert.equal(
      decidedBy(broken, client, database, options),
      "ServiceEntry demo-server/demo-server-rds spec.ports[0]",
    );
  });

  it("says unknown, not blocked, where an EnvoyFilter changes the gateway", () => {
    const filter = read(`
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: patch, namespace: istio-system }
spec:
  workloadSelector: { labels: { istio: egressgateway } }
  configPatches: [{ applyTo: NETWORK_FILTER, match: { context: GATEWAY }, patch: { operation: MERGE } }]
`);
    assert.equal(verdictOf([...allowed, ...filter], client, database), "unknown");
  });

  it("says unknown for a CUSTOM policy", () => {
    const custom = change(denied, "AuthorizationPolicy", "rds", (spec: Policy) => (spec.action = "CUSTOM"));
    assert.equal(verdictOf(custom, client, database), "unknown");
  });
});

describe("two databases on one port", () => {
  const second = read(`
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: second, namespace: demo-server }
spec:
  hosts: [second.mysql.example.com]
  location: MESH_EXTERNAL
  ports: [{ name: tcp, number: 3306, protocol: TCP }]
  resolution: DNS
`);

  it("end at the first by host when neither has an address", () => {
    const both = [...allowed, ...second];
    assert.equal(verdictOf(both, client, database), "gateway mutual-tls,own-tls-unknown known");
    assert.match(verdictOf(both, client, "second.mysql.example.com"), /^misrouted/);
  });

  it("end at the older one when the cluster knows their ages", () => {
    const aged = [...allowed, ...second].map((object) => {
      const creationTimestamp = object.metadata.name === "second" ? "2026-01-01T00:00:00Z" : "2026-01-01T00:00:01Z";
      return { ...object, metadata: { ...object.metadata, creationTimestamp } };
    });
    assert.match(verdictOf(aged, client, database), /^misrouted/);
    assert.equal(verdictOf(aged, client, "second.mysql.example.com"), "direct own-tls-unknown");
  });

  it("answer for themselves when sidecars answer DNS", () => {
    const options = { mesh: { dnsCapture: true } };
    const both = [...allowed, ...second];
    assert.equal(verdictOf(both, client, database, options), "gateway mutual-tls,own-tls-unknown known");
    assert.equal(verdictOf(both, client, "second.mysql.example.com", options), "direct own-tls-unknown");
  });

  it("are out of reach at addresses that only the mesh knows, unless sidecars answer DNS", () => {
    const virtual = change([...allowed, ...second], "ServiceEntry", "second", (spec: { addresses: string[] }) => {
      spec.addresses = ["240.0.0.1"];
    });
    const alone = without(virtual, "ServiceEntry", "demo-server-rds");
    assert.equal(verdictOf(alone, client, "second.mysql.example.com"), "blocked");
    assert.equal(
      verdictOf(alone, client, "second.mysql.example.com", { mesh: { dnsCapture: true } }),
      "direct own-tls-unknown",
    );
  });
});

describe("the community's recipes for an external MongoDB", () => {
  const ratings = "bookinfo/ratings-v2";
  const modes: [string, string, string[], string][] = [
    ["direct by address", "my-mongo.tcp.svc", ["bookinfo-tcp-direct"], "direct own-tls-unknown"],
    [
      "through the gateway in plaintext",
      "my-mongo.tcp.svc",
      ["bookinfo-tcp-direct", "bookinfo-tcp-gateway"],
      "gateway own-tls-unknown,own-tls-unknown",
    ],
    [
      "through the gateway in mutual TLS",
      "my-mongo.tcp.svc",
      ["bookinfo-tcp-direct", "bookinfo-tcp-gateway-mtls"],
      "gateway mutual-tls,own-tls-unknown known",
    ],
    ["direct by SNI", "mongo.example.com", ["bookinfo-tls-direct"], "direct tls-passthrough"],
    [
      "through the gateway by SNI",
      "mongo.example.com",
      ["bookinfo-tls-direct", "bookinfo-tls-gateway"],
      "gateway tls-passthrough,tls-passthrough",
    ],
    [
      "by SNI inside mutual TLS",
      "mongo.example.com",
      ["bookinfo-tls-direct", "bookinfo-tls-gateway-mtls"],
      "gateway mutual-tls+tls-passthrough,tls-passthrough known",
    ],
  ];
  for (const [name, host, files, expected] of modes) {
    it(`go ${name}`, () => {
      assert.equal(verdictOf(recipe("bookinfo", ...files), ratings, host), expected);
    });
  }

  it("never match an identity where the gateway sees no certificate", () => {
    const policy = read(`
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ratings, namespace: istio-system }
spec: { selector: { matchLabels: { istio: egressgateway } }, rules: [{ from: [{ source: { namespaces: [bookinfo] } }] }] }
`);
    const plain = [...recipe("bookinfo", "bookinfo-tcp-direct", "bookinfo-tcp-gateway"), ...policy];
    const mutual = [...recipe("bookinfo", "bookinfo-tcp-direct", "bookinfo-tcp-gateway-mtls"), ...policy];
    assert.equal(verdictOf(plain, ratings, "my-mongo.tcp.svc"), "blocked");
    assert.equal(verdictOf(mutual, ratings, "my-mongo.tcp.svc"), "gateway mutual-tls,own-tls-unknown known");
  });

  it("let a workload without a sidecar go as it likes", () => {
    const objects = recipe("bookinfo", "bookinfo-tls-direct", "bookinfo-tls-gateway");
    assert.equal(verdictOf(objects, "bookinfo/bare", "mongo.example.com"), "direct tls-passthrough");
  });
});

describe("what goes past a sidecar or ends elsewhere", () => {
  it("is direct where the pod excludes the port", () => {
    const past = change(allowed, "Deployment", "k8s-mysql", (spec: { template: { metadata: object } }) => {
      Object.assign(spec.template.metadata, {
        annotations: { "traffic.sidecar.istio.io/excludeOutboundPorts": "3306" },
      });
    });
    assert.equal(verdictOf(past, client, database), "direct own-tls-unknown");
    assert.equal(verdictOf(past, client, database, { mesh: { dnsCapture: true } }), "blocked");
  });

  it("is blocked when the hop expects another identity than the gateway's", () => {
    const objects = recipe("bookinfo", "bookinfo-tcp-direct", "bookinfo-tcp-gateway-mtls");
    const naming = (name: string) =>
      change(objects, "DestinationRule", "egressgateway-for-mongo", (spec: DestinationRuleSpec) => {
        const setting = first(first(spec.subsets).trafficPolicy.portLevelSettings);
        Object.assign(setting.tls, { subjectAltNames: [name] });
      });
    const right = naming("spiffe://cluster.local/ns/istio-system/sa/istio-egressgateway");
    assert.equal(
      verdictOf(right, "bookinfo/ratings-v2", "my-mongo.tcp.svc"),
      "gateway mutual-tls,own-tls-unknown known",
    );
    const wrong = naming("spiffe://cluster.local/ns/istio-system/sa/another");
    assert.equal(verdictOf(wrong, "bookinfo/ratings-v2", "my-mongo.tcp.svc"), "blocked");
  });

  it("reaches the address dialled where an entry resolves nothing", () => {
    const open = change(
      allowed,
      "ServiceEntry",
      "demo-server-rds",
      (spec: { resolution: string; endpoints?: unknown }) => {
        spec.resolution = "NONE";
        delete spec.endpoints;
      },
    );
    const other = { host: "other.mysql.example.com", port: 3306 };
    assert.equal(verdictOf(open, unlisted, other.host, { databases: [other] }), "direct own-tls-unknown");
    // Behind the gateway the same entry leads the gateway to itself.
    assert.equal(verdictOf(open, client, database), "blocked");
  });
});

describe("a gateway that asks for no certificate", () => {
  const rules = (objects: ReturnType<typeof recipe>) => analyse(objects).findings.map(({ id }) => id);

  it("is named, because a process past its sidecar needs none to use it", () => {
    const [finding] = analyse(recipe("bookinfo", "bookinfo-tls-direct", "bookinfo-tls-gateway")).findings.filter(
      ({ id }) => id === "anonymous-server",
    );
    assert.deepEqual(finding?.args["hosts"], ["mongo.example.com"]);
    assert.equal(finding.args["port"], 8443, "the port that the pods listen on, not their Service's");
  });

  it("is not named where the handshake asks for one", () => {
    assert.ok(
      !rules(recipe("bookinfo", "bookinfo-tls-direct", "bookinfo-tls-gateway-mtls")).includes("anonymous-server"),
    );
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { parseManifests } from "../../input/parse.js";
import { textOf } from "../../messages/index.js";

const policy = (spec: object, more: object = {}) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "p", namespace: "shop" },
  spec,
  ...more,
});
const read = (object: object) => {
  const { objects, problems } = parseManifests(JSON.stringify(object), "p.yaml");
  return {
    kept: objects.length,
    faults: problems.map(({ args }) => [String(args.field), textOf(args.reason as never)]),
  };
};
const from = (peer: object | null) => policy({ podSelector: {}, ingress: [{ from: [peer] }] });
const ports = (port: object | null) => policy({ podSelector: {}, egress: [{ ports: [port] }] });
const label = (key: string, value: unknown) => policy({ podSelector: { matchLabels: { [key]: value } } });
const expression = (one: object) => policy({ podSelector: { matchExpressions: [one] } });

const refused: [what: string, object: object, field: string, reason: RegExp][] = [
  [
    "a block that is none",
    from({ ipBlock: { cidr: "10.0.0.300/8" } }),
    "spec.ingress[0].from[0].ipBlock.cidr",
    /not a valid address block/,
  ],
  [
    "a block without length",
    from({ ipBlock: { cidr: "10.0.0.1" } }),
    "spec.ingress[0].from[0].ipBlock.cidr",
    /not a valid/,
  ],
  ["no block", from({ ipBlock: {} }), "spec.ingress[0].from[0].ipBlock.cidr", /not a valid/],
  [
    "an exception that is no block",
    from({ ipBlock: { cidr: "10.0.0.0/8", except: ["x"] } }),
    "spec.ingress[0].from[0].ipBlock.except[0]",
    /not a valid/,
  ],
  [
    "an exception outside",
    from({ ipBlock: { cidr: "10.0.0.0/8", except: ["192.168.0.0/16"] } }),
    "spec.ingress[0].from[0].ipBlock.except[0]",
    /inside it/,
  ],
  [
    "an exception that is everything",
    from({ ipBlock: { cidr: "10.0.0.0/8", except: ["10.0.0.0/8"] } }),
    "spec.ingress[0].from[0].ipBlock.except[0]",
    /smaller/,
  ],
  ["an empty peer", from({}), "spec.ingress[0].from[0]", /expected podSelector/],
  ["a peer of nothing", from(null), "spec.ingress[0].from[0]", /expected podSelector/],
  ["a peer whose selector is null", from({ podSelector: null }), "spec.ingress[0].from[0]", /expected podSelector/],
  [
    "a block beside a selector",
    from({ podSelector: {}, ipBlock: { cidr: "10.0.0.0/8" } }),
    "spec.ingress[0].from[0]",
    /either ipBlock/,
  ],
  [
    "a protocol in lower case",
    ports({ protocol: "tcp", port: 1 }),
    "spec.egress[0].ports[0].protocol",
    /one of TCP, UDP, SCTP/,
  ],
  ["a port above the last", ports({ port: 70_000 }), "spec.egress[0].ports[0].port", /1 to 65535/],
  ["port 0", ports({ port: 0 }), "spec.egress[0].ports[0].port", /1 to 65535/],
  ["a quoted port", ports({ port: "5432" }), "spec.egress[0].ports[0].port", /write 5432 without quotes/],
  ["a port's name with capitals", ports({ port: "Http" }), "spec.egress[0].ports[0].port", /not a valid port name/],
  [
    "a port's name that is too long",
    ports({ port: "a-name-of-16-chars" }),
    "spec.egress[0].ports[0].port",
    /not a valid port name/,
  ],
  ["half a port", ports({ port: 54.5 }), "spec.egress[0].ports[0].port", /expected integer or text/],
  ["endPort alone", ports({ endPort: 6000 }), "spec.egress[0].ports[0].endPort", /needs a port/],
  ["endPort of a name", ports({ port: "sql", endPort: 6000 }), "spec.egress[0].ports[0].endPort", /not a port name/],
  ["endPort below port", ports({ port: 6000, endPort: 5999 }), "spec.egress[0].ports[0].endPort", /at least 6000/],
  ["endPort above the last", ports({ port: 6000, endPort: 66_000 }), "spec.egress[0].ports[0].endPort", /1 to 65535/],
  [
    "ports as a mapping",
    policy({ podSelector: {}, ingress: [{ ports: { port: 1 } }] }),
    "spec.ingress[0].ports",
    /expected a list, found a mapping/,
  ],
  [
    "a rule as a list",
    policy({ podSelector: {}, ingress: [[]] }),
    "spec.ingress[0]",
    /expected a mapping, found a list/,
  ],
  [
    "a misspelt key of a peer",
    from({ podSelectors: {} }),
    "spec.ingress[0].from[0].podSelectors",
    /did you mean podSelector\?/,
  ],
  ["from in egress", policy({ podSelector: {}, egress: [{ from: [] }] }), "spec.egress[0].from", /no such field/],
  [
    "a misspelt key of the spec",
    policy({ podSelector: {}, policyType: ["Ingress"] }),
    "spec.policyType",
    /did you mean policyTypes\?/,
  ],
  ["a key beside the spec", policy({}, { specs: {} }), "specs", /did you mean spec\?/],
  [
    "an unknown type",
    policy({ podSelector: {}, policyTypes: ["ingress"] }),
    "spec.policyTypes[0]",
    /one of Ingress, Egress/,
  ],
  [
    "three types",
    policy({ podSelector: {}, policyTypes: ["Ingress", "Egress", "Ingress"] }),
    "spec.policyTypes",
    /at most/,
  ],
  [
    "a label's value that can be none",
    label("app", "$web"),
    'spec.podSelector.matchLabels["app"]',
    /not a valid label value/,
  ],
  [
    "a label's value that is a number",
    label("app", 5),
    'spec.podSelector.matchLabels["app"]',
    /expected text, found 5/,
  ],
  [
    "a label's value that is too long",
    label("app", "x".repeat(64)),
    'spec.podSelector.matchLabels["app"]',
    /not a valid label value/,
  ],
  ["a label's key that can be none", label("a b", "x"), "spec.podSelector.matchLabels", /not a valid label key/],
  ["a label's prefix that can be none", label("A/b", "x"), "spec.podSelector.matchLabels", /not a valid label key/],
  [
    "an operator that does not exist",
    expression({ key: "a", operator: "in", values: ["x"] }),
    "spec.podSelector.matchExpressions[0].operator",
    /one of In, NotIn/,
  ],
  [
    "In without values",
    expression({ key: "a", operator: "In" }),
    "spec.podSelector.matchExpressions[0].values",
    /needs at least one/,
  ],
  [
    "Exists with values",
    expression({ key: "a", operator: "Exists", values: ["x"] }),
    "spec.podSelector.matchExpressions[0].values",
    /takes no values/,
  ],
  [
    "a value of an expression",
    expression({ key: "a", operator: "In", values: ["-"] }),
    "spec.podSelector.matchExpressions[0].values[0]",
    /not a valid label value/,
  ],
];

const accepted: [what: string, object: object][] = [
  ["nothing but a selector", policy({ podSelector: {} })],
  ["no spec", policy({}, { spec: null })],
  ["rules that are null", policy({ podSelector: null, ingress: null, egress: [{ to: null, ports: null }] })],
  ["empty rules", policy({ podSelector: {}, ingress: [], egress: [{}] })],
  ["a block with an address's low bits", from({ ipBlock: { cidr: "10.0.0.1/8", except: ["10.1.2.3/16"] } })],
  ["a block with leading zeros", from({ ipBlock: { cidr: "010.0.0.0/8" } })],
  ["a block of IPv6", from({ ipBlock: { cidr: "2001:db8::/32", except: ["2001:db8:1::/48"] } })],
  ["a block that is not known yet", from({ ipBlock: { cidr: "${address:orders}" } })],
  ["selectors of both kinds", from({ podSelector: {}, namespaceSelector: {} })],
  ["a port without number", ports({ protocol: "SCTP" })],
  ["a named port", ports({ port: "http-8080" })],
  ["a range of one", ports({ port: 1, endPort: 1 })],
  ["an empty label value", label("example.com/app", "")],
  ["a status", policy({ podSelector: {} }, { status: {} })],
];

describe("a NetworkPolicy that the API server refuses", () => {
  for (const [what, object, field, reason] of refused) {
    it(`is refused for ${what}`, () => {
      const { kept, faults } = read(object);
      assert.equal(kept, 0);
      assert.deepEqual(
        faults.map(([at]) => at),
        [field],
      );
      assert.match(faults[0]?.[1] ?? "", reason);
    });
  }

  it("has every fault reported at once, with its field, and leaves the others alone", () => {
    const spec = { podSelector: {}, ingress: [{ from: [{}], ports: [{ port: "1" }, { protocol: "tcp" }] }] };
    const list = { apiVersion: "v1", kind: "List", items: [policy(spec), policy({ podSelector: {} })] };
    const { kept, faults } = read(list);
    assert.equal(kept, 1);
    assert.equal(faults.length, 3);
  });

  it("is never refused for rules that the API accepts", () => {
    for (const [what, object] of accepted) assert.deepEqual(read(object), { kept: 1, faults: [] }, what);
  });

  it("is refused or read without a crash, whatever stands in its fields (property)", () => {
    const names = [
      "podSelector",
      "matchLabels",
      "ingress",
      "from",
      "to",
      "ports",
      "port",
      "ipBlock",
      "cidr",
      "except",
      "key",
    ];
    const key = fc.constantFrom(...names);
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom<unknown>(null, 1, "1", "x", true, "10.0.0.0/8"),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(key, tie("value"), { maxKeys: 3 }),
      ),
    }));
    fc.assert(fc.property(value, (spec) => read(policy(spec as object)).kept <= 1));
  });
});

describe("other objects that the API server refuses", () => {
  const pod = (container: object, more: object = {}) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "shop" },
    spec: { containers: [container], ...more },
  });
  const deployment = (template: object) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "d", namespace: "shop" },
    spec: { template },
  });
  const service = (spec: object) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "s", namespace: "shop" },
    spec,
  });

  it("are left out, and the field is named", () => {
    const cases: [object, string][] = [
      [pod({ name: "c", ports: { containerPort: 80 } }), "spec.containers[0].ports"],
      [pod({ name: "c", ports: [{ containerPort: "80" }] }), "spec.containers[0].ports[0].containerPort"],
      [pod({ name: "c", ports: [{ containerPort: 0 }] }), "spec.containers[0].ports[0].containerPort"],
      [pod({ name: "c", ports: [{ containerPort: 80, protocol: "tcp" }] }), "spec.containers[0].ports[0].protocol"],
      [pod({ name: "c" }, { hostNetwork: "yes" }), "spec.hostNetwork"],
      [deployment({ metadata: { labels: ["app"] } }), "spec.template.metadata.labels"],
      [deployment({ metadata: { labels: { version: 1 } } }), 'spec.template.metadata.labels["version"]'],
      [deployment({ spec: { containers: {} } }), "spec.template.spec.containers"],
      [service({ ports: { port: 80 } }), "spec.ports"],
      [service({ ports: [{ port: "80" }] }), "spec.ports[0].port"],
      [service({ ports: [{ targetPort: 80 }] }), "spec.ports[0].port"],
      [service({ ports: [{ port: 80, targetPort: "8080" }] }), "spec.ports[0].targetPort"],
      [service({ selector: { app: 1 }, ports: [{ port: 80 }] }), 'spec.selector["app"]'],
    ];
    for (const [object, field] of cases) {
      const { kept, faults } = read(object);
      assert.deepEqual([kept, faults.map(([at]) => at)], [0, [field]]);
    }
  });
});

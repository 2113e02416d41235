import { databases } from "../base.js";
import type { Loose } from "../draft.js";
import {
  another,
  find,
  gatewayNamespace,
  gatewaySelector,
  throughGateway,
  onDatabase,
  type Operator,
} from "./operator.js";

const policy = (change: Parameters<typeof onDatabase>[3]): Operator =>
  onDatabase("AuthorizationPolicy", throughGateway, ({ name }) => `egressgateway-${name}`, change);
const rule = (spec: Loose): Loose => spec.rules[0];

const sources: readonly Loose[] = [
  { principals: ["cluster.local/ns/shop/sa/browser"] },
  { principals: ["*"] },
  { principals: ["*/sa/keeper"] },
  { principals: ["cluster.local/ns/shop/*"] },
  { namespaces: ["depot"] },
  { namespaces: ["shop", "depot"] },
  { notNamespaces: ["depot"] },
  { notPrincipals: ["cluster.local/ns/shop/sa/buyer"] },
  { serviceAccounts: ["shop/browser"] },
  { ipBlocks: ["10.244.0.0/16"] },
  { notIpBlocks: ["10.244.0.0/16"] },
  { requestPrincipals: ["*"] },
];

/** Fields that mean nothing to a byte stream. */
const httpOnly: readonly Loose[] = [{ methods: ["GET"] }, { paths: ["/"] }, { hosts: ["*"] }];

/** Who may: policies on the gateway and above it. */
export const authorization: readonly Operator[] = [
  policy((draft, object, _, random) => {
    const source = random.pick(sources);
    draft.edit(`from ${JSON.stringify(source)}`, object, (spec) => (rule(spec).from = [{ source }]));
  }),
  policy((draft, object, _, random) => {
    const source = random.pick(sources);
    draft.edit(`from ${JSON.stringify(source)} too`, object, (spec) => {
      rule(spec).from = [...(rule(spec).from ?? []), { source }];
    });
  }),
  policy((draft, object) => draft.edit("from anybody", object, (spec) => delete rule(spec).from)),
  policy((draft, object, database, random) => {
    const { host } = another(random, database);
    draft.edit(`SNI ${host}`, object, (spec) => (rule(spec).when = [{ key: "connection.sni", values: [host] }]));
  }),
  policy((draft, object, { host }, random) => {
    const values = random.pick([["*"], [`*${host.slice(3)}`], [`${host.slice(0, 5)}*`]]);
    draft.edit(`SNI ${values.join()}`, object, (spec) => (rule(spec).when = [{ key: "connection.sni", values }]));
  }),
  policy((draft, object) => draft.edit("no SNI", object, (spec) => delete rule(spec).when)),
  policy((draft, object, { host }) =>
    draft.edit("all but this SNI", object, (spec) => {
      rule(spec).when = [{ key: "connection.sni", notValues: [host] }];
    }),
  ),
  policy((draft, object, _, random) => {
    const ports = random.pick([["15444"], ["3306"], ["15443", "15500"]]);
    draft.edit(`ports ${ports.join()}`, object, (spec) => (rule(spec).to = [{ operation: { ports } }]));
  }),
  policy((draft, object) => draft.edit("DENY", object, (spec) => (spec.action = "DENY"))),
  policy((draft, object) => draft.edit("AUDIT", object, (spec) => (spec.action = "AUDIT"))),
  policy((draft, object, _, random) => {
    const field = random.pick(httpOnly);
    const action = random.pick(["ALLOW", "DENY"]);
    draft.edit(`${action} with ${JSON.stringify(field)}`, object, (spec) => {
      spec.action = action;
      rule(spec).to = (rule(spec).to ?? [{ operation: {} }]).map(({ operation }: Loose) => ({
        operation: { ...operation, ...field },
      }));
    });
  }),
  policy((draft, object) => draft.remove(object)),
  policy((draft, object) =>
    draft.edit("dry run", object, (_, { metadata }) => {
      metadata.annotations = { "istio.io/dry-run": "true" };
    }),
  ),
  policy((draft, object) =>
    draft.edit("of other pods", object, (spec) => (spec.selector = { matchLabels: { istio: "other" } })),
  ),
  (draft) => {
    const nothing = find(draft, "AuthorizationPolicy", gatewayNamespace, "egressgateway-allow-nothing");
    if (nothing) draft.remove(nothing);
  },
  (draft, random) => {
    const namespace = random.pick([gatewayNamespace, "istio-system", "shop"]);
    draft.add("DENY by namespace", {
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: { name: "deny", namespace },
      spec: {
        action: "DENY",
        ...(namespace === gatewayNamespace ? { selector: { matchLabels: gatewaySelector } } : {}),
        rules: [{ from: [{ source: random.pick([{ namespaces: ["depot"] }, { notNamespaces: ["shop"] }]) }] }],
      },
    });
  },
  (draft, random) => {
    draft.add("allows everything", {
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: { name: "everything", namespace: random.pick([gatewayNamespace, "istio-system", "shop"]) },
      spec: { rules: [{}] },
    });
  },
  (draft, random) => {
    draft.add("allows nothing", {
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: { name: "nothing", namespace: random.pick([gatewayNamespace, "istio-system", "unlisted"]) },
      spec: {},
    });
  },
];

/** What servers' proxies take, and what proxies import. */
export const peersAndScopes: readonly Operator[] = [
  (draft, random) => {
    const mode = random.pick(["DISABLE", "PERMISSIVE", "STRICT"]);
    draft.add(mode, {
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata: { name: "gateway", namespace: random.pick([gatewayNamespace, "shop"]) },
      spec: { mtls: { mode } },
    });
  },
  (draft, random) => {
    const hosts = random.pick([
      ["./*"],
      ["./*", `${gatewayNamespace}/*`],
      [`${gatewayNamespace}/${random.pick(databases).host}`],
      [`${gatewayNamespace}/egressgateway.${gatewayNamespace}.svc.cluster.local`],
      ["*/*"],
      ["~/*"],
    ]);
    const mode = random.pick([undefined, "ALLOW_ANY", "REGISTRY_ONLY"]);
    const only = random.pick([undefined, { app: "buyer" }]);
    draft.add(`imports ${hosts.join()}, ${mode ?? "the mesh's policy"}`, {
      apiVersion: "networking.istio.io/v1",
      kind: "Sidecar",
      metadata: { name: "scope", namespace: random.pick(["shop", "depot", "unlisted"]) },
      spec: {
        ...(only ? { workloadSelector: { labels: only } } : {}),
        egress: [{ hosts }],
        ...(mode ? { outboundTrafficPolicy: { mode } } : {}),
      },
    });
  },
  (draft, random) => {
    draft.add("outbound policy ALLOW_ANY", {
      apiVersion: "networking.istio.io/v1",
      kind: "Sidecar",
      metadata: { name: "default", namespace: random.pick(["istio-system", "shop", "unlisted"]) },
      spec: { outboundTrafficPolicy: { mode: "ALLOW_ANY" } },
    });
  },
  (draft, random) => {
    const port = random.pick([3306, 443]);
    draft.add(`port ${port} by a listener of its own`, {
      apiVersion: "networking.istio.io/v1",
      kind: "Sidecar",
      metadata: { name: "by-port", namespace: random.pick(["shop", "depot"]) },
      spec: {
        egress: [
          { port: { number: port, name: "tcp", protocol: "TCP" }, hosts: [`${gatewayNamespace}/*`] },
          { hosts: ["istio-system/*"] },
        ],
      },
    });
  },
];

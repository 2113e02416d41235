import { databases } from "../base.js";
import type { Loose } from "../draft.js";
import {
  another,
  gatewayNamespace,
  gatewaySelector,
  throughGateway,
  mutual,
  onDatabase,
  ownName,
  type Operator,
} from "./operator.js";

const onGateway = (change: Parameters<typeof onDatabase>[3]): Operator =>
  onDatabase("Gateway", throughGateway, ownName, change);
const server = (spec: Loose): Loose => spec.servers[0];

/** What the gateway listens for. */
export const gateway: readonly Operator[] = [
  onGateway((draft, object) => draft.edit("port off by one", object, (spec) => (server(spec).port.number += 1))),
  onGateway((draft, object, database, random) => {
    const { host } = another(random, database);
    draft.edit(`host ${host}`, object, (spec) => (server(spec).hosts = [host]));
  }),
  onGateway((draft, object) => draft.edit("any host", object, (spec) => (server(spec).hosts = ["*"]))),
  onGateway((draft, object, { host }, random) => {
    const from = random.pick([".", "shop", gatewayNamespace, "*"]);
    draft.edit(`routes from ${from} only`, object, (spec) => (server(spec).hosts = [`${from}/${host}`]));
  }),
  onGateway((draft, object) =>
    draft.edit("of other pods", object, (spec) => (spec.selector = { istio: "ingressgateway" })),
  ),
  onGateway((draft, object) =>
    draft.edit("of pods with a further label", object, (spec) => (spec.selector = { ...spec.selector, tier: "one" })),
  ),
  onGateway((draft, object, _, random) => {
    const mode = random.pick(["PASSTHROUGH", "ISTIO_MUTUAL"]);
    draft.edit(`mode ${mode}`, object, (spec) => (server(spec).tls = { mode }));
  }),
  onGateway((draft, object) =>
    draft.edit("plain TCP", object, (spec) => {
      delete server(spec).tls;
      server(spec).port.protocol = "TCP";
    }),
  ),
  onGateway((draft, object, _, random) => {
    const names = random.pick([
      ["spiffe://cluster.local/ns/shop/sa/browser"],
      ["spiffe://cluster.local/ns/shop/sa/buyer", "spiffe://cluster.local/ns/depot/sa/keeper"],
      ["spiffe://other.domain/ns/shop/sa/buyer"],
      ["spiffe://cluster.local/ns/shop/*"],
    ]);
    draft.edit(`subjectAltNames ${names.join(", ")}`, object, (spec) => {
      if (server(spec).tls?.mode === "ISTIO_MUTUAL") server(spec).tls.subjectAltNames = names;
    });
  }),
  onGateway((draft, object) =>
    draft.edit("no subjectAltNames", object, (spec) => delete server(spec).tls?.subjectAltNames),
  ),
  onGateway((draft, object) => draft.remove(object)),
  (draft, random) => {
    const namespace = random.pick(["shop", "unlisted", gatewayNamespace]);
    const { name, host } = random.pick(mutual);
    const hosts = random.pick([[host], ["*"], ["*.mysql.rds.aliyuncs.com"]]);
    const mode = random.pick(["ISTIO_MUTUAL", "PASSTHROUGH"]);
    draft.add(`port 15443, ${hosts.join()}, ${mode}`, {
      apiVersion: "networking.istio.io/v1",
      kind: "Gateway",
      metadata: { name: `aa-competing-${name}`, namespace },
      spec: {
        selector: gatewaySelector,
        servers: [{ port: { number: 15443, name: "tls-competing", protocol: "TLS" }, hosts, tls: { mode } }],
      },
    });
  },
  (draft, random) => {
    const number = random.pick([15443, 15500]);
    draft.add(`plain TCP on port ${number}`, {
      apiVersion: "networking.istio.io/v1",
      kind: "Gateway",
      metadata: { name: random.pick(["aa-plain", "zz-plain"]), namespace: gatewayNamespace },
      spec: {
        selector: gatewaySelector,
        servers: [{ port: { number, name: "tcp-plain", protocol: "TCP" }, hosts: [random.pick(databases).host] }],
      },
    });
  },
];

const gatewayServices = ["egressgateway", "egressgateway-vault"];

/** The Services in front of the gateway's pods. */
export const service: readonly Operator[] = [
  (draft, random) => {
    const name = random.pick(gatewayServices);
    const object = draft.ofKind("Service").find(({ metadata }) => metadata.name === name);
    if (!object) return;
    random.pick<() => void>([
      () => draft.edit("port off by one", object, (spec) => (spec.ports[0].port += 1)),
      () => draft.edit("target port off by one", object, (spec) => (spec.ports[0].targetPort += 1)),
      () => draft.edit("selects nothing", object, (spec) => (spec.selector = { istio: "other" })),
      () => draft.edit("port named for HTTP", object, (spec) => (spec.ports[0].name = "http-web")),
      () =>
        draft.edit("shown to nobody else", object, (_, { metadata }) => {
          metadata.annotations = { "networking.istio.io/exportTo": random.pick([".", "shop"]) };
        }),
    ])();
  },
];

import {
  another,
  gatewayHost,
  gatewayNamespace,
  throughGateway,
  onDatabase,
  ownName,
  type Operator,
} from "./operator.js";
import type { Loose } from "../draft.js";

const route = (change: Parameters<typeof onDatabase>[3]): Operator =>
  onDatabase("VirtualService", throughGateway, ownName, change);

/** Routes of both legs, whichever of the two lists they are in. */
const routesOf = (spec: Loose): Loose[] => [...(spec.tls ?? []), ...(spec.tcp ?? [])];
const meshLeg = (spec: Loose): Loose => routesOf(spec)[0];
const gatewayLeg = (spec: Loose): Loose => routesOf(spec)[1];

/** The route to the gateway and on from it. */
export const virtualService: readonly Operator[] = [
  route((draft, object) => draft.edit("mesh port off by one", object, (spec) => (meshLeg(spec).match[0].port += 1))),
  route((draft, object) =>
    draft.edit("gateway port off by one", object, (spec) => (gatewayLeg(spec).match[0].port += 1)),
  ),
  route((draft, object) => draft.edit("no mesh port", object, (spec) => delete meshLeg(spec).match[0].port)),
  route((draft, object) => draft.edit("no gateway port", object, (spec) => delete gatewayLeg(spec).match[0].port)),
  route((draft, object) =>
    draft.edit("destination port off by one", object, (spec) => (meshLeg(spec).route[0].destination.port.number += 1)),
  ),
  route((draft, object) =>
    draft.edit("database port off by one", object, (spec) => (gatewayLeg(spec).route[0].destination.port.number += 1)),
  ),
  route((draft, object) =>
    draft.edit("another subset", object, (spec) => (meshLeg(spec).route[0].destination.subset = "missing")),
  ),
  route((draft, object) => draft.edit("no subset", object, (spec) => delete meshLeg(spec).route[0].destination.subset)),
  route((draft, object, database, random) => {
    const { host, port } = another(random, database);
    draft.edit(`gateway leg to ${host}`, object, (spec) => {
      gatewayLeg(spec).route[0].destination = { host, port: { number: port } };
    });
  }),
  route((draft, object) => draft.edit("not for the mesh", object, (spec) => (spec.gateways = spec.gateways.slice(1)))),
  route((draft, object) =>
    draft.edit("not for the gateway", object, (spec) => (spec.gateways = spec.gateways.slice(0, 1))),
  ),
  route((draft, object) =>
    draft.edit("without the mesh leg", object, (spec) => {
      if (spec.tls) spec.tls = spec.tls.slice(1);
      else spec.tcp = spec.tcp.slice(1);
    }),
  ),
  route((draft, object) =>
    draft.edit("legs in the other order", object, (spec) => {
      for (const list of ["tcp", "tls"]) spec[list]?.reverse();
    }),
  ),
  route((draft, object, database, random) => {
    const namespace = random.pick(["shop", "depot", "unlisted"]);
    draft.edit(`mesh leg for ${namespace} only`, object, (spec) => {
      if (spec.tcp) meshLeg(spec).match[0].sourceNamespace = namespace;
      else meshLeg(spec).match[0].sourceNamespace = namespace;
    });
  }),
  route((draft, object, database, random) => {
    const app = random.pick(["buyer", "browser", "keeper"]);
    draft.edit(`mesh leg for app ${app} only`, object, (spec) => (meshLeg(spec).match[0].sourceLabels = { app }));
  }),
  route((draft, object, { host }) =>
    draft.edit("routes by SNI on the mesh leg", object, (spec) => {
      if (!spec.tcp || spec.tls) return;
      const [mesh, ...rest] = spec.tcp;
      mesh.match[0].sniHosts = [host];
      spec.tls = [mesh];
      spec.tcp = rest;
    }),
  ),
  route((draft, object, { host }) =>
    draft.edit("routes by SNI on the gateway leg", object, (spec) => {
      const tcp = spec.tcp?.[1];
      if (!tcp) return;
      tcp.match[0].sniHosts = [host];
      spec.tls = [...(spec.tls ?? []), tcp];
      spec.tcp = spec.tcp.slice(0, 1);
    }),
  ),
  route((draft, object, database, random) => {
    const { host } = another(random, database);
    draft.edit(`also of ${host}`, object, (spec) => spec.hosts.push(host));
  }),
  route((draft, object, database, random) => {
    const { host } = another(random, database);
    draft.edit(`SNI ${host}`, object, (spec) => {
      for (const { match } of spec.tls ?? []) match[0].sniHosts = [host];
    });
  }),
  route((draft, object, { name }, random) => {
    const gateway = random.pick(throughGateway.filter((one) => one.name !== name)).name;
    draft.edit(`of gateway ${gateway}`, object, (spec) => {
      spec.gateways = ["mesh", `${gatewayNamespace}/${gateway}`];
      gatewayLeg(spec).match[0].gateways = [`${gatewayNamespace}/${gateway}`];
    });
  }),
  route((draft, object) => draft.remove(object)),
  (draft, random) => {
    const { name, host, port, speaks } = random.pick(throughGateway);
    const namespace = random.pick(["shop", "depot", "unlisted"]);
    const to = random.pick(throughGateway);
    const exportTo = random.pick([undefined, ["."], ["*"]]);
    const match = speaks === "https" ? [{ port, sniHosts: [host] }] : [{ port }];
    const list = speaks === "https" ? "tls" : "tcp";
    draft.add(`${host} to ${to.host}`, {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: { name: `competing-${name}`, namespace },
      spec: {
        hosts: [host],
        ...(exportTo ? { exportTo } : {}),
        [list]: [{ match, route: [{ destination: { host: to.host, port: { number: to.port } } }] }],
      },
    });
  },
  (draft, random) => {
    const { name, host, port } = random.pick(throughGateway);
    draft.add(`${host} straight to the gateway without a subset`, {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: { name: `plain-${name}`, namespace: random.pick(["shop", "depot"]) },
      spec: {
        hosts: [host],
        exportTo: ["."],
        tcp: [{ match: [{ port }], route: [{ destination: { host: gatewayHost, port: { number: 15443 } } }] }],
      },
    });
  },
];

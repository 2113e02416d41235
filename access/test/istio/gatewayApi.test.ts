import { said } from "../said.js";
import assert from "node:assert/strict";
import { checkGrid, closed, entry } from "./grid.js";
import { read, recipe, rowOf } from "./meshScene.js";

const database = "rm-1.mysql.rds.example.com";
const client = "demo-server/k8s-mysql";

const route = (parent: string) =>
  read(`
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TCPRoute
metadata: { name: elsewhere, namespace: demo-server }
spec:
  parentRefs: [${parent}]
`);

describe("A route of the Gateway API", () => {
  it("makes the host it is bound to unknown, and never blocked", () => {
    const parent = "{ group: networking.istio.io, kind: ServiceEntry, name: demo-server-rds }";
    const { mesh } = rowOf([...recipe("rds"), ...route(parent)], client, database);
    assert.equal(mesh.verdict, "unknown");
    assert.match(said(mesh.because[0]), /routes of the Gateway API/);
  });

  it("changes nothing for other hosts", () => {
    const parent = "{ group: networking.istio.io, kind: ServiceEntry, name: another }";
    assert.notEqual(rowOf([...recipe("rds"), ...route(parent)], client, database).mesh.verdict, "unknown");
  });
});

describe("gateways of the Gateway API", () => {
  const gateway = (listener: string, more = "", place = "istio-system") =>
    `{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: out, namespace: ${place}}, spec: {gatewayClassName: istio, ${more} listeners: [${listener}]}}\n---\n`;
  const through = (kind: string, place = "istio-system", parent = "{name: out, namespace: istio-system}") =>
    `{apiVersion: gateway.networking.k8s.io/v1alpha2, kind: ${kind}, metadata: {name: way, namespace: ${place}}, spec: {parentRefs: [${parent}], ${kind === "TLSRoute" ? "hostnames: [db.example.net]," : ""} rules: [{backendRefs: [{group: networking.istio.io, kind: Hostname, name: db.example.net, port: 443}]}]}}\n---\n`;
  const toGateway = (host = "out-istio.istio-system.svc.cluster.local") =>
    `{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: to, namespace: istio-system}, spec: {hosts: [db.example.net], tls: [{match: [{sniHosts: [db.example.net]}], route: [{destination: {host: ${host}, port: {number: 443}}}]}]}}\n---\n`;
  const byTcp = `{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: to, namespace: istio-system}, spec: {hosts: [db.example.net], tcp: [{route: [{destination: {host: out-istio.istio-system.svc.cluster.local, port: {number: 443}}}]}]}}\n---\n`;
  const tls = entry("istio-system", "db.example.net", "{number: 443, name: tls, protocol: TLS}");
  const tcp = entry("istio-system", "db.example.net", "{number: 443, name: tcp, protocol: TCP}");
  const passthrough = "{name: tls, hostname: db.example.net, port: 443, protocol: TLS, tls: {mode: Passthrough}}";
  const mutual =
    "{name: tls, port: 443, protocol: TLS, tls: {mode: Terminate, options: {gateway.istio.io/tls-terminate-mode: ISTIO_MUTUAL}}}";
  const rule = `{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: hop, namespace: istio-system}, spec: {host: out-istio.istio-system.svc.cluster.local, trafficPolicy: {tls: {mode: ISTIO_MUTUAL, sni: db.example.net}}}}\n---\n`;
  const policy = (target: string, namespaces: string) =>
    `{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: who, namespace: istio-system}, spec: {targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: ${target}}], rules: [{from: [{source: {namespaces: [${namespaces}]}}]}]}}\n---\n`;
  const web = "front/web db.example.net:443";
  const job = "back/job db.example.net:443";
  const both = (verdict: string) => ({ [web]: verdict, [job]: verdict });
  checkGrid([
    {
      title: "one that passes the client's TLS on",
      yaml: tls + gateway(passthrough) + through("TLSRoute") + toGateway(),
      options: closed,
      reach: both("gateway"),
      because: { [web]: ["Gateway istio-system/out server-passes-tls", "TLSRoute istio-system/way gateway-routes-to"] },
    },
    {
      title: "one without a route for the name",
      yaml: tls + gateway(passthrough),
      options: closed,
      reach: both("direct"),
    },
    {
      title: "one whose route names a listener that does not exist",
      yaml:
        tls +
        gateway(passthrough) +
        through("TLSRoute", "istio-system", "{name: out, sectionName: other}") +
        toGateway(),
      options: closed,
      reach: both("blocked"),
    },
    {
      title: "one that takes no routes of other namespaces",
      yaml: tls + gateway(passthrough) + through("TLSRoute", "front") + toGateway(),
      options: closed,
      reach: both("blocked"),
    },
    {
      title: "one that takes routes of all namespaces",
      yaml:
        tls +
        gateway(passthrough.replace("port: 443", "allowedRoutes: {namespaces: {from: All}}, port: 443")) +
        through("TLSRoute", "front") +
        toGateway(),
      options: closed,
      reach: both("gateway"),
    },
    {
      title: "one that takes routes of namespaces with a label",
      yaml:
        tls +
        gateway(
          passthrough.replace(
            "port: 443",
            "allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {istio-injection: enabled}}}}, port: 443",
          ),
        ) +
        through("TLSRoute", "front") +
        toGateway(),
      options: closed,
      reach: both("gateway"),
    },
    {
      title: "one of plain TCP",
      yaml: tcp + gateway("{name: tcp, port: 443, protocol: TCP}") + through("TCPRoute") + byTcp,
      options: closed,
      reach: both("gateway"),
    },
    {
      title: "one that ends mutual TLS, with a policy for it",
      yaml: tcp + gateway(mutual) + through("TCPRoute") + byTcp + rule + policy("out", "front"),
      options: closed,
      reach: { [web]: "gateway", [job]: "blocked" },
      because: { [job]: ["AuthorizationPolicy istio-system/who allow-no-match"] },
      findings: ["bypass-past-gateway", "port-swallowed", "unguarded-hosts", "early-connection"],
    },
    {
      title: "one that ends mutual TLS, with a policy for another",
      yaml: tcp + gateway(mutual) + through("TCPRoute") + byTcp + rule + policy("another", "front"),
      options: closed,
      reach: both("gateway"),
    },
    {
      title: "one of another controller's class",
      yaml:
        tls +
        gateway(passthrough).replace("gatewayClassName: istio", "gatewayClassName: eg") +
        through("TLSRoute") +
        toGateway("out-eg.istio-system.svc.cluster.local"),
      options: closed,
      reach: both("blocked"),
    },
    {
      title: "one of a class of Istio's controller under another name",
      yaml:
        tls +
        "{apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: mesh}, spec: {controllerName: istio.io/gateway-controller}}\n---\n" +
        gateway(passthrough).replace("gatewayClassName: istio", "gatewayClassName: mesh") +
        through("TLSRoute") +
        toGateway("out-mesh.istio-system.svc.cluster.local"),
      options: closed,
      reach: both("gateway"),
    },
    {
      title: "one on pods that exist, by the address of their Service",
      yaml:
        tls +
        gateway(passthrough, "addresses: [{type: Hostname, value: exit.istio-system.svc.cluster.local}],") +
        through("TLSRoute") +
        toGateway("exit.istio-system.svc.cluster.local"),
      options: closed,
      reach: both("gateway"),
    },
    {
      title: "one whose Deployment and Service the input holds already",
      yaml:
        tls +
        gateway(passthrough) +
        through("TLSRoute") +
        toGateway() +
        `{apiVersion: apps/v1, kind: Deployment, metadata: {name: out-istio, namespace: istio-system}, spec: {template: {metadata: {labels: {gateway.networking.k8s.io/gateway-name: out, sidecar.istio.io/inject: "false"}}, spec: {containers: [{name: istio-proxy, args: [proxy, router]}]}}}}
---
{apiVersion: v1, kind: Service, metadata: {name: out-istio, namespace: istio-system}, spec: {clusterIP: 10.0.0.77, selector: {gateway.networking.k8s.io/gateway-name: out}, ports: [{name: tls, port: 443, targetPort: 443, appProtocol: tls}]}}
`,
      options: closed,
      reach: both("gateway"),
    },
  ]);
});

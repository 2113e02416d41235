import assert from "node:assert/strict";
import { meshLimits } from "../../istio/meshLimits.js";
import type { AnalysisOptions } from "../../model/model.js";
import { analysed, closed, deployment, entry, meshConfig, namespace } from "./grid.js";

const host = "db.example.com";
const port = "{number: 5432, name: tcp, protocol: TCP}";
const db = entry("front", host, port);

/** The verdict of front/web and the database. */
function answer(yaml: string, options: AnalysisOptions = closed, workload = "web", to = host): string {
  const rows = [...analysed({ yaml, options }).rows];
  const row = rows.find(({ from, to: end }) => from.workload === workload && end.host === to);
  assert.ok(row, rows.map(({ from, to: end }) => `${from.workload} ${end.host}`).join("; "));
  return row.mesh.verdict;
}

/** An object in one line. */
const object = (kind: string, group: string, spec: string, place = "front") =>
  `{apiVersion: ${group}, kind: ${kind}, metadata: {name: one, namespace: ${place}}, spec: ${spec}}\n---\n`;
const istio = (kind: string, spec: string, place?: string) => object(kind, "networking.istio.io/v1", spec, place);
const security = (spec: string) => object("AuthorizationPolicy", "security.istio.io/v1", spec, "istio-system");
const rule = (policy: string) => db + istio("DestinationRule", `{host: ${host}, trafficPolicy: {${policy}}}`);
const service = (spec: string) =>
  `{apiVersion: v1, kind: Service, metadata: {name: mail, namespace: back}, spec: {ports: [{name: tcp, port: 5432}], ${spec}}}\n---\n`;
const ofService = (spec: string, more = "", name = "tcp") =>
  answer(
    service(spec).replace("name: tcp", `name: ${name}`) + more,
    { ...closed, services: true },
    "web",
    "mail.back.svc.cluster.local",
  );
const http = entry("front", host, "{number: 80, name: http, protocol: HTTP}");
const route = (routes: string) => istio("VirtualService", `{hosts: [${host}], http: [${routes}]}`);
const destination = (name: string) => `destination: {host: ${name}}`;
const other = entry("front", "other.example.com", port);
const tcpRoute = (routes: string) => istio("VirtualService", `{hosts: [${host}], tcp: [{route: [${routes}]}]}`);

/** A database behind the gateway: the client's hop is mutual TLS, and the gateway's server as the row has it. */
const behind = (server: string, policies = "") =>
  db +
  istio("Gateway", `{selector: {istio: exit}, servers: [${server}]}`, "istio-system") +
  `{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: way, namespace: istio-system}, spec: {hosts: [${host}], gateways: [mesh, istio-system/one], tcp: [{match: [{gateways: [mesh], port: 5432}], route: [{destination: {host: exit.istio-system.svc.cluster.local, port: {number: 443}}}]}, {match: [{gateways: [istio-system/one]}], route: [{destination: {host: ${host}, port: {number: 5432}}}]}]}}\n---\n` +
  `{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: hop, namespace: istio-system}, spec: {host: exit.istio-system.svc.cluster.local, trafficPolicy: {tls: {mode: ISTIO_MUTUAL, sni: ${host}}}}}\n---\n` +
  policies;
const mutual = `{port: {number: 443, name: tls, protocol: TLS}, hosts: ["*"], tls: {mode: ISTIO_MUTUAL}}`;
const restricted = (spec: string) =>
  answer(behind(mutual, security(`{selector: {matchLabels: {istio: exit}}, ${spec}}`)));
const gatewayApi = (kind: string, parent: string) =>
  db +
  object(
    kind,
    "gateway.networking.k8s.io/v1alpha2",
    `{parentRefs: [{${parent}}], rules: [{backendRefs: [{name: x, port: 1}]}]}`,
  );

/** What the analysis answers for each thing that it leaves open; `unknown`, or what it is without it. */
const grid: Record<string, { answers: () => string; expected: string }> = {
  "Workload: label istio.io/dataplane-mode of the pod and the namespace": {
    answers: () =>
      answer(
        `${db}${namespace("quiet", "istio.io/dataplane-mode: ambient")}${deployment("quiet", "calm")}`,
        closed,
        "calm",
      ),
    expected: "unknown",
  },
  "Workload: annotation inject.istio.io/templates of one's own": {
    answers: () =>
      answer(`${db}${deployment("front", "own", "annotations: {inject.istio.io/templates: mine}")}`, closed, "own"),
    expected: "direct",
  },
  "Workload: webhooks of other meshes": {
    answers: () =>
      answer(
        `${db}${namespace("odd", "linkerd: on")}${deployment("odd", "pod")}` +
          `{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration, metadata: {name: other-injector}, webhooks: [{name: inject.other.io, namespaceSelector: {matchLabels: {linkerd: "on"}}, rules: [{operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [pods]}]}]}\n---\n`,
        closed,
        "pod",
      ),
    expected: "unknown",
  },
  "Workload: reaching istiod and DNS": { answers: () => answer(db), expected: "direct" },
  "Workload: IPv6 and dual stack": {
    answers: () =>
      answer(entry("front", host, port, 'resolution: DNS, addresses: ["2001:db8::1"]'), {
        mesh: { ...closed.mesh, dnsCapture: true },
      }),
    expected: "direct",
  },
  "MeshConfig: serviceEntryVisibility": {
    answers: () => answer(db + meshConfig("serviceEntryVisibility: {}")),
    expected: "direct",
  },
  "MeshConfig: extensionProviders": {
    answers: () => answer(db + meshConfig("extensionProviders: [{name: x}]")),
    expected: "direct",
  },
  "MeshConfig: meshNetworks and several clusters": {
    answers: () => answer(db + meshConfig("meshNetworks: {a: {}}")),
    expected: "direct",
  },
  "ServiceEntry: workloadSelector": {
    answers: () => answer(entry("front", host, port, "resolution: STATIC, workloadSelector: {labels: {app: db}}")),
    expected: "unknown",
  },
  "ServiceEntry: endpoints[].network, weight, locality": {
    answers: () =>
      answer(
        entry("front", host, port, "resolution: STATIC, endpoints: [{address: 10.9.9.9, network: far, weight: 1}]"),
      ),
    expected: "direct",
  },
  "ServiceEntry: resolution DYNAMIC_DNS through a gateway": {
    answers: () => answer(behind(mutual).replace("resolution: DNS", "resolution: DYNAMIC_DNS")),
    expected: "unknown",
  },
  "ServiceEntry: hosts in two entries of a namespace, each with its own ports or endpoints": {
    answers: () => answer(db + db.replace("name: db", "name: db2").replace("5432", "5433")),
    expected: "unknown",
  },
  "Service: type ExternalName": {
    answers: () =>
      answer(
        service("type: ExternalName, externalName: elsewhere.example.com") +
          db +
          tcpRoute(`{${destination("mail.back.svc.cluster.local")}}`),
      ),
    expected: "unknown",
  },
  "Service: Endpoints without selector": { answers: () => ofService("clusterIP: 10.0.0.9"), expected: "unknown" },
  "VirtualService: http[] match": {
    answers: () =>
      answer(
        http +
          entry("front", "other.example.com", "{number: 80, name: http, protocol: HTTP}") +
          route(
            `{match: [{uri: {prefix: /a}}], route: [{${destination(host)}}]}, {route: [{${destination("other.example.com")}}]}`,
          ),
      ),
    expected: "unknown",
  },
  "VirtualService: http[] redirect, directResponse, delegate, fault": {
    answers: () => answer(http + route("{redirect: {uri: /x}}")),
    expected: "unknown",
  },
  "VirtualService: route[].weight": {
    answers: () =>
      answer(
        db + other + tcpRoute(`{${destination(host)}, weight: 50}, {${destination("other.example.com")}, weight: 50}`),
      ),
    expected: "unknown",
  },
  "DestinationRule: tls.credentialName, caCertificates": {
    answers: () => answer(rule("tls: {mode: SIMPLE, caCertificates: /none}")),
    expected: "direct",
  },
  "DestinationRule: tls.subjectAltNames of SIMPLE and MUTUAL": {
    answers: () => answer(rule("tls: {mode: SIMPLE, subjectAltNames: [somebody.else]}")),
    expected: "direct",
  },
  "DestinationRule: loadBalancer.simple PASSTHROUGH": {
    answers: () => answer(rule("loadBalancer: {simple: PASSTHROUGH}")),
    expected: "unknown",
  },
  "DestinationRule: trafficPolicy.tunnel, proxyProtocol": {
    answers: () => answer(rule("tunnel: {targetHost: x, targetPort: 1}")),
    expected: "unknown",
  },
  "DestinationRule: connectionPool, outlierDetection, loadBalancer": {
    answers: () => answer(rule("connectionPool: {tcp: {maxConnections: 1}}, loadBalancer: {simple: RANDOM}")),
    expected: "direct",
  },
  "Gateway: servers[].tls.mode SIMPLE, MUTUAL, OPTIONAL_MUTUAL, AUTO_PASSTHROUGH": {
    answers: () => answer(behind(mutual.replace("ISTIO_MUTUAL", "SIMPLE, credentialName: x"))),
    expected: "unknown",
  },
  "Gateway: servers[].port.protocol HTTP, HTTPS": {
    answers: () => answer(behind(mutual.replace("protocol: TLS", "protocol: HTTPS"))),
    expected: "unknown",
  },
  "Gateway: servers[].bind": {
    answers: () => answer(behind(mutual.replace("hosts:", "bind: 10.0.0.1, hosts:"))),
    expected: "unknown",
  },
  "Sidecar: egress[].bind, captureMode": {
    answers: () =>
      answer(
        db +
          istio(
            "Sidecar",
            `{egress: [{port: {number: 5432, protocol: TCP, name: t}, bind: 127.0.0.1, hosts: ["./*"]}]}`,
          ),
      ),
    expected: "unknown",
  },
  "Sidecar: ingress[]": {
    answers: () =>
      answer(
        db + istio("Sidecar", `{ingress: [{port: {number: 1, protocol: TCP, name: t}}], egress: [{hosts: ["*/*"]}]}`),
      ),
    expected: "direct",
  },
  "Sidecar: outboundTrafficPolicy.egressProxy": {
    answers: () =>
      answer(
        db +
          istio(
            "Sidecar",
            `{outboundTrafficPolicy: {mode: ALLOW_ANY, egressProxy: {host: x}}, egress: [{hosts: ["istio-system/*"]}]}`,
          ),
      ),
    expected: "unknown",
  },
  "AuthorizationPolicy: action CUSTOM": {
    answers: () => restricted("action: CUSTOM, rules: [{}]"),
    expected: "unknown",
  },
  "AuthorizationPolicy: targetRef, targetRefs of Services and ServiceEntries": {
    answers: () =>
      answer(
        db +
          security(
            `{targetRefs: [{group: networking.istio.io, kind: ServiceEntry, name: db}], action: DENY, rules: [{}]}`,
          ),
      ),
    expected: "direct",
  },
  "AuthorizationPolicy: ipBlocks and destination.ip without known addresses": {
    answers: () => restricted("action: DENY, rules: [{from: [{source: {ipBlocks: [10.0.0.0/8]}}]}]"),
    expected: "unknown",
  },
  "AuthorizationPolicy: fields of HTTP on HTTP": {
    answers: () =>
      ofService(
        "selector: {app: job}",
        object("AuthorizationPolicy", "security.istio.io/v1", "{rules: [{to: [{operation: {paths: [/a]}}]}]}", "back"),
        "http",
      ),
    expected: "unknown",
  },
  "Gateway API: HTTPRoute, GRPCRoute bound to a Gateway": {
    answers: () =>
      answer(
        `${db}${object("Gateway", "gateway.networking.k8s.io/v1", "{gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP}]}", "istio-system")}` +
          `{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: way, namespace: front}, spec: {hosts: [${host}], tcp: [{route: [{destination: {host: one-istio.istio-system.svc.cluster.local, port: {number: 80}}}]}]}}\n---\n` +
          object(
            "HTTPRoute",
            "gateway.networking.k8s.io/v1",
            "{parentRefs: [{name: one}], rules: [{}]}",
            "istio-system",
          ),
      ),
    expected: "unknown",
  },
  "Gateway API: Gateway infrastructure.parametersRef": {
    answers: () =>
      answer(
        db +
          object(
            "Gateway",
            "gateway.networking.k8s.io/v1",
            "{gatewayClassName: istio, infrastructure: {parametersRef: {group: '', kind: ConfigMap, name: x}}, listeners: []}",
            "istio-system",
          ),
      ),
    expected: "direct",
  },
  "WorkloadEntry: labels": {
    answers: () =>
      ofService(
        "selector: {app: legacy}",
        istio("WorkloadEntry", "{address: 10.9.9.9, labels: {app: legacy}}", "back"),
      ),
    expected: "unknown",
  },
  "Gateway API: TCPRoute, TLSRoute, HTTPRoute, GRPCRoute parentRefs to a Service, ServiceEntry or Hostname": {
    answers: () => answer(gatewayApi("TCPRoute", "group: networking.istio.io, kind: ServiceEntry, name: db")),
    expected: "unknown",
  },
  "Other kinds of Istio, of Alibaba Cloud Service Mesh, of Maistra and of the Gateway API: any field": {
    answers: () => answer(db + object("ASMSomething", "istio.alibabacloud.com/v1beta1", "{}")),
    expected: "unknown",
  },
  "EnvoyFilter: configPatches[]": {
    answers: () =>
      answer(
        db +
          `{apiVersion: networking.istio.io/v1alpha3, kind: EnvoyFilter, metadata: {name: f, namespace: front}, spec: {configPatches: [{applyTo: NETWORK_FILTER, match: {context: SIDECAR_OUTBOUND}, patch: {operation: INSERT_FIRST, value: {name: custom}}}]}}\n---\n`,
      ),
    expected: "unknown",
  },
  "WasmPlugin, TrafficExtension: type NETWORK": {
    answers: () =>
      answer(
        db +
          `{apiVersion: extensions.istio.io/v1alpha1, kind: WasmPlugin, metadata: {name: w, namespace: front}, spec: {type: NETWORK, url: x}}\n---\n`,
      ),
    expected: "unknown",
  },
};

describe("What the analysis of the mesh leaves open", () => {
  for (const [field, { answers, expected }] of Object.entries(grid))
    it(`is ${expected === "unknown" ? "unknown" : "taken as said"}: ${field}`, () => {
      assert.equal(answers(), expected);
    });

  it("has a row here for each entry of the list", () => {
    const listed = meshLimits.filter(({ modelled }) => !modelled).map(({ kind, field }) => `${kind}: ${field}`);
    assert.deepEqual(
      listed.filter((entry) => !(entry in grid)),
      [],
    );
  });
});

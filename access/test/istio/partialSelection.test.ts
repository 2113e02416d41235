import { analysed, checkGrid, closed, entry, type GridRow } from "./grid.js";
import assert from "node:assert/strict";

const db = "db.example.com";
const pair = `front/web ${db}:5432`;
const database = entry("front", db, "{number: 5432, name: tcp, protocol: TCP}");
const mail = "mail.back.svc.cluster.local";
const mailPair = `front/web ${mail}:5432`;
const service = `{apiVersion: v1, kind: Service, metadata: {name: mail, namespace: back}, spec: {selector: {app: job}, ports: [{name: tcp, port: 5432}]}}\n---\n`;
const services = { ...closed, services: true };

/** A label whose value the Deployment's controller makes up. */
const hash = `pod-template-hash: "5d9c"`;
const object = (kind: string, group: string, place: string, spec: string) =>
  `{apiVersion: ${group}, kind: ${kind}, metadata: {name: some, namespace: ${place}}, spec: {${spec}}}\n---\n`;
const istio = (kind: string, place: string, spec: string) => object(kind, "networking.istio.io/v1", place, spec);

const sidecar = (labels: string) =>
  istio("Sidecar", "front", `workloadSelector: {labels: {${labels}}}, egress: [{hosts: ["nowhere/*"]}]`);

/** Two pods of one workload as a cluster holds them: they differ in a label. */
const replicas = ["web-1", "web-2"]
  .map(
    (name, index) =>
      `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: front, labels: {app: web, track: t${index}}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-5d9c, controller: true}]}, spec: {serviceAccountName: web, containers: [{name: app}, {name: istio-proxy}]}, status: {phase: Running}}\n---\n`,
  )
  .join("")
  .concat(
    `{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web-5d9c, namespace: front, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, controller: true}]}, spec: {template: {metadata: {labels: {app: web}}, spec: {serviceAccountName: web, containers: [{name: app}]}}}}\n---\n`,
  );

const client = (kind: string, yaml: string): GridRow => ({
  title: `a client's pods that a ${kind} may select`,
  yaml: database + yaml,
  options: closed,
  reach: { [pair]: "unknown" },
  because: { [pair]: [`${kind} ${/namespace: ([\w-]+)\}, spec/.exec(yaml)?.[1] ?? ""}/some selects-some-pods`] },
});

const server = (kind: string, group: string, spec: string): GridRow => ({
  title: `a server's pods that a ${kind} may select`,
  yaml: service + object(kind, group, "back", spec),
  options: services,
  reach: { [mailPair]: "unknown" },
  because: { [mailPair]: [`${kind} back/some selects-some-pods`] },
});

describe("objects of the mesh that hold for some pods of a workload", () => {
  checkGrid([
    client("Sidecar", sidecar(hash)),
    client(
      "EnvoyFilter",
      istio(
        "EnvoyFilter",
        "istio-system",
        `workloadSelector: {labels: {${hash}}}, configPatches: [{applyTo: NETWORK_FILTER, match: {context: SIDECAR_OUTBOUND}, patch: {operation: MERGE}}]`,
      ),
    ),
    client(
      "DestinationRule",
      istio(
        "DestinationRule",
        "front",
        `host: ${db}, workloadSelector: {matchLabels: {${hash}}}, trafficPolicy: {tls: {mode: SIMPLE}}`,
      ),
    ),
    client(
      "VirtualService",
      istio(
        "VirtualService",
        "front",
        `hosts: [${db}], tcp: [{match: [{port: 5432, sourceLabels: {${hash}}}], route: [{destination: {host: other.example.com}}]}]`,
      ),
    ),
    client(
      "ProxyConfig",
      object("ProxyConfig", "networking.istio.io/v1beta1", "front", `selector: {matchLabels: {${hash}}}`),
    ),
    client(
      "WasmPlugin",
      object(
        "WasmPlugin",
        "extensions.istio.io/v1alpha1",
        "front",
        `type: NETWORK, selector: {matchLabels: {${hash}}}`,
      ),
    ),
    server("PeerAuthentication", "security.istio.io/v1", `selector: {matchLabels: {${hash}}}, mtls: {mode: STRICT}`),
    server(
      "AuthorizationPolicy",
      "security.istio.io/v1",
      `selector: {matchLabels: {${hash}}}, action: DENY, rules: [{}]`,
    ),
    {
      title: "live pods that differ in the label by which a Sidecar selects",
      yaml: database + replicas + sidecar("track: t1"),
      options: closed,
      reach: { [pair]: "unknown" },
      because: { [pair]: ["Sidecar front/some selects-some-pods"] },
    },
    {
      title: "live pods that differ in another label than that by which a Sidecar selects",
      yaml: database + replicas + sidecar("app: web"),
      options: closed,
      reach: { [pair]: "blocked" },
    },
    {
      title: "a Sidecar of another namespace that may select pods of the same label",
      yaml: database + sidecar(hash).replace("namespace: front", "namespace: back"),
      options: closed,
      reach: { [pair]: "direct" },
    },
    {
      title: "a filter for gateways beside pods of an owner that may give them any label",
      yaml:
        database +
        `{apiVersion: example.com/v1, kind: Runner, metadata: {name: run, namespace: front}, spec: {template: {metadata: {labels: {app: run}}, spec: {containers: [{name: app}]}}}}\n---\n` +
        istio(
          "EnvoyFilter",
          "istio-system",
          `workloadSelector: {labels: {istio: exit}}, configPatches: [{applyTo: NETWORK_FILTER, match: {context: GATEWAY}, patch: {operation: MERGE}}]`,
        ) +
        istio("Sidecar", "istio-system", `workloadSelector: {labels: {istio: exit}}, egress: [{hosts: ["nowhere/*"]}]`),
      options: closed,
      reach: { [`front/run ${db}:5432`]: "direct" },
    },
    {
      title: "a policy of the client's own pods, which decides nothing on its way out",
      yaml:
        database +
        object(
          "AuthorizationPolicy",
          "security.istio.io/v1",
          "front",
          `selector: {matchLabels: {${hash}}}, action: DENY, rules: [{}]`,
        ),
      options: closed,
      reach: { [pair]: "direct" },
    },
  ]);

  it("keeps workloads apart of which one only is selected in part", () => {
    const second = `{apiVersion: v1, kind: Pod, metadata: {name: bare, namespace: front, labels: {app: web}}, spec: {serviceAccountName: web, containers: [{name: app}]}}\n---\n`;
    const rows = [...analysed({ yaml: database + second + sidecar(hash), options: closed }).rows];
    const verdicts = rows
      .filter(({ from }) => from.namespace === "front")
      .map(({ from, mesh }) => `${from.workload} ${mesh.verdict}`);
    assert.deepEqual(verdicts.sort(), ["bare direct", "web unknown"]);
  });
});

import assert from "node:assert/strict";
import { analysed, checkGrid, closed, deployment, entry, namespace } from "./grid.js";

const tcp = "{number: 6000, name: tcp-db, protocol: TCP}";
const db = entry("istio-system", "db.example.net", tcp);
const ambient = "istio.io/dataplane-mode: ambient";
const strict =
  "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: strict, namespace: istio-system}, spec: {mtls: {mode: STRICT}}}\n---\n";
const pair = (name: string) => `mist/${name} db.example.net:6000`;

describe("pods of the ambient mesh", () => {
  const inMist = (labels: string, pod: string, metadata = `labels: {${pod}}`) =>
    db + strict + namespace("mist", labels) + deployment("mist", "p", metadata);
  const plaintext = (yaml: string) =>
    analysed({ yaml, options: closed })
      .mtls.filter(({ namespace: place }) => place === "mist")
      .map(({ plaintext: answer }) => answer);

  checkGrid([
    { title: "a namespace in it", yaml: inMist(ambient, ""), options: closed, reach: { [pair("p")]: "unknown" } },
    { title: "a pod in it", yaml: inMist("", ambient), options: closed, reach: { [pair("p")]: "unknown" } },
    {
      title: "a pod that opted out",
      yaml: inMist(ambient, "istio.io/dataplane-mode: none"),
      options: closed,
      reach: { [pair("p")]: "direct" },
    },
    {
      title: "a namespace with sidecars too",
      yaml: inMist(`${ambient}, istio-injection: enabled`, ""),
      options: closed,
      reach: { [pair("p")]: "direct" },
    },
    {
      title: "a pod that asks for a sidecar",
      yaml: inMist(ambient, 'sidecar.istio.io/inject: "true"'),
      options: closed,
      reach: { [pair("p")]: "direct" },
    },
    {
      title: "pods on the host network",
      yaml:
        db + namespace("mist", ambient) + deployment("mist", "p", "", "hostNetwork: true, containers: [{name: app}]"),
      options: closed,
      reach: { [pair("p")]: "direct" },
    },
    {
      title: "a running pod that is redirected, whatever its labels say",
      yaml: `${db}${namespace("mist")}{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: mist, creationTimestamp: "2026-01-01T00:00:00Z", annotations: {ambient.istio.io/redirection: enabled}}, spec: {containers: [{name: app}]}, status: {podIP: 10.1.1.1}}`,
      options: closed,
      reach: { [pair("p")]: "unknown" },
    },
  ]);

  it("take mutual TLS only where policy says so, and plaintext where they opted out", () => {
    assert.deepEqual(plaintext(inMist(ambient, "")), [false]);
    assert.deepEqual(plaintext(inMist(ambient, "istio.io/dataplane-mode: none")), [true]);
  });
});

describe("mutual TLS of single ports", () => {
  const audited = (ports: string, target: string) =>
    analysed({
      yaml: `${deployment("front", "store", "labels: {app: store}", `containers: [{name: app, ports: [${ports}]}]`)}{apiVersion: v1, kind: Service, metadata: {name: store, namespace: front}, spec: {selector: {app: store}, ports: [{name: tcp, port: 8000, targetPort: ${target}}]}}
---
{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: store, namespace: front}, spec: {selector: {matchLabels: {app: store}}, portLevelMtls: {8000: {mode: STRICT}}}}
`,
    })
      .mtls.filter(({ workload }) => workload === "store")
      .map(({ port, plaintext, because }) => [port, plaintext, because.id]);

  it("counts the ports of pods: that of a Service is flagged, and the pods' own takes plaintext", () => {
    for (const [ports, target] of [
      ["{containerPort: 5432}", "5432"],
      ["{name: pg, containerPort: 5432}", "pg"],
    ] as const)
      assert.deepEqual(audited(ports, target), [
        [null, true, "default-permissive"],
        [5432, true, "default-permissive"],
        [8000, false, "port-of-service"],
      ]);
  });

  it("holds for a port that the pods and their Service have in common", () => {
    assert.deepEqual(audited("{containerPort: 8000}", "8000"), [
      [null, true, "default-permissive"],
      [8000, false, "mtls-strict"],
    ]);
  });
});
